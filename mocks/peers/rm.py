"""RM, resource management (网络资源管理): numbers, lines and ports, by SOAP.

Idempotent by requestNo. Resources belong to a product instance; a request that names no resource is served from
the area's pool, starting at a place that depends on the product instance, so that a run repeats itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from interfaces.clock import SECOND
from mocks.areas import DIALLING
from mocks.peer import Act, Peer, Refused
from mocks.peers import rm_pool as pool
from mocks.peers.rm_soap import RES_STATUS, RES_TYPE, SERVICE
from mocks.rules import Rule
from mocks.store import Body, Tx
from mocks.times import compact, moment

KINDS: Mapping[str, str] = {code: kind for kind, code in RES_TYPE.items()}
NEEDS: Mapping[str, tuple[str, ...]] = {
    "FTTH": ("port",),
    "VOICE": ("line",),
    "ADSL": ("port", "line"),
    "PHS": ("number",),
}
"""What an allotment takes when it does not say."""


class Rm(Peer):
    code = "RM"
    title = "resource management"
    services = (SERVICE,)
    defaults = {"pool": "3000", "hold_seconds": "900"}

    def make_acts(self) -> Mapping[str, Act]:
        steps = {f"{step}Resource": Act(step, "requestNo", self._order(step)) for step in pool.STEPS}
        return steps | {
            "queryResource": Act("queryNumbers", "requestNo", self._query, repeats=True),
            "queryRequest": Act("queryOutcome", "requestNo", self._outcome, repeats=True),
        }

    def furnish(self, tx: Tx) -> None:
        pool.fill(tx, int(tx.setting("pool")))

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        reply = {"requestNo": request.get("requestNo"), "resultCode": refused.code, "resultMsg": refused.text}
        return reply | ({"procStatus": "F"} if operation == "queryRequest" else {})

    def state(self, tx: Tx) -> Body:
        return {"holdings": pool.holdings(tx), "counts": pool.counts(tx)}

    def findings(self, tx: Tx) -> list[str]:
        rows = tx.things("owner = '' AND state NOT IN ('free', 'faulty', 'quarantine')")
        lost = [f"{row['kind']} {row['id']} is {row['state']} and belongs to nobody" for row in rows]
        kept = [r for r in tx.things("owner <> ''") if r["state"] in ("free", "faulty", "quarantine")]
        return lost + [
            f"{row['kind']} {row['id']} is {row['state']} and still belongs to {row['owner']}" for row in kept
        ]

    # -- acts --------------------------------------------------------------------------------------------------

    def _order(self, step: str) -> Callable[[Tx, Body, Rule], Body]:
        def act(tx: Tx, request: Body, rule: Rule) -> Body:
            pool.expire(tx)
            owner = str(request.get("prodInstId") or request.get("orderNo") or request["requestNo"])
            wanted = self._wanted(tx, step, request, owner)
            until = self._until(tx, step, request)
            moved = [pool.move(tx, step, kind, id, request, owner, until) for kind, id in wanted]
            if moved:
                tx.effect(request["requestNo"], step, owner)
            reply = {"requestNo": request["requestNo"], "resultCode": "0", "resultMsg": "ok"}
            return reply | {"rmOrderNo": f"RM{request['requestNo']}"[:64], "resInfo": [show(row) for row in moved]}

        return act

    def _wanted(self, tx: Tx, step: str, request: Body, owner: str) -> list[tuple[str, str]]:
        """The resources meant: named ones, else those held, else free ones of the pool."""
        asked = [(KINDS[r["resType"]], r.get("resNo", "")) for r in request.get("resInfo", [])]
        held = [(row["kind"], row["id"]) for row in pool.held(tx, owner)]
        if step in pool.TAKING:
            asked = asked or self._by_default(request)
            mine = [(row["kind"], row["id"]) for row in pool.held(tx, owner) if row["state"] not in pool.IN_USE]
            return [(kind, id or self._find(tx, kind, request, owner, mine)) for kind, id in asked]
        kinds = {kind for kind, _ in asked}
        named = {id for _, id in asked if id}
        found = [(k, i) for k, i in held if (not kinds or k in kinds) and (not named or i in named)]
        if step == "release" and not asked:  # what nobody uses any more, and nothing else
            unused = [(row["kind"], row["id"]) for row in pool.held(tx, owner) if row["state"] == "preReleased"]
            found = unused or found
        if not found and step == "occupy":
            raise Refused("1004", "the product instance holds nothing that could be occupied")
        return found

    def _by_default(self, request: Body) -> list[tuple[str, str]]:
        if number := request.get("accNbr"):
            return [("number", str(number))]
        return [(kind, "") for kind in NEEDS.get(str(request.get("prodSpec", "")), ("port",))]

    def _find(self, tx: Tx, kind: str, request: Body, owner: str, held: list[tuple[str, str]]) -> str:
        mine = [id for held_kind, id in held if held_kind == kind]
        return mine[0] if mine else pool.pick(tx, kind, request["lanId"], f"{self.setting.seed}/{owner}")

    def _until(self, tx: Tx, step: str, request: Body) -> int:
        if step not in ("hold", "reserve"):
            return 0
        if text := request.get("holdTime"):
            return moment(text)
        return tx.now + int(tx.setting("hold_seconds")) * SECOND if step == "hold" else 0

    def _query(self, tx: Tx, request: Body, rule: Rule) -> Body:
        pool.expire(tx)
        kind = {"1": "number", "3": "port"}.get(request["qryType"], "")
        count = int(request.get("maxCount") or 10)
        like = str(request.get("numPattern") or "").replace("*", "%").replace("?", "_")
        rows = pool.free(tx, kind, request["lanId"], like, count) if kind else []
        known = request["lanId"] in DIALLING
        there = known if request["qryType"] == "2" else bool(rows)
        reply = {"requestNo": request.get("requestNo"), "resultCode": "0", "availFlag": "1" if there else "0"}
        return reply | {"resInfo": [show(row) for row in rows]}

    def _outcome(self, tx: Tx, request: Body, rule: Rule) -> Body:
        first = tx.recall(request["requestNo"])
        reply = {"requestNo": request["requestNo"], "resultCode": "0", "procStatus": "S" if first else "N"}
        return reply | {key: (first or {}).get(key) for key in ("rmOrderNo", "resInfo")}


def show(row: Body) -> Body:
    """A resource as RM writes it."""
    shown = {"resType": RES_TYPE[row["kind"]], "resNo": row["id"], "resStatus": RES_STATUS[row["state"]]}
    shown["resLevel"] = row.get("level")
    shown["holdTime"] = compact(row["until"]) if row["until"] else None
    return shown
