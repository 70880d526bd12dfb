"""Lint rules that need nothing but the spec. Each yields (rule id, line, message)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from interfaces.clock import SystemClock, to_rfc3339
from interfaces.mapping import bare, is_masked
from interfaces.mapping.rows import parse_path, parse_when, written_out
from interfaces.spec.model import InterfaceSpec, Operation, Row, Side
from interfaces.spec.shapes import JsonShape, canonical_shape, walk

Hit = tuple[str, int, str]

_HOST = re.compile(r"\w+://|\b\d{1,3}(\.\d{1,3}){3}\b|\blocalhost\b")
_SECRET = re.compile(r"password|passwd|secret|token|SrcSysSign", re.IGNORECASE)
_PERSONAL = re.compile(
    r"(^|\.)(relatedParty|customer|contact)\.name$|(^|\.)identification\.number$|(^|\.)(phone|mobile|e?mail|taxId)$"
)
_NUMBERS = frozenset({"externalId", "orderId", "parentOrder", "originalOrder", "correlation_id"})
"""What a callback may be matched by: numbers of orders, and the header's own."""


def check(spec: InterfaceSpec) -> Iterator[Hit]:
    for whole in SPEC_RULES:
        yield from whole(spec)
    for operation in spec.operations.values():
        for rule in OPERATION_RULES:
            yield from rule(spec, operation)
        for side in (operation.request, operation.reply):
            for row, path in _flat(side.mapping or () if side else ()):
                yield from _row(spec, row, path)


def reads(spec: InterfaceSpec, operation: Operation, side: Side) -> bool:
    """Whether the hub reads this message; it writes the other one of the operation."""
    return (spec.direction == "inbound") == (side is operation.request)


def _flat(rows: tuple[Row, ...], base: str = "") -> Iterator[tuple[Row, str]]:
    """Every row, those inside groups too, with its canonical path from the top."""
    for row in rows:
        path = ".".join(part for part in (base, row.canonical) if part)
        yield row, path
        yield from _flat(row.rows, path)


def _todos(spec: InterfaceSpec) -> Iterator[Hit]:
    """What an import left to a person."""
    for name in ("system", "owner"):
        if "TODO" in getattr(spec, name):
            yield "todo-left", 1, f"metadata.{name} is {getattr(spec, name)}"
    for op in spec.operations.values():
        for what, side in (("request", op.request), ("reply", op.reply)):
            if side is not None and side.type_name == "Draft":
                yield "draft-type", op.line, f"the {what} of {op.name} has no canonical type yet"


def _settings(spec: InterfaceSpec) -> Iterator[Hit]:
    values = {"transport.settings": spec.transport.settings}
    values |= {f"operations.{op.name}.wire": op.wire for op in spec.operations.values()}
    for place, tree in values.items():
        for path, value in _leaves(tree, place):
            if _HOST.search(str(value)):
                yield "no-host-in-spec", 1, f"{path} holds an address"
            if _SECRET.search(path.rpartition(".")[2]) and not isinstance(value, bool | int):
                yield "no-secret-in-spec", 1, f"{path} looks like a secret"


def _leaves(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            if name != "header":  # rules for header fields, not values
                yield from _leaves(value, f"{path}.{name}")
    elif isinstance(tree, str | int):
        yield path, tree


def _sunset(spec: InterfaceSpec) -> Iterator[Hit]:
    today = to_rfc3339(SystemClock().now())[:10]
    if spec.sunset and spec.sunset < today:
        yield "sunset-passed", 1, f"metadata.sunset was {spec.sunset}"


def _queue(spec: InterfaceSpec) -> Iterator[Hit]:
    settings = spec.transport.settings
    if spec.transport.kind == "amqp" and spec.direction == "inbound" and "deadLetter" not in settings:
        queue = settings.get("queue", "")
        yield "dead-letter-missing", 1, f"what cannot be processed goes to {queue}.dead, which nobody agreed on"


def _unused(spec: InterfaceSpec) -> Iterator[Hit]:
    sides = [side for op in spec.operations.values() for side in (op.request, op.reply) if side is not None]
    used = {row.options.get("code") for side in sides for row, _ in _flat(side.mapping or ())}
    for name in spec.code_lists:
        if name not in used:
            yield "unused-codelist", 1, f"no row has code: {name}"


def _code_lists(spec: InterfaceSpec) -> Iterator[Hit]:
    for codes in spec.code_lists.values():
        twice = [wire for wire, count in Counter(codes.codes.values()).items() if count > 1]
        if twice and not codes.lossy:
            yield "codelist-not-bijective-undeclared", 1, f"{codes.name}: {', '.join(twice)} stands for several codes"


SPEC_RULES = (_todos, _sunset, _settings, _queue, _code_lists, _unused)


def _role(spec: InterfaceSpec, op: Operation) -> Iterator[Hit]:
    if spec.direction == "inbound" and op.role is None:
        yield "role-missing", op.line, f"{op.name} is inbound and has no role"
    if op.role in ("order", "call") and op.route is None:
        yield "route-missing", op.line, f"{op.name} does not say where it goes"


def _correlation(spec: InterfaceSpec, op: Operation) -> Iterator[Hit]:
    if (op.role == "event" or op.pattern == "callback") and not (op.correlate and op.final):
        yield (
            "pattern-needs-correlation",
            op.line,
            f"{op.name}: nobody could tell which task it is about, or when it ends",
        )
    elif op.correlate and op.correlate not in _NUMBERS:
        yield from _other_number(op)
    if spec.direction == "outbound" and op.pattern == "async-request-reply" and not _sends_key(spec, op):
        yield "pattern-needs-correlation", op.line, f"{op.name} sends no externalId that its outcome could name"


def _other_number(op: Operation) -> Iterator[Hit]:
    if walk(canonical_shape(op.request), parse_path(op.correlate)) is None:
        message = f"{op.name}: {op.request.type} has no {op.correlate}"
        yield "pattern-needs-correlation", op.line, message
    else:
        message = f"{op.name} is matched by {op.correlate}, which is no number of the order"
        yield "correlation-not-guid-only-in-body", op.line, message


def _sends_key(spec: InterfaceSpec, op: Operation) -> bool:
    """AMQP has it in the header; a Draft says elsewhere that nothing is mapped yet."""
    rows, free = op.request.mapping, spec.transport.kind == "amqp" or op.request.type_name == "Draft"
    return free or rows is None or any(row.canonical == "externalId" and row.wire is not None for row in rows)


def _times(spec: InterfaceSpec, op: Operation) -> Iterator[Hit]:
    """How long the hub waits, for what it calls."""
    if spec.direction == "inbound":
        return
    later = op.pattern == "async-request-reply"
    if "timeout" not in op.timed:
        yield "timeout-missing", op.line, f"{op.name} would be waited for {op.timeout:g} s, which nobody agreed on"
    if later and "reply" not in op.timed:
        message = f"the outcome of {op.name} would be waited for {op.reply_within:g} s, which nobody agreed on"
        yield "reply-timeout-missing", op.line, message
    for promised, waited in ((spec.sla.p95, op.timeout), (spec.sla.reply_p95 if later else None, op.reply_within)):
        if promised is not None and waited < promised:
            message = f"{op.name} is given up after {waited:g} s, and {promised:g} s are promised"
            yield "timeout-below-sla-p95", op.line, message
    if spec.mock_delay >= op.timeout:
        message = f"the mock answers {op.name} after {spec.mock_delay:g} s, it is given up after {op.timeout:g} s"
        yield "mock-delay-over-timeout", op.line, message


def _retry(spec: InterfaceSpec, op: Operation) -> Iterator[Hit]:
    if spec.direction == "inbound" or op.idempotent or op.request.type_name.endswith("Query"):
        return
    for row in op.errors.exchange:
        if row.code in ("unavailable", "throttled") and row.match.endswith("*"):
            message = (
                f"{op.name} is not idempotent, and {row.match!r} would be sent again although it may have been done"
            )
            yield "retry-without-idempotency", op.line, message
    if not op.probe:
        message = f"{op.name} is not idempotent: after a time-out nobody could say what became of it"
        yield "retry-on-unknown-outcome-without-probe", op.line, message


def _catch_all(spec: InterfaceSpec, op: Operation) -> Iterator[Hit]:
    if op.errors.code_path and not any(row.match == "*" for row in op.errors.business):
        yield "error-catch-all", op.line, f"{op.name}: a business code that is not listed would be an error of ours"


OPERATION_RULES = (_role, _correlation, _times, _retry, _catch_all)


def undecided(spec: InterfaceSpec) -> Iterator[Hit]:
    """Conditions that the way back cannot decide, unless their rows say that they are forward-only."""
    for op in spec.operations.values():
        for side in filter(None, (op.request, op.reply)):
            yield from _undecided(side.mapping or ())


def _undecided(rows: tuple[Row, ...]) -> Iterator[Hit]:
    known = {part.canonical for row in rows if "when" not in row.options and not row.rows for part in written_out(row)}
    for row in rows:
        yield from _undecided(row.rows)
        when = str(row.options.get("when", ""))
        if when and "lossy" not in row.options and parse_when(when).path not in known:
            message = f"row {row.number} {row.canonical} <-> {row.wire}: {when!r} cannot be decided on the way back"
            yield "conditional-not-invertible", row.line, message


def _row(spec: InterfaceSpec, row: Row, path: str) -> Iterator[Hit]:
    options = row.options
    if row.rows and not ("[key=" in str(row.canonical) and "[key=" in str(row.wire)) and "ordered" not in options:
        yield "repeating-group-without-key", row.line, f"{row.canonical} <-> {row.wire} is aligned by position"
    if options.get("text", {}).get("over") in ("truncate", "substitute") and "lossy" not in options:
        yield "truncation-not-declared", row.line, f"{row.canonical} may be cut"
    date = str(options.get("date", ""))
    if "HH" in date and "@" not in date and "XXX" not in date:
        yield "tz-missing", row.line, f"{row.canonical}: {date} names no zone; Asia/Shanghai is assumed"
    if _PERSONAL.search(bare(path)) and not is_masked(path, spec.masked):
        yield "pii-not-marked", row.line, f"{path} is personal"


def code_values(spec: InterfaceSpec, operation: Operation) -> Iterator[Hit]:
    """Code lists against the enumerations of the canonical type."""
    for side in (operation.request, operation.reply):
        if side is not None:
            for row in side.mapping or ():
                yield from _codes_of(spec, row, canonical_shape(side), written=not reads(spec, operation, side))


def _codes_of(spec: InterfaceSpec, row: Row, shape: Any, written: bool) -> Iterator[Hit]:
    """A value the list lacks matters only where it may have to be written."""
    place = walk(shape, parse_path(row.canonical)) if row.canonical else None
    for inner in row.rows:
        yield from _codes_of(spec, inner, place, written)
    if "code" not in row.options or not isinstance(place, JsonShape) or not place.enum():
        return
    codes = spec.code_lists[row.options["code"]]
    unknown = [c for c in codes.codes if c not in place.enum()]
    missing = [c for c in place.enum() if c not in codes.codes]
    if unknown:
        yield (
            "codelist-unknown-canonical-value",
            row.line,
            f"{codes.name}: {row.canonical} is never {', '.join(unknown)}",
        )
    if missing and written and not {"when", "partial"} & row.options.keys():
        yield "codelist-missing-canonical-value", row.line, f"{codes.name} lacks {', '.join(missing)}"
