"""Documents on their way: canonical body -> wire tree -> bytes -> wire tree -> canonical body."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interfaces import canonical
from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.mapping import CompiledMapping, is_masked
from interfaces.mapping.put_back import Keys, keys_of
from interfaces.mapping.rows import Path, Prepared, parse_path
from interfaces.proof.documents import Documents, Scope
from interfaces.proof.laws import CONTEXT
from interfaces.spec.differences import differences, lossy_paths, without

Told = tuple[str, str]
_SHOWN = 60
_MOST = 5


@dataclass(slots=True)
class Carried:
    """What became of the documents.

    changed     (canonical path, how it changed) -> in how many
    refusals    wire names without positions -> (how many the rows or the contract would not take, why);
                refused = in all
    reordered   canonical lists that change with the order of the wire's elements
    incomplete  (canonical path, why) -> in how many what is read breaks the canonical type; read = in all
    """

    changed: Counter[Told] = field(default_factory=Counter)
    refusals: dict[str, tuple[int, str]] = field(default_factory=dict)
    reordered: list[str] = field(default_factory=list)
    incomplete: Counter[Told] = field(default_factory=Counter)
    refused: int = 0
    read: int = 0


def carry(agreement: Agreement, operation: str, reply: bool, scope: Scope, chance: random.Random, n: int) -> Carried:
    """So many documents out and back."""
    return _Way(agreement, operation, reply, scope, chance).go(n)


class _Way:
    def __init__(self, agreement: Agreement, operation: str, reply: bool, scope: Scope, chance: random.Random) -> None:
        mapping = agreement.mapping(operation, reply)
        assert isinstance(mapping, CompiledMapping)
        self._mapping, self._agreement, self._operation, self._reply = mapping, agreement, operation, reply
        self._scope, self._random = scope, chance
        self._keys: Keys = keys_of(mapping.rows)
        self._lossy = [*lossy_paths(mapping.rows, agreement.spec.code_lists)]
        op = agreement.operation(operation)
        side = op.reply if reply else op.request
        assert side is not None
        self._validator = canonical.validator(side.type_name, side.type_version)
        self._came = Carried()

    def go(self, n: int) -> Carried:
        documents = Documents(self._scope, self._random)
        for _ in range(n):
            self._one(documents.make())
        return self._came

    def _one(self, body: dict[str, Any]) -> None:
        try:
            tree = self._agreement.carried(self._operation, self._mapping.to_wire(body, CONTEXT), self._reply)
        except Failure as failure:
            self._refused(failure, body)
            return
        try:
            got = self._mapping.to_canonical(tree, CONTEXT)
        except Failure as failure:
            self._came.changed[failure.where, failure.message] += 1
            return
        self._came.read += 1
        self._compare(body, got)
        self._shuffle(tree, got)
        self._complete(got)

    def _refused(self, failure: Failure, body: dict[str, Any]) -> None:
        """Count it, and send only what passes from now on: one narrow field must not hide what the others do."""
        self._came.refused += 1
        path, why = _fault(failure)
        known = path in self._came.refusals
        self._came.refusals[path] = (self._came.refusals.get(path, (0, ""))[0] + 1, why)
        for row in leaves(self._mapping.rows):
            if not known and stands_at(row, path) and id(row) in self._scope.trials:
                self._narrow(row, path, body)

    def _narrow(self, row: Prepared, path: str, body: dict[str, Any]) -> None:
        trials = self._scope.trials[id(row)]
        place = parse_path(row.full_canonical)
        passing = [value for value in trials.good if self._passes(replaced(body, place, value), path)]
        trials.good[:] = passing or trials.good

    def _passes(self, body: dict[str, Any], path: str) -> bool:
        try:
            self._agreement.carried(self._operation, self._mapping.to_wire(body, CONTEXT), self._reply)
        except Failure as failure:
            return _fault(failure)[0] != path
        return True

    def _compare(self, body: dict[str, Any], got: dict[str, Any]) -> None:
        expected, found = without(body, self._lossy), without(got, self._lossy)
        for place, was, now in differences(expected, found, self._scope.own, self._keys):
            path = ".".join(place)
            masked = is_masked(path, self._agreement.spec.masked)
            change = "changes (masked)" if masked else f"{_text(was)} becomes {_text(now)}"
            if (path, change) in self._came.changed or not any(p == path for p, _ in self._came.changed):
                self._came.changed[path, change] += 1

    def _shuffle(self, tree: Any, got: Any) -> None:
        """The peer may send the elements of a keyed group in any order."""
        again = self._mapping.to_canonical(turned(tree, self._mapping.rows), CONTEXT)
        for place, *_ in differences(got, again, self._scope.own, self._keys):
            path = ".".join(place[:-1])
            if path not in self._came.reordered and len(self._came.reordered) < _MOST:
                self._came.reordered.append(path)

    def _complete(self, got: dict[str, Any]) -> None:
        for fault in self._validator.check(got):
            self._came.incomplete[fault["path"], fault["message"]] += 1


def leaves(rows: Sequence[Prepared]) -> Iterator[Prepared]:
    """Every row that carries a value, those inside groups too."""
    for row in rows:
        if row.rows:
            yield from leaves(row.rows)
        else:
            yield row


def wire_names(path: str) -> str:
    """``resInfo[0].resNo``, ``resInfo[key=resNo].resNo`` and ``resInfo/resNo`` -> ``resInfo.resNo``."""
    return ".".join(part.partition("[")[0] for part in path.replace("/", ".").split(".") if part)


def stands_at(row: Prepared, path: str) -> bool:
    """Whether a contract that complains of ``path`` means this row; it may leave out the outermost names."""
    return f".{wire_names(row.full_wire)}".endswith(f".{path}")


def replaced(thing: Any, path: Path, value: Any) -> Any:
    """A copy of a body with another value wherever the path leads; where it leads nowhere, as it was."""
    if not path:
        return value
    if isinstance(thing, list):
        return [replaced(item, path, value) for item in thing]
    if not isinstance(thing, Mapping) or path[0].name not in thing:
        return thing
    return {**thing, path[0].name: replaced(thing[path[0].name], path[1:], value)}


def _fault(failure: Failure) -> Told:
    """(wire names, why) of what the contract said first."""
    first = failure.errors[0] if failure.errors else {"path": failure.where, "message": failure.message}
    return wire_names(first["path"]), first["message"]


def _text(value: Any) -> str:
    return "nothing" if value is None else repr(value)[:_SHOWN]


def turned(tree: Any, rows: Sequence[Prepared]) -> Any:
    """A wire tree with the elements of every group in reverse order."""
    for row in rows:
        if row.rows and row.wire:
            tree = _turned(tree, row.wire, row.rows)
    return tree


def _turned(tree: Any, path: Path, rows: Sequence[Prepared]) -> Any:
    if not isinstance(tree, Mapping) or path[0].name not in tree:
        return tree
    inner = tree[path[0].name]
    if len(path) > 1:
        return {**tree, path[0].name: _turned(inner, path[1:], rows)}
    items = inner if isinstance(inner, list) else [inner]
    return {**tree, path[0].name: [turned(item, rows) for item in reversed(items)]}
