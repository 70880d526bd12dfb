"""BILL, billing (计费帐务): subscriptions by AMQP request and reply, queries by SOAP.

Not idempotent, on purpose: a sync sent twice is done twice, and the second one is a duplicate in the effects.
"""

from __future__ import annotations

from collections.abc import Mapping

from mocks.peer import Act, Refused
from mocks.peers.bill_soap import ACCOUNTS, SERVICE
from mocks.queue_peer import QueuePeer
from mocks.rules import Rule
from mocks.store import Body, Tx
from mocks.times import spaced

OPEN, CHANGE, TRANSFER, RESUME, SUSPEND, CLOSE = "A", "M", "T", "R", "S", "D"
ALIVE = ("active", "suspended")
MAY: Mapping[str, tuple[str, ...]] = {
    OPEN: ("", *ALIVE, "closed"),
    CHANGE: ALIVE,
    TRANSFER: ALIVE,
    RESUME: ALIVE,
    SUSPEND: ALIVE,
    CLOSE: (*ALIVE, "closed"),
}
"""oper_type of a sync -> states of the subscription in which it is taken, "" = there is none."""
KEPT = ("cust_id", "acct_id", "prod_id", "offer_id", "acc_nbr", "lan_id")


class Bill(QueuePeer):
    code = "BILL"
    title = "billing and accounting"
    queue = "bill.sync"
    needs = ("request_id", "lan_id", "oper_type", "prod_inst_id")
    services = (SERVICE,)
    defaults = {"work_seconds": "0.01"}

    def make_acts(self) -> Mapping[str, Act]:
        return {
            "sync": Act("sync", "request_id", self._sync, repeats=True),
            "qryArrears": Act("queryArrears", "request_id", self._arrears, repeats=True),
            "qryBalance": Act("queryBalance", "request_id", self._balance, repeats=True),
            "qrySyncResult": Act("queryOutcome", "request_id", self._outcome, repeats=True),
        }

    def operation(self, body: Body) -> str:
        return "sync"

    def furnish(self, tx: Tx) -> None:
        for area, customer, owed, since, balance in ACCOUNTS:
            data = {"owed": owed, "since": since, "balance": balance}
            tx.put("account", f"A{customer}", area=area, state="open", owner=customer, **data)

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        reply = {"request_id": request.get("request_id")}
        if operation == "sync":
            return reply | {"sync_state": "R", "fail_code": refused.code, "fail_msg": refused.text}
        extra = {"sync_state": "F"} if operation == "qrySyncResult" else {}
        return reply | {"result_code": refused.code, "result_msg": refused.text, **extra}

    def replied(self, tx: Tx, request: Body, reply: Body, rule: Rule) -> None:
        if queue := request.get("@reply_to"):
            for _ in range(rule.messages):
                delay = rule.delay(tx.setting("work_seconds"))
                self.send(tx, request["request_id"], queue, reply, request["@correlation_id"], delay)

    def state(self, tx: Tx) -> Body:
        rows = tx.things("kind = 'subscription' ORDER BY id")
        shown = [{"instance": r["id"], "charge_start": r["eff_date"], "charge_end": r["exp_date"], **r} for r in rows]
        return {
            "subscriptions": [
                {k: v for k, v in row.items() if k not in ("kind", "id", "owner", "until")} for row in shown
            ],
            "accounts": len(tx.things("kind = 'account'")),
        }

    def findings(self, tx: Tx) -> list[str]:
        found = []
        for row in tx.things("kind = 'subscription' ORDER BY id"):
            if row["state"] == "closed" and not row["exp_date"]:
                found.append(f"subscription {row['id']} is closed and charged without end")
            if row["state"] in ALIVE and row["exp_date"]:
                found.append(f"subscription {row['id']} is {row['state']} and its charging has ended")
            if row["exp_date"] and row["eff_date"] and row["exp_date"] < row["eff_date"]:
                found.append(f"subscription {row['id']} ends before it begins")
        return found

    # -- acts --------------------------------------------------------------------------------------------------

    def _sync(self, tx: Tx, request: Body, rule: Rule) -> Body:
        instance, kind = request["prod_inst_id"], request["oper_type"]
        before = tx.get("subscription", instance) or {"state": ""}
        if before["state"] not in MAY[kind]:
            raise Refused("4002", "no such subscription")
        data = {name: request.get(name) or before.get(name) for name in KEPT}
        data |= {"reasons": _reasons(kind, before, request)} | _dates(kind, before, request)
        state = "closed" if kind == CLOSE else "suspended" if data["reasons"] else "active"
        tx.put("subscription", instance, area=request["lan_id"], state=state, owner=data["acct_id"] or "", **data)
        tx.effect(request["request_id"], "sync", instance)
        reply = {"request_id": request["request_id"], "sync_state": "S", "bill_seq": f"B{request['request_id']}"}
        tx.remember(request["request_id"], "sync", reply)
        return reply | {"finish_time": spaced(tx.now)}

    def _arrears(self, tx: Tx, request: Body, rule: Rule) -> Body:
        account = self._account(tx, request)
        owes = account["owed"] != "0.00"
        return self._good(request, account) | {
            "owe_amount": account["owed"],
            "currency": "CNY",
            "owe_since": account["since"] if owes else None,
            "owe_flag": "1" if owes else "0",
        }

    def _balance(self, tx: Tx, request: Body, rule: Rule) -> Body:
        account = self._account(tx, request)
        cycle = str(request.get("bill_cycle") or spaced(tx.now)[:7].replace("-", ""))
        bill = {"bill_cycle": cycle, "bill_amount": account["owed"], "currency": "CNY"}
        bill["paid_flag"] = "0" if account["owed"] != "0.00" else "1"
        return self._good(request, account) | {"balance": account["balance"], "currency": "CNY", "bill": [bill]}

    def _account(self, tx: Tx, request: Body) -> Body:
        """By account, customer or service number; a synced subscription makes its account known."""
        wanted = [request.get(name) or "-" for name in ("acct_id", "cust_id", "acc_nbr")]
        if rows := tx.things("kind = 'account' AND (id = ? OR owner = ?) ORDER BY id", *wanted[:2]):
            return rows[0]
        for row in tx.things("kind = 'subscription'"):
            if any(row.get(n) == w for n, w in zip(("acct_id", "cust_id", "acc_nbr"), wanted, strict=True)):
                return {"id": row["acct_id"] or f"A{row['cust_id']}", "owed": "0.00", "since": "", "balance": "0.00"}
        raise Refused("4001", "no such account")

    def _good(self, request: Body, account: Body) -> Body:
        return {"request_id": request.get("request_id"), "result_code": "0", "acct_id": account["id"]}

    def _outcome(self, tx: Tx, request: Body, rule: Rule) -> Body:
        first = tx.recall(request["request_id"], "sync")
        found = first or {"sync_state": "N", "bill_seq": None}
        return {"result_code": "0", **found, "request_id": request["request_id"]}


def _reasons(kind: str, before: Body, request: Body) -> list[str]:
    """Why the subscription is suspended: each S adds a reason, each R takes one away (``arrears``: all of them)."""
    there, named = set(before.get("reasons", ())), request.get("reason_code") or "other"
    if kind == SUSPEND:
        return sorted(there | {named})
    if kind == RESUME:
        return sorted(r for r in there if r != named and not (named == "arrears" and r.startswith("arrears")))
    return [] if kind == CLOSE else sorted(there)


def _dates(kind: str, before: Body, request: Body) -> Body:
    """Charge start and end. Opened again, it is charged as if it had never been closed."""
    start, end = before.get("eff_date"), before.get("exp_date")
    if kind == OPEN:
        return {"eff_date": request.get("eff_date") or start, "exp_date": None}
    return {"eff_date": start, "exp_date": request.get("exp_date") if kind == CLOSE else end}
