"""97 (九七系统): provisioning, dispatch, number and line in one, spoken to by interface tables in GBK.

An order (工单) goes through the states S taken, Z at work, W done (竣工), or T returned (退单); each is a row (回单).
What a user has in the end stands in 97's own file of users (用户档案): that is what the next order finds.
Idempotent by DJH: the table's key allows a second row of the same number no more than a clerk would.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from mocks import table97
from mocks.areas import DIALLING
from mocks.outbox import After, Job
from mocks.peer import Act, Peer, Refused, Setting
from mocks.rules import Rule
from mocks.store import Body, Tx, data_of
from mocks.times import compact

TAKEN, WORKING, DONE, RETURNED, CANCELLED, REJECTED = "S", "Z", "W", "T", "C", "J"
INSTALL, REMOVE, MOVE, SUSPEND, RESUME, CANCEL = "A", "C", "Y", "U", "F", "Q"
IN_USE, BARRED, REMOVED = "在用", "停机", "拆机"
NO_BAR = "none"
KEPT = ("YWLX", "DHHM", "SL", "HJJB", "TCBM", "KHBH", "DZBM", "TJJB")
"""What an order may change of a user."""
NEEDS = ("DJH", "BDW", "DZ", "YHBH")
"""Without these a row is put aside (J) with no more words."""
OPEN = (TAKEN, WORKING)
STEPS: Mapping[str, tuple[str, str]] = {TAKEN: (WORKING, "配线"), WORKING: (DONE, "竣工")}
"""State -> (next state, name of the step 环节)."""
RETURNS: Mapping[str, tuple[str, str, str]] = {
    "noFacility": ("1", "T101", "无空闲设备"),
    "wrongAddress": ("2", "T201", "地址不详"),
    "customer": ("3", "T301", "用户不在家"),
    "equipment": ("4", "T401", "终端缺货"),
}
"""Reason class -> (TDLB, TDYY, TDSM)."""


class N97(Peer):
    code = "97"
    title = "legacy all-in-one"
    defaults = {"step_seconds": "0.02"}

    def __init__(self, setting: Setting, code: str = "") -> None:
        super().__init__(setting, code)
        table97.make_tables(self.store)
        self.watcher = table97.Watcher(self.store, self.take)

    def make_acts(self) -> Mapping[str, Act]:
        return {"order": Act("provision", "DJH", self._order), "cancel": Act("cancel", "DJH", self._cancel)}

    def make_jobs(self) -> Mapping[str, Job]:
        return {"step": self._step}

    def take(self, row: Body) -> None:
        """One new row; marked in any case, so that it is looked at once."""
        if any(name not in row for name in NEEDS):
            with self.store.tx() as tx:
                table97.mark(tx, row.get("DJH", ""), REJECTED)
            return
        self.receive("cancel" if row["DZ"] == CANCEL else "order", row)
        with self.store.tx() as tx:
            order = tx.get("gongdan", row["DJH"])
            table97.mark(tx, row["DJH"], order["state"] if order else TAKEN)

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        return {"ZT": REJECTED, "TDYY": refused.code[:4], "TDLB": "8", "TDSM": refused.text}

    def replied(self, tx: Tx, request: Body, reply: Body, rule: Rule) -> None:
        if reply:
            self._report(tx, request, reply)

    def state(self, tx: Tx) -> Body:
        rows = tx.things("kind = 'gongdan' ORDER BY id")
        shown = ("state", "area", "owner", "DHHM", "SBBM", "XLBM")
        users = tx.things("kind = 'user' ORDER BY id")
        seen = ("state", "area", "DHHM", "XLBM", "SBBM", "SL", "TJJB", "KHBH")
        return {
            "orders": {row["id"]: {name: row.get(name) for name in shown} for row in rows},
            "users": {row["id"]: {name: row.get(name) for name in seen} for row in users},
        }

    def findings(self, tx: Tx) -> list[str]:
        seen: dict[str, str] = {}
        found = []
        for user in tx.things("kind = 'user' AND state <> ? ORDER BY id", REMOVED):
            if (user["state"] == BARRED) != (user.get("TJJB", NO_BAR) != NO_BAR):
                found.append(f"user {user['id']} is {user['state']} and bars {user.get('TJJB', NO_BAR)}")
            for thing in (user.get("XLBM"), user["YWLX"] + (user.get("DHHM") or "")):
                if thing in seen:
                    found.append(f"{thing} serves {seen[thing]} and {user['id']}")
                seen[thing or user["id"]] = user["id"]
        return found

    def place(self) -> dict[str, str]:
        return {"table": f"sqlite:///{self.store.path}"}

    def start(self) -> None:
        super().start()
        self.watcher.start()

    def stop(self) -> None:
        self.watcher.stop()
        super().stop()

    def reset(self) -> None:
        super().reset()
        with self.store.tx() as tx:
            tx.run("DELETE FROM IF_GONGDAN")
            tx.run("DELETE FROM IF_HUIDAN")

    # -- acts --------------------------------------------------------------------------------------------------

    def _order(self, tx: Tx, request: Body, rule: Rule) -> Body:
        number, user = request.get("DHHM"), tx.get("user", request["YHBH"])
        if request["DZ"] != INSTALL and (user is None or user["state"] == REMOVED):
            raise Refused("1003", "用户不存在")
        if number and self._taken(tx, request.get("YWLX", ""), number, request["YHBH"]):
            raise Refused("1002", "号码已被占用")
        ending = rule.args.get("class", "other") if rule.do == "return" else ""
        facts = {name: request[name] for name in KEPT if name in request}
        facts |= {"YWLX": request.get("YWLX", ""), "DZ": request["DZ"], "ending": ending, "copies": rule.messages}
        tx.put("gongdan", request["DJH"], area=request["BDW"], state=TAKEN, owner=request["YHBH"], **facts)
        self._next(tx, request["DJH"], rule.delay(tx.setting("step_seconds")))
        return {"ZT": TAKEN, "HJ": "受理"}

    def _taken(self, tx: Tx, product: str, number: str, user: str) -> bool:
        """A number serves another user, or is promised to one by an open order."""
        users = tx.things("kind = 'user' AND id <> ? AND state <> ?", user, REMOVED)
        orders = tx.things("kind = 'gongdan' AND owner <> ? AND state IN ('S', 'Z')", user)
        return any(row.get("DHHM") == number and row["YWLX"] == product == "GH" for row in (*users, *orders))

    def _cancel(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """Takes an open or finished order back: its number and line are free again."""
        order = self._meant(tx, request)
        tx.put("gongdan", request["DJH"], area=request["BDW"], state=DONE, owner=request["YHBH"], YWLX="", DZ=CANCEL)
        if order is not None:
            was_open = order["state"] in OPEN
            tx.effect(request["DJH"], "cancel", order["owner"])
            tx.move("gongdan", order["id"], CANCELLED, order["owner"])
            table97.mark(tx, order["id"], CANCELLED)
            if order["state"] == DONE:
                self._put_back(tx, order)
            if was_open:
                self._report(tx, {"DJH": order["id"], "BDW": order["area"]}, {"ZT": CANCELLED, "HJ": "撤单"})
        return {"ZT": DONE, "HJ": "撤单", "WGSJ": compact(tx.now)}

    def _meant(self, tx: Tx, request: Body) -> Body | None:
        if number := request.get("YDJH"):
            return tx.get("gongdan", number)
        rows = tx.things("kind = 'gongdan' AND owner = ? AND state IN ('S', 'Z', 'W')", request["YHBH"])
        return rows[-1] if rows else None

    # -- progress ----------------------------------------------------------------------------------------------

    def _step(self, payload: Body) -> After:
        def after(tx: Tx) -> None:
            order = tx.get("gongdan", payload["DJH"])
            if order is not None and order["state"] in OPEN:
                self._advance(tx, order)

        return after

    def _advance(self, tx: Tx, order: Body) -> None:
        state, step = STEPS[order["state"]]
        row = {"ZT": state, "HJ": step}
        if state == DONE and order["ending"]:
            kind, code, words = RETURNS.get(order["ending"], ("9", "T999", "其他原因"))
            row = {"ZT": RETURNED, "HJ": "退单", "TDLB": kind, "TDYY": code, "TDSM": words}
        elif state == DONE:
            row |= self._done(tx, order) | {"WGSJ": compact(tx.now)}
            tx.effect(order["id"], "provision", order["owner"])
        tx.move("gongdan", order["id"], row["ZT"], order["owner"])
        table97.mark(tx, order["id"], row["ZT"])
        for _ in range(order["copies"] if row["ZT"] not in OPEN else 1):
            self._report(tx, {"DJH": order["id"], "BDW": order["area"]}, row)
        if row["ZT"] in OPEN:
            self._next(tx, order["id"], float(tx.setting("step_seconds")))

    def _done(self, tx: Tx, order: Body) -> Body:
        """The user as he is now; returns number, line and port as built, which a removed one has none of."""
        before = tx.get("user", order["owner"])
        kept = data_of(order) | {"before": data_of(before) | {"state": before["state"]} if before else None}
        user = (data_of(before) if before else {}) | {name: order[name] for name in KEPT if order.get(name)}
        if order["DZ"] in (INSTALL, MOVE):
            user |= self._built(order)
        bars = order["DZ"] in (SUSPEND, RESUME) and user.get("TJJB", NO_BAR) != NO_BAR
        state = REMOVED if order["DZ"] == REMOVE else BARRED if bars else IN_USE
        self._file(tx, order, user, state)
        shown = ("DHHM", "XLBM", "SBBM") if state != REMOVED else ()
        built: Body = {name: user[name] for name in shown if name in user}
        tx.put("gongdan", order["id"], area=order["area"], state=DONE, owner=order["owner"], **kept | built)
        return built

    def _file(self, tx: Tx, order: Body, user: Body, state: str) -> None:
        tx.put("user", order["owner"], area=order["area"], state=state, **user)

    def _put_back(self, tx: Tx, order: Body) -> None:
        """The user as he was before a finished order that is withdrawn."""
        if before := order.get("before"):
            self._file(tx, order, {k: v for k, v in before.items() if k != "state"}, before["state"])
        else:
            tx.run("DELETE FROM thing WHERE kind = 'user' AND id = ?", order["owner"])

    def _built(self, order: Body) -> Body:
        """Number and line as built: the number wished for, or one that depends on the user and his address only."""
        place = order.get("DZBM", "") if order["DZ"] == MOVE else ""
        spot = zlib.crc32(f"{self.setting.seed}/{order['owner']}{place}".encode()) % 1_000_000
        built = {"XLBM": f"{order['area'][1:]}-97-L{spot:06d}"}
        if order["DZ"] == INSTALL:
            built["DHHM"] = order.get("DHHM") or f"{DIALLING.get(order['area'], '0577')}-82{spot:06d}"
        if order["YWLX"] == "KD":
            built["SBBM"] = f"{order['area'][1:]}-97-P{spot:06d}"
        return built

    def _next(self, tx: Tx, number: str, seconds: float) -> None:
        tx.later("step", number, {"DJH": number}, seconds)

    def _report(self, tx: Tx, order: Body, row: Body) -> None:
        table97.report(tx, {"DJH": order["DJH"], "BDW": order["BDW"], **row, "TXSJ": compact(tx.now)})
