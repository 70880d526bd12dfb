"""FAULT, fault handling (112 障碍处理): takes trouble tickets, tests and repairs, and tells the hub how it ended.

Idempotent by reqNo. A ticket is known by the number it has here, and by the hub's own (hubNo), which those who
raised it know.
"""

from __future__ import annotations

from collections.abc import Mapping

from interfaces.clock import HOUR
from interfaces.ids import new_id
from mocks.caller import HubRefused
from mocks.calling_peer import CallingPeer
from mocks.outbox import After, Job
from mocks.peer import Act, Refused
from mocks.peers.fault_soap import HUB, SERVED
from mocks.rules import Rule
from mocks.store import Body, Tx, data_of
from mocks.times import compact

TAKEN, AT_WORK, DONE, GIVEN_BACK, WITHDRAWN = "10", "20", "30", "40", "90"
OPEN = frozenset({TAKEN, AT_WORK})
PROMISED = 24 * HOUR
CAUSES: Mapping[str, tuple[str, str]] = {
    "": ("C10", "line repaired"),
    "customer": ("R30", "customer not at home"),
    "equipment": ("R40", "fault is in the customer's own equipment"),
    "other": ("R90", "no fault found"),
}
"""Reason class of a return ("" = repaired) -> (causeCode, causeDesc)."""


class FaultDesk(CallingPeer):
    code = "FAULT"
    title = "fault handling (112)"
    services = (SERVED,)
    defaults = {**CallingPeer.defaults, "work_seconds": "0.05"}

    def make_acts(self) -> Mapping[str, Act]:
        return {
            "raiseTicket": Act("create", "reqNo", self._raise),
            "urgeTicket": Act("urge", "reqNo", self._urge),
            "withdrawTicket": Act("cancel", "reqNo", self._withdraw),
            "queryTicket": Act("queryTicket", "origNo", self._query, repeats=True),
            "testLine": Act("testLine", "reqNo", self._test, repeats=True),
        }

    def make_jobs(self) -> Mapping[str, Job]:
        return {"work": self._work, "notify": self._notify}

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        return {"reqNo": request.get("reqNo"), "resultCode": refused.code, "resultMsg": refused.text}

    def state(self, tx: Tx) -> Body:
        shown = ("state", "area", "owner", "accNbr", "ticketNo", "urged", "cause")
        rows = tx.things("kind = 'ticket' ORDER BY id")
        return {"tickets": {row["hubNo"] or row["id"]: {name: row.get(name) for name in shown} for row in rows}}

    def findings(self, tx: Tx) -> list[str]:
        """A ticket at work that nobody works on."""
        at_work = {row["key"] for row in tx.rows("SELECT key FROM job")}
        rows = tx.things("kind = 'ticket' AND state IN (?, ?) ORDER BY id", TAKEN, AT_WORK)
        return [f"ticket {row['ticketNo']} waits for nothing" for row in rows if row["id"] not in at_work]

    # -- acts --------------------------------------------------------------------------------------------------

    def _raise(self, tx: Tx, request: Body, rule: Rule) -> Body:
        key, owner = request["reqNo"], str(request.get("prodInstId") or request.get("accNbr") or "")
        if not owner:
            raise Refused("6001", "neither number nor product instance named")
        returned = str(rule.args.get("class", "other")) if rule.do == "return" else ""
        ticket: Body = {"ticketNo": new_id("tkt"), "hubNo": request.get("hubNo", ""), "accNbr": request.get("accNbr")}
        ticket |= {"promiseTime": compact(tx.now + PROMISED), "urged": 0, "class": returned, "copies": rule.copies}
        tx.put("ticket", key, area=request["lanId"], state=TAKEN, owner=owner, **ticket)
        tx.effect(key, "create", owner)
        for step, seconds in ((AT_WORK, 0.0), (DONE, rule.delay(tx.setting("work_seconds")))):
            tx.later("work", key, {"reqNo": key, "step": step}, seconds)
        return self._good(request, ticket, TAKEN) | {"promiseTime": ticket["promiseTime"]}

    def _urge(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """Somebody is sent at once."""
        row = self._open(tx, request)
        tx.put("ticket", row["id"], **self._kept(row, row["state"]) | {"urged": row["urged"] + 1})
        tx.effect(request["reqNo"], "urge", row["owner"])
        tx.later("work", row["id"], {"reqNo": row["id"], "step": DONE})
        return self._good(request, row, row["state"])

    def _withdraw(self, tx: Tx, request: Body, rule: Rule) -> Body:
        row = self._open(tx, request)
        self._end(tx, row, WITHDRAWN, ("X10", "withdrawn by who raised it"))
        tx.effect(request["reqNo"], "cancel", row["owner"])
        return self._good(request, row, WITHDRAWN)

    def _query(self, tx: Tx, request: Body, rule: Rule) -> Body:
        row = self._known(tx, request)
        told = {"resultCode": "0", "hubNo": row["hubNo"], "ticketNo": row["ticketNo"], "ticketState": row["state"]}
        code, text = row.get("cause") or (None, None)
        times = {"promiseTime": row["promiseTime"], "finishTime": row.get("finishTime")}
        return told | times | {"causeCode": code, "causeDesc": text}

    def _test(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """A line with an open ticket is faulty, any other one is good; the world shows, nothing is decided here."""
        named = [request[name] for name in ("accNbr", "prodInstId") if request.get(name)]
        if number := request.get("origNo"):
            named.append(str(self._known(tx, {"origNo": number})["owner"]))
        if not named:
            raise Refused("6001", "neither number nor product instance nor ticket named")
        tickets = tx.things("kind = 'ticket' AND state IN (?, ?)", TAKEN, AT_WORK)
        faulty = any(name in (row["owner"], row["accNbr"]) for row in tickets for name in named)
        reading = [{"itemName": "LOOP_OHM", "itemValue": "9999" if faulty else "620"}]
        reply = {"reqNo": request["reqNo"], "resultCode": "0", "testNo": new_id("tst")}
        return reply | {"verdict": "BAD" if faulty else "GOOD", "reading": reading}

    def _good(self, request: Body, ticket: Body, state: str) -> Body:
        return {"reqNo": request["reqNo"], "resultCode": "0", "ticketNo": ticket["ticketNo"], "ticketState": state}

    def _known(self, tx: Tx, request: Body) -> Body:
        number = request["origNo"]
        for row in tx.things("kind = 'ticket'"):
            if number in (row["hubNo"], row["id"], row["ticketNo"]):
                return row
        raise Refused("6002", "no such ticket")

    def _open(self, tx: Tx, request: Body) -> Body:
        row = self._known(tx, request)
        if row["state"] not in OPEN:
            raise Refused("6003", "the ticket is closed")
        return row

    # -- later -------------------------------------------------------------------------------------------------

    def _work(self, payload: Body) -> After:
        def after(tx: Tx) -> None:
            row = tx.get("ticket", payload["reqNo"])
            if row is None or row["state"] not in OPEN:
                return
            if payload["step"] == DONE:
                self._end(tx, row, GIVEN_BACK if row["class"] else DONE, CAUSES.get(row["class"], CAUSES["other"]))
            else:
                tx.put("ticket", row["id"], **self._kept(row, AT_WORK))
                self._tell(tx, row, AT_WORK, stepName="sent to the field")

        return after

    def _end(self, tx: Tx, row: Body, state: str, cause: tuple[str, str]) -> None:
        told = {"finishTime": compact(tx.now), "cause": cause}
        tx.put("ticket", row["id"], **self._kept(row, state) | told)
        for _ in range(row["copies"]):
            self._tell(tx, row, state, causeCode=cause[0], causeDesc=cause[1], finishTime=told["finishTime"])

    def _kept(self, row: Body, state: str) -> Body:
        return {"area": row["area"], "state": state, "owner": row["owner"], **data_of(row)}

    def _tell(self, tx: Tx, row: Body, state: str, **more: object) -> None:
        told = {"exchId": new_id("x"), "srcSys": self.code, "reqNo": row["id"], "ticketNo": row["ticketNo"]}
        told |= {"lanId": row["area"], "ticketState": state, "eventTime": compact(tx.now), **more}
        tx.later("notify", row["id"], told)

    def _notify(self, payload: Body) -> After:
        try:
            reply = self.caller.call(HUB, "ticketNotify", payload)
        except HubRefused as refused:
            reply = {"resultCode": str(refused)[:400]}
        outcome = "sent" if reply.get("resultCode") == "0" else f"refused: {reply.get('resultCode')}"
        return lambda tx: tx.journal("out", "ticketNotify", payload["reqNo"], payload, outcome)
