"""A call to the hub that somebody asks for: an example, a file or a body; and what both sides said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interfaces.failure import Failure
from interfaces.message import Body
from interfaces.proof import bodies
from interfaces.spec.trial import Trial
from mocks.generic.book import examples, key_of
from mocks.generic.client import Client, Exchanged, text

if TYPE_CHECKING:
    from mocks.generic.peer import GenericPeer


def call(peer: GenericPeer, operation: str, example: str = "", body: Any = None) -> dict[str, Any]:
    """Call and journal; the record as ``record`` makes it. Failure for what cannot be sent or has no answer."""
    name, sent = operation_of(peer, operation), body
    if sent is None:
        sent = body_of(peer, name, example)
    if not isinstance(sent, dict):
        raise Failure("invalid", "the body is no JSON object", where="body")
    done = peer.client.send(name, peer.client.message(sent))
    said = record(peer.client, name, sent, done)
    with peer.store.tx() as tx:
        tx.journal("out", name, key_of(sent), said, f"refused: {done.failure}" if done.failure else "sent")
    return said


def asked(peer: GenericPeer, data: Any) -> dict[str, Any]:
    """``POST /__mock__/call {"operation", "example" | "body"}``."""
    if not isinstance(data, dict):
        raise Failure("invalid", "send a JSON object", advice='like {"operation": "notify", "example": "done"}')
    return call(peer, str(data.get("operation", "")), str(data.get("example", "")), data.get("body"))


def operation_of(peer: GenericPeer, name: str) -> str:
    """The operation meant, or the only one; Failure(invalid) for an interface in which the hub is the caller."""
    spec = peer.spec
    if spec.direction != "inbound":
        where, advice = spec.ref, "name an inbound interface, or send a request to this mock"
        raise Failure("invalid", f"{spec.id} is called by the hub, not by {spec.system}", where=where, advice=advice)
    if not name and len(spec.operations) == 1:
        return next(iter(spec.operations))
    return peer.agreement.operation(name).name


def body_of(peer: GenericPeer, operation: str, example: str) -> Body:
    """The named example's canonical request, else the first one, else one made from the rows."""
    known = {one.name: one.request for one in examples(peer.agreement, operation)}
    if example:
        if example not in known:
            raise Failure("not_found", f"no example {example!r} of {operation}", advice=f"known: {', '.join(known)}")
        return known[example]
    made = next(iter(known.values()), None) or next(bodies(peer.agreement, operation), None)
    if made is None:
        raise Failure("invalid", f"{operation} has no example", where=peer.spec.ref, advice="say --file")
    return made


def body_in(peer: GenericPeer, operation: str, file: Path) -> Body:
    """A file's canonical body: JSON of the canonical type, or a document as it is on the wire."""
    data, trial = file.read_bytes(), Trial(peer.agreement, operation)
    try:
        return trial.to_canonical(data)
    except Failure as failure:
        if not data.lstrip().startswith(b"{"):
            raise
        body = json.loads(data)
        if isinstance(body, dict) and "externalId" in body:
            return body
        raise failure from None


def record(client: Client, operation: str, body: Body, done: Exchanged) -> dict[str, Any]:
    """``{"interface", "operation", "request": {canonical, wire}, "reply": {canonical, wire}, "ok", "failure"?}``."""
    reply = dict(done.reply.body) if done.reply else None
    said: dict[str, Any] = {
        "interface": client.agreement.spec.ref,
        "operation": operation,
        "ok": done.failure is None,
        "request": {"canonical": body, "wire": text(done.sent)},
        "reply": {"canonical": reply, "wire": text(done.got)},
    }
    return said | ({"failure": done.failure.to_json()} if done.failure else {})
