"""A peer that is a client of the hub: people make it call (``POST /__mock__/call``), and it is told how things end.

It keeps what it placed and what it was told, and finds contradictions between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from interfaces.failure import Failure
from interfaces.ids import new_id
from mocks.caller import HubRefused
from mocks.calling_peer import CallingPeer
from mocks.outbox import Again
from mocks.peer import Act, Refused
from mocks.rules import Rule
from mocks.spyne_side import Service
from mocks.store import Body, Tx

EXAMPLE = 'like {"operation": "queryOrder", "body": {"orderNo": "..."}}'


class ClientPeer(CallingPeer):
    """Subclasses say what they call and what they serve; ``services[0]`` is where they are told."""

    calls: ClassVar[Service]
    """The hub's interface for this peer; every request of it has ``sourceSystem`` and ``requestId``."""
    places: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Operation that places something -> (its number's field, the step that is counted)."""

    def make_acts(self) -> Mapping[str, Act]:
        return {"orderResultNotify": Act("notify", "orderNo", self._told)}

    def offers(self) -> Mapping[str, Callable[[Any], Body]]:
        return {"call": self._asked}

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        return {"orderNo": request.get("orderNo"), "resultCode": refused.code, "resultMsg": refused.text}

    def state(self, tx: Tx) -> Body:
        told = {row["id"]: row for row in tx.things("kind = 'told'")}
        placed = tx.things("kind = 'placed' ORDER BY id")
        ends = {number: {"state": row["state"], "reason": row.get("reasonText")} for number, row in told.items()}
        return {"placed": {row["id"]: {"hubOrderNo": row["hubOrderNo"], **ends.get(row["id"], {})} for row in placed}}

    def findings(self, tx: Tx) -> list[str]:
        placed = {row["id"] for row in tx.things("kind = 'placed'")}
        strange = [row["id"] for row in tx.things("kind = 'told' ORDER BY id") if row["id"] not in placed]
        doubles = [row["id"] for row in tx.things("kind = 'placed' AND state = 'double' ORDER BY id")]
        return [f"was told of {number}, which it never placed" for number in strange] + [
            f"{number} was taken twice, as two orders" for number in doubles
        ]

    def _asked(self, data: Any) -> Body:
        """Call the hub: ``{"ok": true, "reply"}`` or ``{"ok": false, "refused"}``; Failure(unavailable): not there."""
        if not isinstance(data, dict) or not isinstance(body := data.get("body", {}), dict):
            raise Failure("invalid", "send an operation and a body", advice=EXAMPLE)
        operation = str(data.get("operation", ""))
        if operation not in self.calls.operations:
            known = ", ".join(sorted(self.calls.operations))
            raise Failure("invalid", f"{self.code} never calls {operation!r}", advice=f"it calls: {known}")
        sent = {"sourceSystem": self.code, "requestId": new_id("rq"), **body}
        try:
            said: Body = {"ok": True, "reply": self.caller.call(self.calls, operation, sent)}
        except HubRefused as refused:
            said = {"ok": False, "refused": str(refused)}
        except Again as again:
            advice = "send the same again, with the same number"
            raise Failure("unavailable", f"the hub did not answer: {again}", advice=advice) from again
        with self.store.tx() as tx:
            self._keep(tx, operation, sent, said)
        return said

    def _keep(self, tx: Tx, operation: str, sent: Body, said: Body) -> None:
        field, step = self.places.get(operation, ("requestId", ""))
        number = str(sent.get(field, ""))
        tx.journal("out", operation, number, sent, "sent" if said["ok"] else f"refused: {said['refused']}")
        if not (step and said["ok"]):
            return
        hub_order = said["reply"].get("hubOrderNo", "")
        before = tx.get("placed", number)
        if before is None:
            tx.put("placed", number, area=str(sent.get("lanId", "")), state="taken", hubOrderNo=hub_order)
            tx.effect(number, step, number)
        elif before["hubOrderNo"] != hub_order:
            tx.put("placed", number, area=before["area"], state="double", hubOrderNo=hub_order)

    def _told(self, tx: Tx, request: Body, rule: Rule) -> Body:
        number = request["orderNo"]
        names = ("hubOrderNo", "finishTime", "reasonCode", "reasonText")
        told = {name: request[name] for name in names if name in request}
        tx.put("told", number, area=str(request.get("lanId", "")), state=request["orderState"], **told)
        tx.effect(number, "told", number)
        return {"orderNo": number, "resultCode": "0", "recvFlag": "R"}
