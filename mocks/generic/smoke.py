"""A spec tried in memory: its generic peer is asked every operation through the agreement's other side."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Body, Message
from interfaces.proof import bodies
from interfaces.spec.model import InterfaceSpec
from interfaces.wire import WireMessage
from mocks.generic.book import examples, key_of
from mocks.generic.introduced import introduced
from mocks.generic.peer import GenericPeer
from mocks.peer import Setting


@dataclass(frozen=True)
class Smoke:
    """What became of one operation. failure: None = asked, answered, and the answer read."""

    operation: str
    request: Body
    reply: Body | None = None
    failure: Failure | None = None

    def to_json(self) -> dict[str, Any]:
        return {"operation": self.operation, "ok": self.failure is None} | (
            {"failure": self.failure.to_json()} if self.failure else {}
        )


def smoke(spec: InterfaceSpec) -> list[Smoke]:
    """One call of every operation. Opens no port and no queue, leaves no file; never raises for what a spec has wrong
    in one operation. Failure(invalid) for a spec that does not compile."""
    with tempfile.TemporaryDirectory(prefix="mboss-smoke-") as folder:
        peer = GenericPeer(Setting(Path(folder)), spec)
        try:
            caller = Agreement(introduced(spec))
            return [_one(peer, caller, name) for name in spec.operations]
        finally:
            peer.stop()


def _one(peer: GenericPeer, caller: Agreement, operation: str) -> Smoke:
    body: Body = {}
    try:
        body = request_of(peer.agreement, operation)
        return Smoke(operation, body, ask(caller, operation, body, peer.serve_one))
    except Failure as failure:
        return Smoke(operation, body, failure=failure)


def request_of(agreement: Agreement, operation: str) -> Body:
    """A canonical request: the first example, else one made from the rows; Failure(invalid) when there is neither."""
    known = examples(agreement, operation)
    found = known[0].request if known else next(bodies(agreement, operation), None)
    if found is None:
        where, advice = f"{agreement.spec.ref}/{operation}", "give it an example, or correct its rows"
        raise Failure("invalid", "no request can be made", where=where, advice=advice)
    return found


def ask(agreement: Agreement, operation: str, body: Body, serve: Callable[[str, WireMessage], WireMessage]) -> Body:
    """The canonical reply to a canonical request, both through the bytes; Failure as for any other peer."""
    area = str(body.get("area", ""))
    message = Message(id=new_id("msg"), type="", source="HUB", body=body, key=key_of(body), area=area)
    answer = serve(operation, agreement.write_request(operation, message))
    return dict(agreement.read_reply(operation, answer, message).body)
