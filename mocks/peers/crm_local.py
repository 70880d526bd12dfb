"""CRM-LOCAL, the CRM of a local network (本地网CRM): keeps a copy of the customer master. Idempotent by syncNbr."""

from __future__ import annotations

from collections.abc import Mapping

from mocks.peer import Act, Peer, Refused
from mocks.root_side import RootService
from mocks.rules import Rule
from mocks.store import Body, Tx

_HEAD = "syncNbr! provOrderNbr! lanId! actionCd!"
SERVICE = RootService(
    id="customer-sync",
    operations={
        "sync": ("SVC33103", "syncReq", f"{_HEAD} cust*Cust acctId prodInst*Prod", "syncResp"),
        "withdraw": ("SVC33104", "syncReq", f"{_HEAD} prodInst*Prod", "syncResp"),
    },
    types={
        "Cust": "custId custName custType certType certNbr",
        "Prod": "prodInstId! prodNbr offerNbr accNbr",
    },
)


class CrmLocal(Peer):
    code = "CRM-LOCAL"
    title = "CRM of a local network"
    roots = (SERVICE,)

    def make_acts(self) -> Mapping[str, Act]:
        return {
            "sync": Act("sync", "syncNbr", self._sync),
            "withdraw": Act("withdraw", "syncNbr", self._withdraw),
        }

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        return {"syncNbr": request.get("syncNbr"), "resultCode": refused.code, "resultMsg": refused.text}

    def state(self, tx: Tx) -> Body:
        """Customers by id with the product instances that they have here."""
        found: Body = {row["id"]: [] for row in tx.things("kind = 'customer' ORDER BY id")}
        for row in tx.things("kind = 'product' ORDER BY id"):
            found.setdefault(row["owner"], []).append(row["id"])
        return {"customers": found}

    def findings(self, tx: Tx) -> list[str]:
        known = {row["id"] for row in tx.things("kind = 'customer'")}
        return [
            f"product {r['id']} belongs to nobody" for r in tx.things("kind = 'product'") if r["owner"] not in known
        ]

    def _sync(self, tx: Tx, request: Body, rule: Rule) -> Body:
        customer, product = request.get("cust", {}), request.get("prodInst", {})
        number = customer.get("custId") or customer.get("certNbr")
        if not number:
            raise Refused("1001", "the customer has neither number nor certificate")
        tx.put("customer", number, area=request["lanId"], state="active", name=customer.get("custName", ""))
        if instance := product.get("prodInstId"):
            tx.put("product", instance, area=request["lanId"], state="active", owner=number)
        tx.effect(request["syncNbr"], "sync", number)
        return {"syncNbr": request["syncNbr"], "resultCode": "0", "localCustId": number}

    def _withdraw(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """The product goes; the customer stays, as others may hang on him."""
        instance = request.get("prodInst", {}).get("prodInstId", "")
        row = tx.get("product", instance)
        if row is not None:
            tx.run("DELETE FROM thing WHERE kind = 'product' AND id = ?", instance)
            tx.effect(request["syncNbr"], "withdraw", instance)
        return {"syncNbr": request["syncNbr"], "resultCode": "0", "localCustId": (row or {}).get("owner") or None}
