"""One call to a peer by hand: an integrator tries an interface through the hub, and both sides are journalled."""

from __future__ import annotations

from typing import Any

from hub import journal
from hub.runtime import Hub
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Message
from interfaces.spec.trial import Trial

HUB = "HUB"


def call_by_hand(
    hub: Hub, id_: str, operation: str, body: dict[str, Any] | None, example: str, reason: str, who: str
) -> dict[str, Any]:
    """``{"interface", "operation", "request", "reply", "messages"}``: the canonical bodies, and the journal's ids.

    body None: that of the named example, "" = the operation's first. Failure ``invalid`` for an interface by which the
    hub is called and for a body that breaks its type; else what the gateway says: ``unavailable``, ``rejected`` ...
    """
    agreement = hub.registry.get(id_)
    spec = agreement.spec
    if spec.direction != "outbound":
        advice = f"call the hub: `mboss interface show {id_} --curl {operation}`"
        raise Failure("invalid", f"{spec.system} calls the hub by {id_}", where=spec.ref, advice=advice)
    op = agreement.operation(operation)
    said = Trial(agreement, operation).example(example) if body is None else body
    key = str(said.get("externalId", "")) or new_id("try")
    request = Message(
        id=new_id("msg"),
        type=op.request.type_name,
        version=op.request.type_version,
        source=HUB,
        body=said,
        key=key,
        correlation_id=key,
        area=str(said.get("area", "")),
    )
    row = {"at": hub.clock.now(), "who": who, "action": "interface.call", "object": spec.ref, "reason": reason}
    hub.store.write(journal.audit, row | {"detail": {"operation": operation, "message": request.id}})
    answer = hub.calls.exchange(spec.ref, operation, spec.system, request, "")
    bodies = {"request": said, "reply": dict(answer.body)}
    return {"interface": spec.ref, "operation": operation, **bodies, "messages": [request.id, answer.id]}
