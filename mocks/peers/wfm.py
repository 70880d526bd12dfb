"""WFM, field work (施工调度): work orders by AMQP; done (回单) or returned (退单) some time later.

Idempotent by woNo. Results go to the hub's queue and name the work order.
"""

from __future__ import annotations

from collections.abc import Mapping

from mocks.outbox import After, Job
from mocks.peer import Act, Refused
from mocks.queue_peer import QueuePeer
from mocks.rules import Rule
from mocks.store import Body, Tx
from mocks.times import spaced

RESULTS = "hub.wfm.result"
RETURNS: Mapping[str, tuple[str, str, str]] = {
    "noFacility": ("10", "W101", "no free port in the splitter box"),
    "wrongAddress": ("20", "W201", "address not found"),
    "customer": ("30", "W301", "customer not at home"),
    "equipment": ("40", "W401", "terminal out of stock"),
}
"""Reason class of a return -> (retType, retCode, retDesc)."""


class Wfm(QueuePeer):
    code = "WFM"
    title = "field work"
    queue = "wfm.dispatch"
    needs = ("woNo", "lanId", "oper")
    defaults = {"work_seconds": "0.02"}

    def make_acts(self) -> Mapping[str, Act]:
        return {
            "NEW": Act("dispatch", "woNo", self._dispatch),
            "CHG": Act("changeAppointment", "woNo", self._change),
            "CAN": Act("cancel", "woNo", self._cancel),
            "URG": Act("urge", "woNo", self._urge),
        }

    def make_jobs(self) -> Mapping[str, Job]:
        return {**super().make_jobs(), "finish": self._finish}

    def operation(self, body: Body) -> str:
        return str(body.get("oper", ""))

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        return {"stat": "REJ", "retCode": refused.code, "retType": "80", "retDesc": refused.text}

    def replied(self, tx: Tx, request: Body, reply: Body, rule: Rule) -> None:
        if reply:
            self._tell(tx, request["woNo"], request["lanId"], reply, rule.messages, rule.delay(0))

    def state(self, tx: Tx) -> Body:
        rows = tx.things("kind = 'work' ORDER BY id")
        return {"work_orders": {r["id"]: {k: r[k] for k in ("state", "area", "owner", "appt")} for r in rows}}

    # -- acts --------------------------------------------------------------------------------------------------

    def _dispatch(self, tx: Tx, request: Body, rule: Rule) -> Body:
        number, area, owner = request["woNo"], request["lanId"], str(request.get("prodInstId", ""))
        tx.put("work", number, area=area, state="dispatched", owner=owner, appt=request.get("appt"))
        tx.effect(number, "dispatch", owner)
        job = {"woNo": number, "copies": rule.messages, "class": rule.args.get("class") if rule.do == "return" else ""}
        tx.later("finish", number, job, rule.delay(tx.setting("work_seconds")))
        return {}

    def _change(self, tx: Tx, request: Body, rule: Rule) -> Body:
        row = self._open(tx, request)
        tx.put("work", row["id"], area=row["area"], state=row["state"], owner=row["owner"], appt=request.get("appt"))
        tx.effect(request["woNo"], "changeAppointment", row["owner"])
        return {"stat": "DONE", "finishTime": spaced(tx.now)}

    def _cancel(self, tx: Tx, request: Body, rule: Rule) -> Body:
        row = self._open(tx, request)
        tx.move("work", row["id"], "cancelled", row["owner"])
        tx.effect(request["woNo"], "cancel", row["owner"])
        self._tell(tx, row["id"], row["area"], {"stat": "CAN", "step": "recalled"})
        return {"stat": "DONE", "finishTime": spaced(tx.now)}

    def _urge(self, tx: Tx, request: Body, rule: Rule) -> Body:
        self._open(tx, request)
        return {"stat": "DONE", "finishTime": spaced(tx.now)}

    def _open(self, tx: Tx, request: Body) -> Body:
        """The work order meant: by its number, else the open one of the product instance."""
        number, owner = request.get("origWoNo"), request.get("prodInstId", "")
        found = tx.get("work", number) if number else None
        found = found or next(iter(tx.things("kind = 'work' AND owner = ? ORDER BY id DESC", owner)), None)
        if found is None or found["state"] != "dispatched":
            raise Refused("W901", "no open work order")
        return found

    # -- later -------------------------------------------------------------------------------------------------

    def _finish(self, payload: Body) -> After:
        def after(tx: Tx) -> None:
            row = tx.get("work", payload["woNo"])
            if row is not None and row["state"] == "dispatched":
                tx.move("work", row["id"], "returned" if payload["class"] else "done", row["owner"])
                result = self._returned(payload["class"]) if payload["class"] else {"stat": "DONE"}
                self._tell(tx, row["id"], row["area"], result | {"finishTime": spaced(tx.now)}, payload["copies"])

        return after

    def _returned(self, name: str) -> Body:
        kind, code, text = RETURNS.get(name, ("90", "W999", name))
        return {"stat": "RET", "retCode": code, "retType": kind, "retDesc": text}

    def _tell(self, tx: Tx, number: str, area: str, result: Body, copies: int = 1, seconds: float = 0.0) -> None:
        body = {"woNo": number, "wfmNo": f"W{number}", "lanId": area, "evtTime": spaced(tx.now), **result}
        for _ in range(copies):
            self.send(tx, number, self.prefix + RESULTS, body, number, seconds)
