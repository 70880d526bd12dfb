"""A drafted spec as YAML text, with its TODOs as comments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.skeleton.rows import SHOWN, Side
from interfaces.spec.rewrite import flow, row_lines


@dataclass(frozen=True, slots=True)
class DraftOperation:
    """name: canonical. wire: the contract's own names. errors: rows of the first level. in_path: part of the request
    travels outside the body. pattern: "" = by whether there is a reply. correlate: of a callback, else "".
    idempotent: the same request again is safe."""

    name: str
    wire: Mapping[str, Any]
    request: Side
    reply: Side | None
    errors: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    in_path: bool = False
    pattern: str = ""
    correlate: str = ""
    idempotent: bool = False


@dataclass(frozen=True, slots=True)
class DraftSpec:
    """Everything the text tells. files: name -> sha256 of the contract's files."""

    id: str
    system: str
    title: str
    direction: str
    transport: Mapping[str, Any]
    files: Mapping[str, str]
    operations: tuple[DraftOperation, ...]
    examples: tuple[Mapping[str, str], ...] = ()
    owner: str = ""


LATE = "  # TODO how long may the outcome take?"


def text_of(spec: DraftSpec) -> str:
    """spec.yaml."""
    return "\n".join(_lines(spec)) + "\n"


def _lines(spec: DraftSpec) -> Iterator[str]:
    yield "# Drafted from its contract. `mboss interface lint` says what is to do; each TODO is one of its findings."
    yield from (f"# {digest}  {name}" for name, digest in spec.files.items())
    yield from (
        "apiVersion: mboss/v1",
        "kind: Interface",
        "metadata:",
        f"  id: {flow(spec.id)}",
        "  version: 0.1.0",
        f"  system: {json.dumps(spec.system)}{'' if spec.system != 'TODO' else '  # TODO the code of the other side'}",
        f"  owner: {json.dumps(spec.owner)}" if spec.owner else "  owner: team:TODO  # TODO who answers for it",
        "  lifecycle: experimental",
        f"  title: {{en: {flow(spec.title)}}}",
        "spec:",
        f"  direction: {spec.direction}",
        f"  transport: {flow(spec.transport)}",
        "  operations:",
    )
    for operation in spec.operations:
        yield from _operation(operation, spec.direction)
    if spec.examples:
        yield "  examples:"
        for example in spec.examples:
            yield f"    - {flow(example)}"


def _operation(operation: DraftOperation, direction: str) -> Iterator[str]:
    yield f"    {operation.name}:"
    yield from (f"      # TODO {note}" for note in operation.notes)
    pattern = operation.pattern or ("request-reply" if operation.reply is not None else "one-way")
    yield f"      pattern: {pattern}"
    if pattern == "callback":
        yield "      role: event"
    if operation.correlate:
        yield f"      correlate: {flow(operation.correlate)}"
    if operation.wire:
        yield f"      wire: {flow(operation.wire)}"
    yield from _side("request", operation.request)
    if operation.reply is not None:
        yield from _side("reply", operation.reply)
    late = pattern == "async-request-reply"
    yield f"      timing: {{timeout: 10s{', reply: 1d' if late else ''}}}{LATE if late else ''}"
    if operation.idempotent:
        yield "      idempotent: true"
    elif direction == "outbound":
        yield "      # TODO idempotent: true, if the same request again is safe; else probe: the operation that asks"
    elif pattern != "callback":
        yield "      # TODO role: order, call or event, and for the first two route: {function, operation}"
    if operation.errors:
        yield "      errors:"
        yield "        exchange:  # TODO what does each of these mean for an order?"
        yield from (f"          - {flow(row)}" for row in operation.errors)


def _side(name: str, side: Side) -> Iterator[str]:
    yield f"      {name}:"
    yield "        type: Draft@1  # TODO choose a canonical type, and map its paths"
    if side.wire:
        yield f"        wire: {flow(side.wire)}"
    if side.rows:
        yield "        mapping:"
        yield from row_lines(side.rows, 10)
    else:
        yield "        mapping: []"
    yield from (f"        # {line}" for line in _optional(side.optional))
    yield from (f"        # TODO {todo}" for todo in side.todos)


def _optional(parts: Iterable[tuple[str, int]]) -> Iterator[str]:
    found = list(parts)
    for start in range(0, min(len(found), SHOWN), 4):
        names = (f"{path} ({count} leaves)" if count > 1 else path for path, count in found[start : start + 4])
        yield f"{'optional, left out' if start == 0 else '                  '}: {', '.join(names)}"
    if len(found) > SHOWN:
        yield f"                  : and {len(found) - SHOWN} more"
