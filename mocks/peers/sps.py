"""SPS, service provisioning (服务开通): takes service orders, works them off through the hub, calls back.

It serves ``sps-service`` (orders to SPS) and ``sps-result`` (outcomes of SPS's own orders), and calls the hub at
``sps-orders``. RM, WFM and NMS are reached through the hub only.
"""

from __future__ import annotations

from collections.abc import Mapping

from interfaces.ids import new_id
from mocks.caller import HubRefused
from mocks.calling_peer import CallingPeer
from mocks.outbox import After, Job
from mocks.peer import Act, Refused
from mocks.peers import sps_flow as flows
from mocks.peers import sps_messages as messages
from mocks.peers.sps_soap import HUB, RESULTS, SERVED
from mocks.rules import Rule
from mocks.store import Body, Tx, data_of
from mocks.times import compact


class Sps(CallingPeer):
    code = "SPS"
    title = "service provisioning"
    services = (SERVED, RESULTS)
    defaults = {**CallingPeer.defaults, "step_seconds": "0"}

    def make_acts(self) -> Mapping[str, Act]:
        return {
            "submitServiceOrder": Act("provision", "soNbr", self._submit),
            "cancelServiceOrder": Act("cancel", "soNbr", self._cancel),
            "queryServiceOrder": Act("queryOutcome", "soNbr", self._query, repeats=True),
            "orderResultNotify": Act("notify", "orderNbr", self._result, repeats=True),
        }

    def make_jobs(self) -> Mapping[str, Job]:
        return {"order": self._order, "notify": self._notify}

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        number = "orderNbr" if operation == "orderResultNotify" else "soNbr"
        reply = {number: request.get(number), "resultCode": refused.code, "resultMsg": refused.text}
        return reply | ({"soState": flows.UNKNOWN} if operation == "queryServiceOrder" else {})

    def state(self, tx: Tx) -> Body:
        rows = tx.things("kind = 'so' ORDER BY id")
        shown = ("state", "area", "owner", "spsOrderNbr", "res", "flow")
        return {"orders": {row["id"]: {name: row[name] for name in shown} for row in rows}}

    def findings(self, tx: Tx) -> list[str]:
        orders = tx.things("kind = 'so' ORDER BY id")
        sent = {row["owner"] for row in tx.things("kind = 'child' AND state = 'sent'")}
        waiting = [row["id"] for row in orders if row["state"] == flows.WORKING and row["id"] not in sent]
        left = [
            f"service order {r['id']} could not take back {', '.join(r['flow']['left'])}"
            for r in orders
            if "left" in r["flow"]
        ]
        return [f"service order {number} waits for nothing" for number in waiting] + left

    # -- acts --------------------------------------------------------------------------------------------------

    def _submit(self, tx: Tx, request: Body, rule: Rule) -> Body:
        number, instance = request["soNbr"], request["prodInstId"]
        for other in tx.things("kind = 'so' AND owner = ? AND state = ?", instance, flows.WORKING):
            if request["workType"] not in flows.BESIDE or flows.in_network(other["flow"]):
                raise Refused("2002", "an order is open on this product instance")
        tx.effect(number, "provision", instance)
        flow = flows.begin(request["workType"], request.get("prodSpec", ""))
        if rule.do == "return":
            flow = flows.returned(str(rule.args.get("class", "other")))
        before = messages.known(request, tx.get("service", instance))
        old, res = messages.resources(request, before)
        order = {
            "spsOrderNbr": new_id("sps"),
            "system": self.code,
            "request": request,
            "before": before,
            "old": old,
            "res": res,
            "flow": flow,
            "copies": rule.copies,
            "step": 0,
        }
        self._go_on(tx, order | {"id": number, "area": request["lanId"], "owner": instance})
        return {"soNbr": number, "resultCode": "0", "resultMsg": "ok", "spsOrderNbr": order["spsOrderNbr"]}

    def _cancel(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """Taken at once; what becomes of it is told when all is taken back, under the cancel's own number."""
        reply = {"soNbr": request["soNbr"], "resultCode": "0", "soState": flows.ACKNOWLEDGED}
        order = self._meant(tx, request)
        if order is None or order["state"] in flows.FINAL - {flows.DONE}:
            self._tell_cancelled(tx, {"area": request["lanId"], "spsOrderNbr": None}, request["soNbr"])
            return reply  # nothing of it is left
        tx.effect(request["soNbr"], "cancel", order["owner"])
        at_work = order["flow"]["todo"][:1] == ["dispatch"] and order["flow"]["ending"] == flows.DONE
        if at_work:
            self._send(tx, order, "recall")
        order["flow"] = flows.settle(flows.cancelled(order["flow"]))
        order["silent"] = order["state"] == flows.DONE  # its caller has had the callback already
        order["cancel"] = request["soNbr"]
        if order["silent"] or not order["flow"]["todo"]:
            self._go_on(tx, order)
        else:
            self._keep(tx, order, flows.WORKING)
        return reply | {"spsOrderNbr": order["spsOrderNbr"]}

    def _tell_cancelled(self, tx: Tx, order: Body, number: str) -> None:
        head = {"exchId": new_id("x"), "srcSys": "SPS", "soNbr": number, "lanId": order["area"]}
        told = {"soState": flows.CANCELLED, "spsOrderNbr": order["spsOrderNbr"], "finishTime": compact(tx.now)}
        tx.later("notify", number, head | told)

    def _meant(self, tx: Tx, request: Body) -> Body | None:
        """The order to be cancelled: by its number, else the last one of the product instance."""
        if number := request.get("origSoNbr"):
            order = tx.get("so", number)
            if order is None:
                raise Refused("2004", "no such service order")
            return order
        found = tx.things("kind = 'so' AND owner = ?", request["prodInstId"])
        return max(found, key=lambda row: str(row["spsOrderNbr"]), default=None)

    def _query(self, tx: Tx, request: Body, rule: Rule) -> Body:
        order = tx.get("so", request["soNbr"])
        reply = {"soNbr": request["soNbr"], "resultCode": "0", "soState": order["state"] if order else flows.UNKNOWN}
        return reply | (messages.outcome(order) | {"spsOrderNbr": order["spsOrderNbr"]} if order else {})

    def _result(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """Outcome of one of SPS's own orders, as told by the hub."""
        reply = {"orderNbr": request["orderNbr"], "resultCode": "0"}
        child = tx.get("child", request["orderNbr"])
        if child is None:
            return reply | {"recvFlag": "U"}
        if request["orderState"] not in flows.FINAL:
            return reply | {"recvFlag": "R"}
        if child["state"] != "sent":
            return reply | {"recvFlag": "D"}
        self._ended(tx, child, request)
        return reply | {"recvFlag": "R"}

    # -- progress ----------------------------------------------------------------------------------------------

    def _ended(self, tx: Tx, child: Body, result: Body) -> None:
        tx.move("child", child["id"], result["orderState"], child["owner"])
        order = tx.get("so", child["owner"])
        if order is None or child["step"] in ("recall", *flows.ASIDE):
            return
        if result["orderState"] == flows.DONE:
            order["res"] = messages.merged(order, result.get("resInfo", []), child["step"])
            order["flow"] = flows.succeeded(order["flow"])
            self._report(tx, order, child["step"])
        else:
            order["flow"] = flows.failed(order["flow"], result["orderState"], messages.reason(result))
        order["flow"] = flows.settle(order["flow"])
        self._go_on(tx, order)

    def _report(self, tx: Tx, order: Body, step: str) -> None:
        """A milestone: who ordered may go on with what depends on no more than this step."""
        name = flows.MILESTONES.get((order["request"]["workType"], step))
        if name and order["flow"]["ending"] == flows.DONE:
            order["stopped"] = order["finishTime"] = compact(tx.now)
            tx.later("notify", order["id"], messages.notification(order, flows.WORKING, step=name))

    def _go_on(self, tx: Tx, order: Body) -> None:
        """Send the next step, or end the order."""
        while todo := order["flow"]["todo"]:
            order["step"] += 1
            if todo[0] not in flows.ASIDE:
                self._send(tx, order, todo[0], order.get("aside", "") if todo[0] == "callOff" else "")
                self._keep(tx, order, flows.WORKING)
                return
            order["aside"] = self._send(tx, order, todo[0])
            order["flow"] = flows.succeeded(order["flow"])
        self._end(tx, order, order["flow"]["ending"])

    def _end(self, tx: Tx, order: Body, ending: str) -> None:
        order["finishTime"] = order.get("stopped") or compact(tx.now)
        self._keep(tx, order, ending)
        if ending == flows.DONE or order.get("silent"):
            self._know(tx, order, messages.after(order) if ending == flows.DONE else order["before"])
        for _ in range(0 if order.get("silent") else order["copies"]):
            tx.later("notify", order["id"], messages.notification(order, ending))
        if number := order.get("cancel"):
            self._tell_cancelled(tx, order, number)

    def _know(self, tx: Tx, order: Body, service: Body) -> None:
        """SPS's own record of the service, by which it knows what to go back to."""
        gone = order["request"]["workType"] == flows.REMOVE and order["flow"]["ending"] == flows.DONE
        if gone or not service["res"]:
            tx.run("DELETE FROM thing WHERE kind = 'service' AND id = ?", order["owner"])
        else:
            tx.put("service", order["owner"], area=order["area"], state="in use", **service)

    def _send(self, tx: Tx, order: Body, step: str, original: str = "") -> str:
        suffix = f"{order['step']}R" if step == "recall" else str(order["step"])
        number = f"{order['spsOrderNbr']}.{suffix}"
        tx.put("child", number, area=order["area"], state="sent", owner=order["id"], step=step)
        previous = f"{order['spsOrderNbr']}.{order['step']}" if step == "recall" else original
        payload = {"step": step, "number": number, "fields": messages.fields(order, step, number, previous)}
        tx.later("order", order["id"], payload, float(tx.setting("step_seconds", "0")))
        return number

    def _keep(self, tx: Tx, order: Body, state: str) -> None:
        tx.put("so", order["id"], area=order["area"], state=state, owner=order["owner"], **data_of(order))

    # -- calls to the hub --------------------------------------------------------------------------------------

    def _order(self, payload: Body) -> After:
        operation, _ = flows.WIRE[payload["step"]]
        try:
            reply = self.caller.call(HUB, operation, payload["fields"])
        except HubRefused as refused:
            reply = {"resultCode": "fault", "resultMsg": str(refused)[:400]}

        def after(tx: Tx) -> None:
            accepted = reply.get("resultCode") == "0"
            outcome = "sent" if accepted else f"refused: {reply.get('resultCode')}"
            tx.journal("out", operation, payload["number"], payload["fields"], outcome)
            child = tx.get("child", payload["number"])
            if not accepted and child is not None and child["state"] == "sent":
                why = {"reasonCode": reply.get("resultCode"), "reasonText": reply.get("resultMsg"), "reasonClass": "R8"}
                self._ended(tx, child, {"orderState": flows.FAILED, **why})

        return after

    def _notify(self, payload: Body) -> After:
        try:
            reply = self.caller.call(HUB, "serviceOrderNotify", payload)
        except HubRefused as refused:
            reply = {"resultCode": str(refused)[:400]}
        outcome = "sent" if reply.get("resultCode") == "0" else f"refused: {reply.get('resultCode')}"
        return lambda tx: tx.journal("out", "serviceOrderNotify", payload["soNbr"], payload, outcome)
