"""Rows compiled once into two Python functions: ``to_wire`` and ``to_canonical``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from interfaces.failure import Failure
from interfaces.mapping.converters import Settings
from interfaces.mapping.errors import ConversionError, ShapeError
from interfaces.mapping.generate import Direction, Generator
from interfaces.mapping.lookup import Context
from interfaces.mapping.put_back import keys_of, merge
from interfaces.mapping.rows import Prepared, prepare
from interfaces.mapping.runtime import NAMES, plain
from interfaces.message import Body
from interfaces.spec.model import CodeList, Row
from interfaces.wire import Tree

_ERRORS = (ConversionError, AttributeError, TypeError, KeyError, IndexError, ValueError, ArithmeticError)
_NO_CONTEXT = Context()
_SHOWN = 60
_SELECTOR = re.compile(r"\[[^\]]*\]")


class CompiledMapping:
    """Both directions of one message. Thread-safe; the documents given in are not changed.

    source   the generated Python, for people who want to see what runs
    rows     the prepared rows, () for a canonical wire
    """

    def __init__(self, rows: tuple[Prepared, ...], settings: Settings, file: str, masked: tuple[str, ...]) -> None:
        self.rows = rows
        self._file = file
        self._masked = masked
        self._keys = keys_of(rows)
        self._out, out_source = self._build("out", settings)
        self._back, back_source = self._build("back", settings)
        self.source = f"# canonical -> wire\n{out_source}\n# wire -> canonical\n{back_source}"

    def to_wire(self, body: Mapping[str, Any], context: Context = _NO_CONTEXT) -> Tree:
        """Canonical body -> wire tree; Failure(invalid) naming row, paths and value."""
        tree: Tree = self._out(body, context)
        return tree

    def to_canonical(self, tree: Mapping[str, Any], context: Context = _NO_CONTEXT) -> Body:
        """Wire tree -> canonical body; Failure(invalid) naming row, paths and value."""
        body: Body = self._back(tree, context)
        return body

    def put_back(self, tree: Mapping[str, Any], original: Mapping[str, Any], context: Context = _NO_CONTEXT) -> Body:
        """``to_canonical``, and where the wire says nothing new the ``original`` with all that the wire drops.

        original  the canonical body as it went out, in reply to which the tree came
        """
        before = self.to_canonical(self.to_wire(original, context), context)
        merged: Body = merge(original, before, self.to_canonical(tree, context), self._keys)
        return merged

    def _build(self, direction: Direction, settings: Settings) -> tuple[Callable[..., Any], str]:
        generator = Generator(direction, settings.lexical)
        try:
            source = generator.function(self.rows)
        except ValueError as error:
            raise Failure("invalid", str(error), where=self._file, reason="structure") from error

        def explain(value: Any, error: Exception) -> Failure:
            at = error.__traceback__.tb_lineno if error.__traceback__ else 0  # in the function that caught it
            return self._explain(direction, generator.row_at(at) or self.rows[0], value, error)

        names = {**NAMES, **generator.names, "ERRORS": _ERRORS, "explain": explain}
        exec(compile(source, f"<mapping {self._file} {direction}>", "exec"), names)
        return names["convert"], source

    def _explain(self, direction: Direction, row: Prepared, value: Any, error: Exception) -> Failure:
        path = row.full_canonical if direction == "out" else row.full_wire
        said = str(error) if isinstance(error, ConversionError) else "has another shape than agreed"
        # other errors may have happened before this row's value was read: never show an earlier row's
        own = isinstance(error, ConversionError) and not isinstance(error, ShapeError)
        shown = f", but is {self._show(row, value)}" if own and isinstance(value, str | int | float) else ""
        return Failure(
            "invalid",
            f"row {row.label} {row.full_canonical} <-> {row.full_wire}: {said}{shown}",
            where=f"{self._file}:{row.row.line}",
            reason="structure",
            errors=[{"path": path, "message": said}],
        )

    def _show(self, row: Prepared, value: Any) -> str:
        return "(masked)" if is_masked(row.full_canonical, self._masked) else repr(value)[:_SHOWN]


class Identity:
    """The mapping of a wire that *is* the canonical body (``mapping: canonical``)."""

    source = "# the wire is the canonical body"
    rows: tuple[Prepared, ...] = ()

    def to_wire(self, body: Mapping[str, Any], context: Context = _NO_CONTEXT) -> Tree:
        return dict(body)

    def to_canonical(self, tree: Mapping[str, Any], context: Context = _NO_CONTEXT) -> Body:
        body: Body = plain(dict(tree))
        return body

    def put_back(self, tree: Mapping[str, Any], original: Mapping[str, Any], context: Context = _NO_CONTEXT) -> Body:
        return self.to_canonical(tree)


MessageMapping = CompiledMapping | Identity


def compile_mapping(
    rows: tuple[Row, ...] | None,
    code_lists: Mapping[str, CodeList],
    *,
    charset: str = "utf-8",
    lexical: bool = True,
    system: str = "",
    file: str = "",
    masked: tuple[str, ...] = (),
) -> MessageMapping:
    """Compile the rows of one message.

    charset  of the wire, for ``text`` rows
    lexical  wire leaves are text (XML, tables), not JSON types
    system   peer whose ids ``xref`` rows look up
    masked   canonical paths whose values no error may show

    Raises Failure(invalid) naming ``file:line`` for a row that cannot be compiled.
    """
    if rows is None:
        return Identity()
    settings = Settings(code_lists, charset, lexical, system)
    return CompiledMapping(prepare(rows, settings, file), settings, file, masked)


def is_masked(path: str, masked: tuple[str, ...]) -> bool:
    """Whether a canonical path lies at or below a masked one; selectors do not matter."""
    own = bare(path)
    return any(own == mark or own.startswith(f"{mark}.") for mark in map(bare, masked))


def bare(path: str) -> str:
    """``relatedParty[role=customer].name`` -> ``relatedParty.name``."""
    return _SELECTOR.sub("", path)
