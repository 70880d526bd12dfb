"""What a peer that only knows its agreement says: an example or a generated body, made consistent with the request.

Consistent: a value that the example's reply repeats from the example's request becomes the one that was asked with,
and a canonical field that both messages have is what the request said.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.mapping.rows import Path, Prepared, find, parse_path
from interfaces.mapping.runtime import elements
from interfaces.message import Body
from interfaces.proof import bodies
from interfaces.proof.documents import put
from mocks.generic.book import Example, examples, leaves, nearest

OUTCOME = frozenset({"state", "reason"})
"""Fields that say how it went: never what the request says under the same name."""
SHORTEST = 3
"""Characters of a text that is taken to be the same one when it stands in request and reply."""
MADE = 3
"""Generated bodies of one message."""

Fits = Callable[[Body], object]
"""Raises Failure for a body that the wire does not take."""


class Answers:
    """One message that the peer writes: an operation's reply, or with ``reply`` False its request (a callback).

    like  state of a body -> how well it suits; the best is taken among equally near examples
    """

    def __init__(self, agreement: Agreement, operation: str, reply: bool = True, seed: int = 1) -> None:
        self._agreement, self._operation, self._reply, self._seed = agreement, operation, reply, seed
        self._examples = examples(agreement, operation)
        self._rows = agreement.mapping(operation, reply).rows
        self._generated: list[Body] | None = None

    def body(self, request: Body, fits: Fits, states: Sequence[str] = ()) -> Body:
        """The first candidate that ``fits``. states: which ``state`` it should have, the best first; () = any.

        Failure(internal) when none does: the spec has no fitting example and its rows make nothing valid.
        """
        why = "the spec has no example and nothing could be made from its rows"
        for candidate in self._candidates(request, states):
            try:
                fits(candidate)
            except Failure as failure:
                first = failure.errors[0] if failure.errors else {"path": failure.where, "message": ""}
                why = f"{failure.message}: {first['path']} {first['message']}".rstrip()
            else:
                return candidate
        where, advice = f"{self._agreement.spec.ref}/{self._operation}", "give the operation an example with a reply"
        raise Failure("internal", f"no answer can be made: {why}", where=where, advice=advice)

    def _candidates(self, request: Body, states: Sequence[str]) -> Iterator[Body]:
        for example in (*self._known(request, states), *self._made(states)):
            said = _wanted(example.reply or {}, states)
            yield self._consistent(example.request, said, request, self._rows)
            yield self._consistent(example.request, said, request, ())

    def _known(self, request: Body, states: Sequence[str]) -> list[Example]:
        if self._reply:
            found = [e for e in nearest(self._examples, request) if e.reply is not None]
        else:  # the example's request is what we write
            found = [Example(e.name, e.operation, e.request, e.request) for e in self._examples]
        return sorted(found, key=lambda e: _rank(e.reply or {}, states)) if states else found

    def _made(self, states: Sequence[str]) -> Iterator[Example]:
        if self._generated is None:
            made = bodies(self._agreement, self._operation, self._reply, self._seed)
            self._generated = list(islice(made, MADE))
        return (Example("", self._operation, {}, body) for body in self._generated)

    def _consistent(self, was: Body, said: Body, request: Body, rows: Sequence[Prepared]) -> Body:
        body: Body = _renamed(copy.deepcopy(said), _renaming(was, request))
        for path in ("externalId", "area"):
            if path in request and path in body:
                body[path] = request[path]
        for row in rows:
            _copy(row, request, body)
        if not self._rows:  # the wire is the canonical type
            body |= {name: value for name, value in request.items() if name in body and name not in OUTCOME}
        return body


def _rank(body: Body, states: Sequence[str]) -> int:
    return states.index(body["state"]) if body.get("state") in states else len(states)


def _wanted(body: Body, states: Sequence[str]) -> Body:
    return body if not states or body.get("state") in states else body | {"state": states[0]}


def _renaming(was: Body, now: Body) -> dict[str, Any]:
    """Text of the example's request -> what stands there in this one."""
    asked = dict(leaves(now))
    pairs = [(value, asked[path]) for path, value in leaves(was) if path in asked and isinstance(value, str)]
    return {value: new for value, new in reversed(pairs) if len(value) >= SHORTEST and value != new}


def _renamed(thing: Any, names: dict[str, Any]) -> Any:
    if isinstance(thing, dict):
        return {name: value if name in OUTCOME else _renamed(value, names) for name, value in thing.items()}
    if isinstance(thing, list):
        return [_renamed(item, names) for item in thing]
    return names.get(thing, thing) if isinstance(thing, str) else thing


def _copy(row: Prepared, request: Body, body: Body) -> None:
    """What the request says at the canonical path of a row that the reply has too."""
    path = row.canonical
    if not path or row.wire is None or row.parts or "const" in row.row.options or path[0].name in OUTCOME:
        return
    value = find(request, path)
    if value is None or value == []:
        return
    if row.rows:
        told = elements(find(body, path))
        value = [_element(row, item, told) for item in elements(value)]
    put(body, path, value)


def _element(row: Prepared, asked: Body, told: Sequence[Body]) -> Body:
    """One element of a group: what was asked, and what the example says beside it."""
    key = row.canonical[-1].key if row.canonical else ""
    like = next((one for one in told if key and one.get(key) == asked.get(key)), told[0] if told else {})
    known = {inner.canonical[0].name for inner in row.rows if inner.canonical}
    return {**like, **{name: value for name, value in asked.items() if name in known}}


def set_value(body: Body, path: str, value: Any) -> None:
    """Write at a canonical path."""
    steps: Path = parse_path(path)
    put(body, steps, value)
