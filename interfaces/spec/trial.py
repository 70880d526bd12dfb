"""Trying a mapping: one example, both sides, row by row. For ``mboss interface try`` and lint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.mapping import Context, MessageMapping, is_masked
from interfaces.mapping.rows import Path, Prepared, find
from interfaces.mapping.runtime import elements
from interfaces.message import Body
from interfaces.wire import Tree, WireMessage

_MEDIA = {"<": "text/xml", "{": "application/json"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row applied: its label, both paths, both values (text; masked ones are not shown)."""

    row: str
    canonical: str
    value: str
    wire: str
    wire_value: str


class Trial:
    """One operation of an agreement, without transport and header."""

    def __init__(self, agreement: Agreement, operation: str) -> None:
        self._agreement = agreement
        self._operation = agreement.operation(operation)

    def read(self, data: bytes, reply: bool = False) -> tuple[Tree, Body]:
        """A wire document -> (wire tree, canonical body); Failure(invalid)."""
        wire = WireMessage(data, _MEDIA.get(data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1].decode("latin-1"), ""))
        tree = self._agreement.tree(self._operation.name, wire, reply)
        return tree, self._mapping(reply).to_canonical(tree, Context())

    def to_canonical(self, data: bytes, reply: bool = False) -> Body:
        return self.read(data, reply)[1]

    def write(self, body: Mapping[str, Any], reply: bool = False) -> Tree:
        """A canonical body -> wire tree; Failure(invalid)."""
        return self._mapping(reply).to_wire(body, Context())

    def example(self, name: str = "") -> Body:
        """The canonical request of the spec's example of this name, "" = of the operation's first one.

        Failure(not_found) naming those there are.
        """
        spec = self._agreement.spec
        mine = {e["name"]: e for e in spec.examples if e["operation"] == self._operation.name}
        found = mine.get(name or next(iter(mine), ""))
        if found is None or not {"canonical", "request"} & found.keys():
            advice = f"there are: {', '.join(mine)}" if mine else "give the operation one, or say a body"
            what = (
                f"no example {name!r} of {self._operation.name}" if name else f"{self._operation.name} has no example"
            )
            raise Failure("not_found", what, where=spec.ref, advice=advice)
        if "canonical" in found:
            return dict(json.loads((spec.folder / found["canonical"]).read_bytes()))
        return self.to_canonical((spec.folder / found["request"]).read_bytes())

    def read_back(self, body: Mapping[str, Any], reply: bool = False) -> Body:
        """A canonical body written, carried by the contract, and read again; Failure(invalid)."""
        tree = self._agreement.carried(self._operation.name, self.write(body, reply), reply)
        return self._mapping(reply).to_canonical(tree, Context())

    def lines(self, body: Body, tree: Tree, reply: bool = False) -> list[Line]:
        """Every row that has a value on either side, groups element by element."""
        return list(self._lines(self._mapping(reply).rows, body, tree))

    def _lines(self, rows: tuple[Prepared, ...], own: Any, wire: Any) -> Iterator[Line]:
        for row in rows:
            if row.rows:
                pairs = zip(elements(_get(own, row.canonical)), elements(_get(wire, row.wire)), strict=False)
                for mine, theirs in pairs:
                    yield from self._lines(row.rows, mine, theirs)
                continue
            left, right = _get(own, row.canonical), _get(wire, row.wire)
            if left is not None or right is not None:
                yield self._line(row, left, right)

    def _line(self, row: Prepared, left: Any, right: Any) -> Line:
        hidden = is_masked(row.full_canonical, self._agreement.spec.masked)
        return Line(
            row.label,
            row.full_canonical,
            "(masked)" if hidden else _text(left),
            row.full_wire,
            "(masked)" if hidden else _text(right),
        )

    def _mapping(self, reply: bool) -> MessageMapping:
        return self._agreement.mapping(self._operation.name, reply)


def _get(thing: Any, path: Path | None) -> Any:
    return None if path is None else find(thing, path)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
