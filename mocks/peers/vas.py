"""VAS, value-added services (增值服务管理): subscriptions by REST, done at once. Idempotent by requestId.

A subscription is known by the product instance it was ordered as, and hangs on the customer's service number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mocks.peer import Act, Peer, Refused
from mocks.peers.vas_api import OFFERED, SERVICE
from mocks.rules import Rule
from mocks.store import Body, Tx, data_of
from mocks.times import spaced

MOVES: Mapping[tuple[str, str], str] = {
    ("active", "suspend"): "suspended",
    ("suspended", "suspend"): "suspended",  # for one more reason
    ("suspended", "resume"): "active",
    ("active", "cancel"): "cancelled",
    ("suspended", "cancel"): "cancelled",
}
"""(state, step) -> state. What is not here is refused."""
SHOWN = ("serviceId", "offerId", "accNbr", "since")


class Vas(Peer):
    code = "VAS"
    title = "value-added services"
    apis = (SERVICE,)

    def make_acts(self) -> Mapping[str, Act]:
        return {
            "subscribe": Act("subscribe", "requestId", self._subscribe),
            **{step: Act(step, "requestId", self._moving(step)) for step in ("suspend", "resume", "cancel")},
            "queryRequest": Act("queryOutcome", "requestId", self._outcome, repeats=True),
            "querySubscriptions": Act("querySubscriptions", "requestId", self._list, repeats=True),
        }

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        reply = {"resultCode": refused.code, "resultMsg": refused.text}
        return reply | {name: request[name] for name in ("requestId",) if name in request}

    def state(self, tx: Tx) -> Body:
        rows = tx.things("kind = 'subscription' ORDER BY id")
        shown = ("state", "area", *SHOWN)
        return {"subscriptions": {row["id"]: {name: row.get(name) for name in shown} for row in rows}}

    def findings(self, tx: Tx) -> list[str]:
        rows = tx.things("kind = 'subscription' AND state <> 'cancelled' ORDER BY id")
        taken: dict[tuple[str, str], str] = {}
        found = []
        for row in rows:
            key = (row["accNbr"], row["serviceId"])
            if key in taken:
                found.append(f"{row['serviceId']} is subscribed for {row['accNbr']} by {taken[key]} and by {row['id']}")
            taken[key] = row["id"]
        return found

    def _subscribe(self, tx: Tx, request: Body, rule: Rule) -> Body:
        id, service = request["subscriptionId"], request["serviceId"]
        if service not in OFFERED:
            raise Refused("5001", "no such service")
        if (known := tx.get("subscription", id)) and known["state"] != "cancelled":
            raise Refused("5002", "subscribed already")
        data: Body = {name: request.get(name) for name in ("serviceId", "offerId", "accNbr", "param")}
        tx.put("subscription", id, area=request["lanId"], state="active", since=spaced(tx.now), **data)
        return self._done(tx, request, "subscribe", "active")

    def _moving(self, step: str) -> Callable[[Tx, Body, Rule], Body]:
        def move(tx: Tx, request: Body, rule: Rule) -> Body:
            row = tx.get("subscription", request["subscriptionId"])
            if row is None:
                raise Refused("5003", "no such subscription")
            state = MOVES.get((row["state"], step))
            if state is None:
                raise Refused("5004", f"{step} is not allowed: the subscription is {row['state']}")
            state = self._standing(tx, request, row, state)
            tx.put("request", request["requestId"], state=row["state"], owner=row["id"])
            tx.put("subscription", row["id"], area=row["area"], state=state, owner=row["owner"], **data_of(row))
            return self._done(tx, request, step, state)

        return move

    def _standing(self, tx: Tx, request: Body, row: Body, state: str) -> str:
        """A request that names an earlier one takes it back; a resume while something else bars lifts nothing."""
        if state == "cancelled":
            return state
        earlier = tx.get("request", str(request.get("origRequestId", "")))
        if earlier is not None and earlier["owner"] == row["id"]:
            return str(earlier["state"])
        return "suspended" if request.get("barLevel", "0") != "0" else state

    def _done(self, tx: Tx, request: Body, step: str, state: str) -> Body:
        key, id = request["requestId"], request["subscriptionId"]
        tx.effect(key, step, id)
        reply = {"requestId": key, "resultCode": "0", "vasNo": f"V{key}", "subState": STATES[state]}
        return reply | {"effTime": spaced(tx.now)}

    def _outcome(self, tx: Tx, request: Body, rule: Rule) -> Body:
        first = tx.recall(request["requestId"])
        reply = {"requestId": request["requestId"], "resultCode": "0", "requestState": "DONE" if first else "NONE"}
        return reply | {name: (first or {}).get(name) for name in ("vasNo", "subState", "effTime")}

    def _list(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """Those of a number, or one by its id."""
        wanted = {"accNbr": request.get("accNbr"), "id": request.get("subscriptionId")}
        if not any(wanted.values()):
            raise Refused("5005", "name a number or a subscription")
        rows = [
            row
            for row in tx.things("kind = 'subscription' AND area = ? ORDER BY id", request["lanId"])
            if all(value is None or row[name] == value for name, value in wanted.items())
        ]
        found = [
            {"subscriptionId": r["id"], "subState": STATES[r["state"]]}
            | {n: r[n] for n in ("serviceId", "offerId", "accNbr") if r.get(n)}
            for r in rows
        ]
        return {"resultCode": "0", "subscription": found}


STATES: Mapping[str, str] = {"active": "A", "suspended": "S", "cancelled": "X"}
