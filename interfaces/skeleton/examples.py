"""Examples of a drafted spec, made by its own agreement: what it writes is valid, and reads back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from interfaces import canonical
from interfaces.agreement import Agreement, Received
from interfaces.failure import Failure
from interfaces.mapping import Context
from interfaces.message import Body, Message
from interfaces.proof import bodies
from interfaces.skeleton.rows import Side
from interfaces.skeleton.text import DraftOperation
from interfaces.spec.model import InterfaceSpec
from interfaces.spec.trial import Trial

Files = dict[str, bytes]
_ROLES: Final = ("request", "canonical", "reply", "canonicalReply")
_GOOD: Final = ("completed", "acknowledged", "inProgress")


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


def renewed(spec: InterfaceSpec, operations: Iterable[str]) -> Files:
    """The drafted examples of these operations as their rows read and write now: file -> content, where it differs.

    A document that the rows still read as a valid body stays; else a body is made from the rows. Examples that somebody
    wrote himself are left to lint.
    """
    agreement = Agreement(spec)
    files: Files = {}
    for entry in spec.examples:
        name = entry["operation"]
        if name in operations and all(v.startswith(f"examples/{name}.") for k, v in entry.items() if k in _ROLES):
            with suppress(Failure, OSError):
                files |= _renewed(agreement, entry)
    return {name: body for name, body in files.items() if not _is(spec.folder / name, body)}


def _renewed(agreement: Agreement, entry: Mapping[str, str]) -> Files:
    op, files = agreement.operation(entry["operation"]), Files()
    body = _body(agreement, entry, "request", "canonical", reply=False)
    request = Message(id="msg_example", type="", source=agreement.spec.system, body=body)
    wire = agreement.write_request(op.name, request).body
    files |= {entry[role]: made for role, made in (("request", wire), ("canonical", _json(body))) if role in entry}
    if op.reply is not None and "canonicalReply" in entry:
        said = _body(agreement, entry, "reply", "canonicalReply", reply=True)
        received = Received(op, request, {":encoding": "utf-8"})
        answer = Message(id="msg_example", type="", source=agreement.spec.system, body=said)
        files[entry["canonicalReply"]] = _json(said)
        if "reply" in entry:
            files[entry["reply"]] = agreement.write_reply(received, answer).body
    return files


def _body(agreement: Agreement, entry: Mapping[str, str], wire: str, own: str, reply: bool) -> Body:
    """What the document says by the rows of now; Failure(invalid) when neither it nor anything made is valid."""
    op, folder = agreement.operation(entry["operation"]), agreement.spec.folder
    side = op.reply if reply and op.reply else op.request
    checked = canonical.validator(side.type_name, side.type_version)
    with suppress(Failure, OSError, ValueError):
        said = (folder / entry[wire if wire in entry else own]).read_bytes()
        body = Trial(agreement, op.name).to_canonical(said, reply) if wire in entry else json.loads(said)
        if not checked.check(body):
            return dict(body)
    made = sorted(bodies(agreement, op.name, reply), key=_rank)
    if not made:
        raise Failure("invalid", "its rows make no valid body", where=f"{agreement.spec.ref}/{op.name}")
    return made[0]


def _rank(body: Body) -> int:
    """Good news first: an example is what a mock answers."""
    state = body.get("state")
    return _GOOD.index(state) if state in _GOOD else len(_GOOD)


def _is(file: Path, body: bytes) -> bool:
    return file.is_file() and file.read_bytes() == body


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
