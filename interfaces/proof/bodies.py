"""Canonical bodies made from the rows of one message, each of which its contract takes. Seeded: the same ones again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.mapping import CompiledMapping
from interfaces.mapping.rows import Prepared
from interfaces.message import Body
from interfaces.proof.carry import carry
from interfaces.proof.documents import Documents, Scope
from interfaces.proof.domain import schema_of
from interfaces.proof.laws import CONTEXT, Trials, try_row
from interfaces.proof.samples import Samples
from interfaces.spec.shapes import JsonShape, Shape, canonical_shape, walk

TRIES: Final = 50
"""Documents that are made at most, to learn which values the contract takes and to find one."""


def bodies(agreement: Agreement, operation: str, reply: bool = False, seed: int = 1) -> Iterator[Body]:
    """Bodies that go out and are valid on the wire, as many as are found in ``TRIES``; none for rows that never fit."""
    op = agreement.operation(operation)
    side = op.reply if reply else op.request
    if side is None:
        return
    samples, own = Samples(seed, agreement.spec.transport.encoding), canonical_shape(side)
    mapping = agreement.mapping(operation, reply)
    if not isinstance(mapping, CompiledMapping):  # the wire is the canonical type
        yield _least(own, samples)
        return
    trials: dict[int, Trials] = {}
    wire = agreement.shape(side)
    _try(mapping.rows, own, wire, samples, agreement.lexical, trials)
    scope = Scope(mapping.rows, own, wire, trials)
    carry(agreement, operation, reply, scope, samples.random, TRIES)  # leaves only values that pass
    documents = Documents(scope, samples.random)
    for made in (documents.make() for _ in range(TRIES)):
        if made and _fits(agreement, operation, mapping, made, reply):
            yield made


def _try(
    rows: Sequence[Prepared],
    own: Shape | None,
    wire: Shape | None,
    samples: Samples,
    lexical: bool,
    trials: dict[int, Trials],
) -> None:
    for row in rows:
        place = walk(own, row.canonical) if own and row.canonical is not None else None
        there = walk(wire, row.wire) if wire and row.wire is not None else None
        if row.rows:
            _try(row.rows, place, there, samples, lexical, trials)
        elif row.canonical is not None and row.wire is not None:
            trials[id(row)] = try_row(row, schema_of(row, place, there, lexical), samples, lexical)


def _fits(agreement: Agreement, operation: str, mapping: CompiledMapping, body: Body, reply: bool) -> bool:
    try:
        agreement.carried(operation, mapping.to_wire(body, CONTEXT), reply)
    except Failure:
        return False
    return True


def _least(shape: Shape | None, samples: Samples) -> Any:
    """What a JSON Schema requires, and no more."""
    if not isinstance(shape, JsonShape):
        return {}
    if shape.names():
        many = shape.many()
        made = {name: _least(shape.child(name), samples) for name in shape.names() if name in shape.required()}
        return {name: [value] if name in many else value for name, value in made.items()}
    return {} if shape.schema.get("type") == "object" else samples.value(shape.schema)
