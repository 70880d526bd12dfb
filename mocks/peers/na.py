"""NA, automatic network activation (综合网络激活): one sheet a service in, one command a network element out.

It serves ``na-service`` (sheets) and ``na-result`` (outcomes of its commands), and calls the hub at ``na-orders``:
network management is reached through the hub only. Idempotent by reqNo. What fails half-way is taken back before
the sheet is told to have failed.
"""

from __future__ import annotations

from collections.abc import Mapping

from interfaces.ids import new_id
from mocks.caller import HubRefused
from mocks.calling_peer import CallingPeer
from mocks.outbox import After, Job
from mocks.peer import Act, Refused
from mocks.peers.na_soap import HUB, RESULTS, SERVED
from mocks.rules import Rule
from mocks.store import Body, Tx, data_of
from mocks.times import compact

WORKING, DONE, FAILED, UNKNOWN = "P", "S", "F", "N"
FINAL = frozenset({DONE, FAILED, "R", "C", "J"})
ELEMENTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "FTTH": {"OLT": ("PORT",), "AAA": ()},
    "ADSL": {"DSLAM": ("PORT", "LINE"), "AAA": ()},
    "VOICE": {"SWITCH": ("NUMBER", "LINE")},
    "PHS": {"PHS-SWITCH": ("NUMBER",), "HLR": ()},
}
"""Product -> network elements in the order in which they are opened, each with the kinds of resources it is told."""
COMMANDS: Mapping[str, str] = {"openService": "OPN", "closeService": "CLS", "changeService": "CHG"}
BACK: Mapping[str, str] = {"OPN": "CLS", "CLS": "OPN"}
"""Command -> what takes it back; a change that failed half-way is left to the next one."""


class Na(CallingPeer):
    code = "NA"
    title = "network activation"
    services = (SERVED, RESULTS)

    def make_acts(self) -> Mapping[str, Act]:
        return {
            "openService": Act("activate", "reqNo", self._open),
            "closeService": Act("deactivate", "reqNo", self._close),
            "changeService": Act("change", "reqNo", self._change),
            "querySheet": Act("queryOutcome", "reqNo", self._query, repeats=True),
            "commandResult": Act("notify", "cmdNo", self._result, repeats=True),
        }

    def make_jobs(self) -> Mapping[str, Job]:
        return {"command": self._command, "notify": self._notify}

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        number = "cmdNo" if operation == "commandResult" else "reqNo"
        reply = {number: request.get(number), "retCode": refused.code, "retMsg": refused.text}
        return reply | ({"sheetState": UNKNOWN} if operation == "querySheet" else {})

    def state(self, tx: Tx) -> Body:
        rows = tx.things("kind = 'sheet' ORDER BY id")
        shown = ("state", "area", "owner", "command", "todo", "done")
        return {"sheets": {row["id"]: {name: row[name] for name in shown} for row in rows}}

    def findings(self, tx: Tx) -> list[str]:
        at_work = {row["owner"] for row in tx.things("kind = 'command' AND state = 'sent'")}
        rows = tx.things("kind = 'sheet' AND state = ? ORDER BY id", WORKING)
        return [f"sheet {row['id']} waits for nothing" for row in rows if row["id"] not in at_work]

    # -- acts --------------------------------------------------------------------------------------------------

    def _open(self, tx: Tx, request: Body, rule: Rule) -> Body:
        return self._take(tx, request, rule, "openService", "activate", self._elements(request))

    def _close(self, tx: Tx, request: Body, rule: Rule) -> Body:
        return self._take(tx, request, rule, "closeService", "deactivate", self._elements(request)[::-1])

    def _change(self, tx: Tx, request: Body, rule: Rule) -> Body:
        return self._take(tx, request, rule, "changeService", "change", self._elements(request)[-1:])

    def _elements(self, request: Body) -> list[str]:
        found = ELEMENTS.get(request.get("prodCode", ""))
        if found is None:
            raise Refused("7001", f"no network element serves {request.get('prodCode') or 'a product without a name'}")
        return list(found)

    def _take(self, tx: Tx, request: Body, rule: Rule, operation: str, step: str, elements: list[str]) -> Body:
        number = request["reqNo"]
        tx.effect(number, step, request["instId"])
        sheet = {
            "id": number,
            "area": request["lanId"],
            "owner": request["instId"],
            "naSeq": new_id("na"),
            "request": request,
            "command": COMMANDS[operation],
            "todo": elements,
            "done": [],
            "ending": DONE,
            "reason": {},
            "copies": rule.copies,
            "count": 0,
        }
        self._go_on(tx, sheet)
        return {"reqNo": number, "retCode": "0", "retMsg": "ok", "naSeq": sheet["naSeq"]}

    def _query(self, tx: Tx, request: Body, rule: Rule) -> Body:
        sheet = tx.get("sheet", request["reqNo"])
        reply = {"reqNo": request["reqNo"], "retCode": "0", "sheetState": sheet["state"] if sheet else UNKNOWN}
        if sheet is None:
            return reply
        why = sheet["reason"]
        return reply | {"naSeq": sheet["naSeq"], "failCode": why.get("retCode"), "failMsg": why.get("retMsg")}

    def _result(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """Outcome of one of NA's commands, as told by the hub."""
        reply = {"cmdNo": request["cmdNo"], "retCode": "0"}
        command = tx.get("command", request["cmdNo"])
        if command is None:
            return reply | {"recvFlag": "U"}
        if request["cmdState"] in FINAL and command["state"] == "sent":
            self._ended(tx, command, request)
            return reply | {"recvFlag": "R"}
        return reply | {"recvFlag": "D" if command["state"] != "sent" else "R"}

    # -- progress ----------------------------------------------------------------------------------------------

    def _ended(self, tx: Tx, command: Body, result: Body) -> None:
        tx.move("command", command["id"], result["cmdState"], command["owner"])
        sheet = tx.get("sheet", command["owner"])
        if sheet is None:
            return
        element, *todo = sheet["todo"]
        if result["cmdState"] == DONE:
            sheet |= {"todo": todo, "done": [*sheet["done"], element]}
        elif sheet["ending"] == DONE and sheet["command"] in BACK:
            back = {"command": BACK[sheet["command"]], "todo": sheet["done"][::-1], "done": []}
            sheet |= back | {"ending": FAILED, "reason": _reason(result)}
        elif sheet["ending"] == DONE:
            sheet |= {"todo": [], "ending": FAILED, "reason": _reason(result)}
        else:  # on the way back already: note it and go on
            sheet |= {"todo": todo}
        self._go_on(tx, sheet)

    def _go_on(self, tx: Tx, sheet: Body) -> None:
        """Command the next element, or end the sheet."""
        if sheet["todo"]:
            sheet["count"] += 1
            self._send(tx, sheet, sheet["todo"][0])
            self._keep(tx, sheet, WORKING)
            return
        self._keep(tx, sheet, sheet["ending"])
        told = {"reqNo": sheet["id"], "naSeq": sheet["naSeq"], "lanId": sheet["area"], "sheetState": sheet["ending"]}
        for _ in range(sheet["copies"]):
            head = {"exchId": new_id("x"), "srcSys": self.code}
            tx.later("notify", sheet["id"], head | told | {"finishTime": compact(tx.now)} | sheet["reason"])

    def _send(self, tx: Tx, sheet: Body, element: str) -> None:
        number, request = f"{sheet['naSeq']}.{sheet['count']}", sheet["request"]
        tx.put("command", number, area=sheet["area"], state="sent", owner=sheet["id"], element=element)
        kinds = ELEMENTS[request["prodCode"]][element]
        head = {"exchId": new_id("x"), "srcSys": self.code, "cmdNo": number, "reqNo": sheet["id"]}
        copied = {name: request.get(name) for name in ("lanId", "instId", "prodCode", "accessNo", "attr")}
        mine = {"res": [r for r in request.get("res", []) if r["resKind"] in kinds]}
        tx.later("command", sheet["id"], head | copied | mine | {"cmdType": sheet["command"], "element": element})

    def _keep(self, tx: Tx, sheet: Body, state: str) -> None:
        tx.put("sheet", sheet["id"], area=sheet["area"], state=state, owner=sheet["owner"], **data_of(sheet))

    # -- calls to the hub --------------------------------------------------------------------------------------

    def _command(self, payload: Body) -> After:
        reply = self._say("elementCommand", payload)

        def after(tx: Tx) -> None:
            accepted = reply.get("retCode") == "0"
            tx.journal("out", "elementCommand", payload["cmdNo"], payload, _outcome(reply))
            command = tx.get("command", payload["cmdNo"])
            if not accepted and command is not None and command["state"] == "sent":
                self._ended(tx, command, {"cmdState": FAILED, **_reason(reply)})

        return after

    def _notify(self, payload: Body) -> After:
        reply = self._say("serviceResult", payload)
        return lambda tx: tx.journal("out", "serviceResult", payload["reqNo"], payload, _outcome(reply))

    def _say(self, operation: str, payload: Body) -> Body:
        try:
            return self.caller.call(HUB, operation, payload)
        except HubRefused as refused:
            return {"retCode": "fault", "retMsg": str(refused)[:400]}


def _reason(result: Body) -> Body:
    return {name: result[name] for name in ("retCode", "retMsg") if result.get(name)}


def _outcome(reply: Body) -> str:
    return "sent" if reply.get("retCode") == "0" else f"refused: {reply.get('retCode')}"
