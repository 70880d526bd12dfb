"""Lint rules for rows against both schemas. Each yields (rule id, line, message)."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.agreement import Agreement
from interfaces.mapping.rows import Path, Step, parse_path, touched
from interfaces.spec.lint_rules import Hit, code_values, reads
from interfaces.spec.model import InterfaceSpec, Operation, Row, Side
from interfaces.spec.shapes import Shape, XmlShape, canonical_shape, walk

CANONICAL, WIRE = "canonical", "wire"
MISSING = "mandatory-target-without-row"


def check(spec: InterfaceSpec, agreement: Agreement) -> Iterator[Hit]:
    for operation in spec.operations.values():
        yield from code_values(spec, operation)
        for side in (operation.request, operation.reply):
            if side is not None and side.mapping is not None:
                yield from _side(spec, agreement, operation, side)


def _side(spec: InterfaceSpec, agreement: Agreement, op: Operation, side: Side) -> Iterator[Hit]:
    rows = tuple(part for row in side.mapping or () for part in touched(row))
    what = f"{op.name} {'request' if side is op.request else 'reply'}"
    own, wire = canonical_shape(side), agreement.shape(side)
    yield from _scope(rows, own, wire, what)
    settings = {str(spec.transport.settings.get(n, "")) for n in ("source", "exchangeId", "replyTo")}
    line = rows[0].line if rows else op.line
    # what is read must make a whole canonical body; what is written, a whole wire message
    if reads(spec, op, side):
        yield from _mandatory(MISSING, rows, own, CANONICAL, line, what, settings)
    else:
        yield from _mandatory(MISSING, rows, wire, WIRE, line, what, settings)
        yield from _mandatory("mandatory-canonical-without-reverse", rows, own, CANONICAL, line, what, set())
    if "any" not in spec.transport.settings:
        yield from _wild(rows, wire, what, line)


def _scope(rows: tuple[Row, ...], own: Shape | None, wire: Shape | None, what: str) -> Iterator[Hit]:
    """One list of rows: paths exist, nothing is written twice; then the groups inside."""
    for column, shape in ((CANONICAL, own), (WIRE, wire)):
        yield from _paths(rows, column, shape, what)
        yield from _double(rows, column, what)
    for row in rows:
        if row.rows:
            inner = tuple(part for r in row.rows for part in touched(r))
            yield from _scope(inner, _at(row, CANONICAL, own), _at(row, WIRE, wire), f"{what} row {row.number}")


def _at(row: Row, column: str, shape: Shape | None) -> Shape | None:
    return walk(shape, _path(row, column) or ())


def _path(row: Row, column: str) -> Path | None:
    text = row.canonical if column == CANONICAL else row.wire
    return None if text is None else parse_path(text)


def _paths(rows: tuple[Row, ...], column: str, shape: Shape | None, what: str) -> Iterator[Hit]:
    for row in rows:
        path = _path(row, column)
        if path and shape is not None and walk(shape, path) is None:
            text = row.canonical if column == CANONICAL else row.wire
            yield "row-path-not-in-schema", row.line, f"{what} row {row.number}: the {column} schema has no {text}"


def _double(rows: tuple[Row, ...], column: str, what: str) -> Iterator[Hit]:
    seen: dict[tuple[Step, ...], Row] = {}
    for row in rows:
        path = _path(row, column)
        if not path or "when" in row.options:
            continue
        for length in range(1, len(path) + 1):
            other = seen.get(path[:length])
            if other is not None and other.line != row.line:  # the parts of one row may share a path
                rule = "row-target-written-twice" if length == len(path) else "row-target-is-prefix-of-another"
                both = f"{what} rows {other.number} and {row.number} both write"
                yield rule, row.line, f"{both} {column} {other.canonical if column == CANONICAL else other.wire}"
        seen[path] = row


def _wild(rows: tuple[Row, ...], shape: Shape | None, what: str, line: int) -> Iterator[Hit]:
    """What xs:any lets through at places that rows come to, and that no row takes."""
    taken = {path for row in rows if (path := _path(row, WIRE))}
    places: dict[Path, Shape | None] = {(): shape}
    for path in taken:
        places |= {path[:n]: walk(shape, path[:n]) for n in range(1, len(path))}
    for place, there in places.items():
        if isinstance(there, XmlShape) and there.wild and not any(_is_any(path, place) for path in taken):
            name = ".".join(step.name for step in place) or "the message"
            message = f"{what}: the contract lets anything stand in {name}, and no row takes it"
            yield "xsd-any-without-policy", line, message
    for row in rows:
        if row.rows:
            yield from _wild(row.rows, _at(row, WIRE, shape), f"{what} row {row.number}", row.line)


def _is_any(path: Path, place: Path) -> bool:
    """Whether a row takes what stands at the wildcard of a place."""
    return path[: len(place)] == place and len(path) == len(place) + 1 and path[-1].name == "#any"


def _mandatory(
    rule: str, rows: tuple[Row, ...], shape: Shape, column: str, line: int, what: str, known: set[str]
) -> Iterator[Hit]:
    """Names at the top, and in containers that are written anyway, that must be there and that no row writes."""
    paths = [path for row in rows if (path := _path(row, column))]
    written = {path[0].name for path in paths} | {name.partition(".")[0] for name in known}
    for name in sorted(shape.required() - written):
        yield rule, line, f"{what}: the {column} schema asks for {name}"
    for row in rows:
        if row.rows:
            inner = tuple(part for r in row.rows for part in touched(r))
            place = _at(row, column, shape)
            if place is not None:
                yield from _mandatory(rule, inner, place, column, row.line, f"{what} row {row.number}", set())
