"""From an OpenAPI or AsyncAPI document to its specs: one for each direction, and for each queue that is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from interfaces.contract.api import untested
from interfaces.contract.api_files import SUFFIXES, Files
from interfaces.contract.api_operation import Api, ApiOperation
from interfaces.contract.sample import NoSample
from interfaces.envelope.rest import EXCHANGE
from interfaces.failure import Failure
from interfaces.outcome import match
from interfaces.skeleton import amqp_draft
from interfaces.skeleton.json_rows import json_side
from interfaces.skeleton.parts import Draft, Options, canonical_name, finished, laid_out, slug
from interfaces.skeleton.rows import Side, join, name_of
from interfaces.skeleton.text import DraftOperation, DraftSpec

OTHER = {"inbound": "outbound", "outbound": "inbound"}
HERE = "the hub serves no REST from a spec alone: its routes need code in hub/api"

Bodies = dict[str, bytes]


def draft_api(files: Files, api: Api, options: Options) -> list[Draft]:
    """The files of the specs; Failure(invalid) when no operation can be drafted."""
    title = api.title or files.main.path.stem
    base = options.id or slug(title)
    main, contract = _contract_files(files)
    refused: list[str] = []
    made: list[Draft] = []
    for suffix, direction, reads in _groups(api, options):
        operations, schemas = _operations(reads, direction, options, refused)
        if not operations:
            continue
        name = "-".join(filter(None, (base[: 63 - len(suffix)], suffix)))
        settings, notes = dict(api.settings), list[str]()
        if api.kind == "amqp" and direction == "inbound":
            operations, settings, notes = amqp_draft.read(operations, reads, api.operations, (name, base), settings)
        elif api.kind == "amqp":
            operations, settings, notes = amqp_draft.sent(operations, api.operations, base, settings)
        elif direction == "inbound":
            notes = [HERE]
        spec = DraftSpec(
            id=name,
            system=options.system or "TODO",
            title=title,
            direction=direction,
            transport={"kind": api.kind, "envelope": api.kind, "contract": main, **_some("settings", settings)},
            files={file: hashlib.sha256(body).hexdigest() for file, body in contract.items()},
            operations=tuple(operations),
            owner=options.owner,
        )
        notes += [f"operation {o.name}: {note}" for o in operations for note in o.notes]
        notes += [f"operation {o.name}: {n}" for o in operations for s in (o.request, o.reply) if s for n in s.todos]
        made.append(finished(spec, contract | schemas, notes))
    if not made:
        why = "; ".join([*refused, *(f.message for f in api.findings)][:3]) or "it declares none"
        raise Failure("invalid", f"no operation can be drafted: {why}", where=str(files.main.path))
    told = (*refused, *map(str, api.findings))
    return [replace(made[0], todos=(*told, *made[0].todos)), *made[1:]]


def _some(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}


def _groups(api: Api, options: Options) -> Iterator[tuple[str, str, list[ApiOperation]]]:
    """(suffix of the id, direction, operations), those of the direction that was asked for first."""
    wanted = {o.unit for o in api.operations if not options.only or {o.name, o.unit} & set(options.only)}
    chosen = [o for o in api.operations if o.unit in wanted]
    found: list[tuple[str, str, list[ApiOperation]]] = []
    for direction in (options.direction, OTHER[options.direction]):
        own = [o for o in chosen if o.back == (direction != options.direction)]
        queues = amqp_draft.queues(own) if api.kind == "amqp" and direction == "inbound" else {"": own}
        plain = direction == options.direction and len(queues) == 1
        other = "callbacks" if direction == "inbound" else "sent"
        found += [("" if plain else slug(queue) if queue else other, direction, part) for queue, part in queues.items()]
    found = [group for group in found if group[2]]
    return iter([("", *found[0][1:])] if len(found) == 1 else found)


def _contract_files(files: Files) -> tuple[str, Bodies]:
    """(name of the main file, name -> bytes)."""
    main = files.main.path
    name = "" if main.suffix in SUFFIXES else f"{main.stem}{main.suffix.lower()}"
    names = laid_out(files.paths, main, name, ("examples", "schemas"))
    return names[main], {name: path.read_bytes() for path, name in sorted(names.items())}


def _operations(
    reads: list[ApiOperation], direction: str, options: Options, refused: list[str]
) -> tuple[list[DraftOperation], Bodies]:
    made: list[DraftOperation] = []
    schemas: Bodies = {}
    taken: set[str] = set()
    for read in reads:
        name = canonical_name(read.name, taken)
        try:
            untested(read.request), untested(read.reply or {})
            operation, files = _operation(read, name, direction, options)
        except (NoSample, Failure) as reason:
            refused.append(f"operation {read.name}: no example can be made: {reason}")
            continue
        made.append(operation)
        schemas |= files
    return made, schemas


def _operation(read: ApiOperation, name: str, direction: str, options: Options) -> tuple[DraftOperation, Bodies]:
    files: Bodies = {}
    inbound = direction == "inbound"
    callback = inbound and read.pattern == "callback"
    field = "" if read.correlate in ("", "correlation_id") else read.correlate
    wanted = options.wanted | ({field} if field else set())
    ask = (f"the correlation id stands in the body, at {field}: map the key to it",) if field and not callback else ()
    request = _side(read.request, f"schemas/{name}.request.json", files, wanted)
    reply = None if read.reply is None else _side(read.reply, f"schemas/{name}.reply.json", files, options.wanted)
    operation = DraftOperation(
        name=name,
        wire=read.wire,
        request=request,
        reply=reply,
        errors=() if inbound else tuple(_refusal(status, text) for status, text in read.refusals),
        notes=(*ask, *read.notes),
        in_path=_in_path(read),
        pattern="" if read.pattern == "callback" and not inbound else read.pattern,
        correlate=(_canonical(field) or read.correlate) if callback else "",
        idempotent=options.repeatable(name, read.name, read.unit),
    )
    return operation, files


def _refusal(status: str, text: str) -> dict[str, str]:
    """A row of the error table: the code that every REST peer's answer means, for a person to correct."""
    row = match(EXCHANGE, status)
    return {"match": status, "code": row.code if row else "timeout", "note": text}


def _canonical(wire: str) -> str:
    """The path that a drafted row gives a field."""
    made = ""
    for key in wire.split(".") if wire else ():
        made = join(made, name_of(key))
    return made


def _side(schema: Mapping[str, Any], file: str, schemas: Bodies, wanted: frozenset[str]) -> Side:
    made = json_side(schema, file, wanted)
    schemas[file] = (json.dumps(schema, ensure_ascii=False, indent=1) + "\n").encode()
    return made


def _in_path(read: ApiOperation) -> bool:
    outside = {"query", "headers", "body"} & read.wire.keys() or "{" in str(read.wire.get("path", ""))
    return bool(outside) or read.wire.get("method") in ("GET", "DELETE")
