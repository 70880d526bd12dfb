"""Examples of a drafted spec, made by its own agreement: what it writes is valid, and reads back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from interfaces.agreement import Agreement, Received
from interfaces.failure import Failure
from interfaces.mapping import Context
from interfaces.message import Body, Message
from interfaces.skeleton.rows import Side
from interfaces.skeleton.text import DraftOperation
from interfaces.spec.trial import Trial

Files = dict[str, bytes]


def examples(agreement: Agreement, operations: Iterable[DraftOperation]) -> tuple[list[Mapping[str, str]], Files]:
    """(entries for the spec, files): per operation the request, and the reply where there is one.

    An operation whose rows cannot make a valid document has none; lint names it.
    """
    entries: list[Mapping[str, str]] = []
    files: Files = {}
    for operation in operations:
        with suppress(Failure):
            made = dict(_files(agreement, operation))
            files |= dict(made.values())
            names = {role: name for role, (name, _) in made.items()}
            entries.append({"name": operation.name, "operation": operation.name, **names})
    return entries, files


def _files(agreement: Agreement, operation: DraftOperation) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """(role in the spec, (file, bytes)). The canonical side is what the wire side reads as."""
    name, trial = operation.name, Trial(agreement, operation.name)
    request = _message(agreement, name, operation.request, reply=False)
    wire = agreement.write_request(name, request).body
    if wire and not operation.in_path:
        yield "request", (f"examples/{name}.request.{_kind(wire)}", wire)
    body = request.body if operation.in_path or not wire else trial.to_canonical(wire)
    yield "canonical", (f"examples/{name}.canonical.json", _json(body))
    if operation.reply is not None:
        received = Received(agreement.operation(name), request, {":encoding": "utf-8"})
        wire = agreement.write_reply(received, _message(agreement, name, operation.reply, reply=True)).body
        yield "reply", (f"examples/{name}.reply.{_kind(wire)}", wire)
        yield "canonicalReply", (f"examples/{name}.canonical-reply.json", _json(trial.to_canonical(wire, reply=True)))


def _message(agreement: Agreement, operation: str, side: Side, reply: bool) -> Message:
    body: Body = agreement.mapping(operation, reply).to_canonical(side.tree, Context())
    return Message(id="msg_example", type="Draft", source=agreement.spec.system, body=body)


def _kind(wire: bytes) -> str:
    return "json" if wire[:1] in b"{[" else "xml"


def _json(body: Mapping[str, Any]) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()
