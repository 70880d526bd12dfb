"""97 (九七系统): provisioning, dispatch, number and line in one, spoken to by interface tables in GBK.

An order (工单) goes through the states S taken, Z at work, W done (竣工), or T returned (退单); each is a row (回单).
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
CANCEL = "Q"
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
        return {"orders": {row["id"]: {name: row.get(name) for name in shown} for row in rows}}

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
        number = request.get("DHHM")
        if number and self._in_use(tx, number, request["YHBH"]):
            raise Refused("1002", "号码已被占用")
        ending = rule.args.get("class", "other") if rule.do == "return" else ""
        facts = {"YWLX": request.get("YWLX", ""), "ending": ending, "copies": rule.messages}
        facts |= {"DHHM": number} if number else {}
        tx.put("gongdan", request["DJH"], area=request["BDW"], state=TAKEN, owner=request["YHBH"], **facts)
        self._next(tx, request["DJH"], rule.delay(tx.setting("step_seconds")))
        return {"ZT": TAKEN, "HJ": "受理"}

    def _in_use(self, tx: Tx, number: str, user: str) -> bool:
        rows = tx.things("kind = 'gongdan' AND owner <> ? AND state IN ('S', 'Z', 'W')", user)
        return any(row.get("DHHM") == number and row["YWLX"] == "GH" for row in rows)

    def _cancel(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """Takes an open or finished order back: its number and line are free again."""
        order = self._meant(tx, request)
        tx.put("gongdan", request["DJH"], area=request["BDW"], state=DONE, owner=request["YHBH"], YWLX="")
        if order is not None:
            was_open = order["state"] in OPEN
            tx.effect(request["DJH"], "cancel", order["owner"])
            tx.move("gongdan", order["id"], CANCELLED, order["owner"])
            table97.mark(tx, order["id"], CANCELLED)
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
            row |= self._built(tx, order) | {"WGSJ": compact(tx.now)}
            tx.effect(order["id"], "provision", order["owner"])
        tx.move("gongdan", order["id"], row["ZT"], order["owner"])
        table97.mark(tx, order["id"], row["ZT"])
        for _ in range(order["copies"] if row["ZT"] not in OPEN else 1):
            self._report(tx, {"DJH": order["id"], "BDW": order["area"]}, row)
        if row["ZT"] in OPEN:
            self._next(tx, order["id"], float(tx.setting("step_seconds")))

    def _built(self, tx: Tx, order: Body) -> Body:
        """Number and line as built: the number wished for, or one that depends on the user only."""
        spot = zlib.crc32(f"{self.setting.seed}/{order['owner']}".encode()) % 1_000_000
        dial = DIALLING.get(order["area"], "0577")
        built = {
            "DHHM": order.get("DHHM") or f"{dial}-82{spot:06d}",
            "XLBM": f"{order['area'][1:]}-97-L{spot:06d}",
        }
        if order["YWLX"] == "KD":
            built["SBBM"] = f"{order['area'][1:]}-97-P{spot:06d}"
        kept = data_of(order) | built
        tx.put("gongdan", order["id"], area=order["area"], state=DONE, owner=order["owner"], **kept)
        return built

    def _next(self, tx: Tx, number: str, seconds: float) -> None:
        tx.later("step", number, {"DJH": number}, seconds)

    def _report(self, tx: Tx, order: Body, row: Body) -> None:
        table97.report(tx, {"DJH": order["DJH"], "BDW": order["BDW"], **row, "TXSJ": compact(tx.now)})
