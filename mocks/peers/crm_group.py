"""CRM-GROUP, the group CRM (集团CRM): is told by ContractRoot what became of its cross-region orders."""

from __future__ import annotations

from collections.abc import Mapping

from mocks.peer import Act, Peer, Refused
from mocks.root_side import RootService
from mocks.rules import Rule
from mocks.store import Body, Tx

SERVICE = RootService(
    id="group-result",
    operations={
        "orderState": (
            "SVC33102",
            "orderState",
            "groupOrderNbr! provOrderNbr lanId statusCd! accNbr resources*Res finishDate statusDate reasonCd "
            "reasonDesc",
            "orderStateResp",
        )
    },
    types={"Res": "resType! resNbr"},
)
FINAL = frozenset({"300000", "400000", "410000", "420000", "500000"})


class CrmGroup(Peer):
    code = "CRM-GROUP"
    title = "group CRM"
    roots = (SERVICE,)

    def make_acts(self) -> Mapping[str, Act]:
        return {"orderState": Act("notify", "groupOrderNbr", self._told, repeats=True)}

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        return {"groupOrderNbr": request.get("groupOrderNbr"), "resultCode": refused.code, "resultMsg": refused.text}

    def state(self, tx: Tx) -> Body:
        shown = ("state", "area", "provOrderNbr", "accNbr", "reasonDesc")
        return {"orders": {r["id"]: {n: r.get(n) for n in shown} for r in tx.things("kind = 'order' ORDER BY id")}}

    def findings(self, tx: Tx) -> list[str]:
        rows = tx.things("kind = 'order' AND state = 'contradiction' ORDER BY id")
        return [f"{row['id']} was told to have ended in two ways" for row in rows]

    def _told(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """The same end told again is a repetition; another one is a contradiction, kept and found."""
        number, state = request["groupOrderNbr"], request["statusCd"]
        before = tx.get("order", number)
        if before is None or before["state"] not in FINAL:
            names = ("provOrderNbr", "accNbr", "reasonDesc")
            told = {name: request[name] for name in names if name in request}
            tx.put("order", number, area=request.get("lanId", ""), state=state, **told)
            tx.effect(number, "told", number)
        elif before["state"] != state:
            tx.move("order", number, "contradiction", before["owner"])
        return {"groupOrderNbr": number, "resultCode": "0", "recvFlag": "0" if before is None else "1"}
