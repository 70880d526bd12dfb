"""RM's pools and the life cycles of what is in them (号线资源), as tables."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from interfaces.clock import DAY
from mocks.areas import DIALLING
from mocks.peer import Refused
from mocks.store import Body, Tx, dumps

KINDS: Mapping[str, str] = {
    "number": "{code}-81{n:06d}",
    "port": "{area}-OLT{olt:02d}-P{n:05d}",
    "line": "{area}-MDF{olt:02d}-L{n:05d}",
}
STEPS = ("hold", "reserve", "allot", "occupy", "preRelease", "release")
TAKING = frozenset({"hold", "reserve", "allot"})
"""Steps that may take something out of the pool; the others work on what is held."""

IN_USE = frozenset({"occupied", "preReleased"})
"""What an allotment does not give a second time: who moves gets another port beside the one there is."""

LIFE: Mapping[str, Mapping[str, tuple[tuple[str, ...], str]]] = {
    "number": {
        "hold": (("free",), "selected"),
        "reserve": (("free", "selected", "reserved"), "reserved"),
        "allot": (("free", "selected", "reserved"), "reserved"),
        "occupy": (("reserved", "occupied", "preReleased"), "occupied"),
        "preRelease": (("occupied", "preReleased"), "preReleased"),
        "release": (("selected", "reserved", "occupied", "preReleased"), "free"),
    },
    "line": {
        "hold": (("free",), "reserved"),
        "reserve": (("free", "reserved"), "reserved"),
        "allot": (("free", "reserved", "allotted"), "allotted"),
        "occupy": (("allotted", "reserved", "occupied", "preReleased"), "occupied"),
        "preRelease": (("occupied", "preReleased"), "preReleased"),
        "release": (("reserved", "allotted", "occupied", "preReleased"), "free"),
    },
}
"""kind -> step -> (states it may come from, state it goes to). A port lives like a line."""

WITHDRAWN = "withdrawn"
"""Why something comes back that was never in use after all: free at once."""
COOLING = 90 * DAY
"""Quarantine 冷冻 of a number that was in use, business time."""


def fill(tx: Tx, size: int) -> None:
    """``size`` free ports and lines in every area, and twice as many numbers: who changes his has two for a while."""
    for area, code in DIALLING.items():
        for kind, form in KINDS.items():
            rows = [
                (kind, form.format(code=code, area=area[1:], n=n, olt=n // 256), area, dumps(_extra(kind, n)))
                for n in range(2 * size if kind == "number" else size)
            ]
            tx.many("INSERT OR IGNORE INTO thing VALUES (?, ?, ?, 'free', '', 0, ?)", rows)


def _extra(kind: str, n: int) -> Body:
    return {"level": "premium" if n % 1000 == 888 else "normal"} if kind == "number" else {}


def pick(tx: Tx, kind: str, area: str, spot: str) -> str:
    """A free one: the first at or after a place in the pool that depends on ``spot``; Refused(1001) when none."""
    ends = tx.run("SELECT count(*) AS n FROM thing WHERE kind = ? AND area = ?", kind, area).fetchone()
    start = zlib.crc32(spot.encode()) % max(1, ends["n"])
    first = KINDS[kind].format(code=DIALLING.get(area, ""), area=area[1:], n=start, olt=start // 256)
    sql = "SELECT id FROM thing WHERE kind = ? AND area = ? AND state = 'free' AND id >= ? ORDER BY id LIMIT 1"
    found = tx.run(sql, kind, area, first).fetchone() or tx.run(sql, kind, area, "").fetchone()
    if found is None:
        raise Refused("1001", f"no free {kind} in {area}")
    return str(found["id"])


def move(tx: Tx, step: str, kind: str, id: str, request: Body, owner: str, until: int) -> Body:
    """One resource one step on; Refused 1002 taken, 1003 unknown, 1004 wrong state. Returns it as it is now."""
    row = tx.get(kind, id)
    if row is None or row["area"] != request["lanId"]:
        raise Refused("1003", f"no such {kind} in {request['lanId']}")
    sources, target = LIFE.get(kind, LIFE["line"])[step]
    if row["owner"] not in ("", owner) and not _counter_hold(row, step):
        raise Refused("1002", f"the {kind} is held by another order")
    if row["state"] not in sources:
        raise Refused("1004", f"a {kind} that is {row['state']} cannot take the step {step}")
    target, owner, until = _released(tx, row, request) if step == "release" else (target, owner, until)
    tx.move(kind, id, target, owner, until)
    return row | {"state": target, "owner": owner, "until": until}


def _counter_hold(row: Body, step: str) -> bool:
    """A number chosen at a counter names no product instance yet: the order that follows may take it over."""
    return row["state"] == "selected" and step in ("reserve", "allot")


def _released(tx: Tx, row: Body, request: Body) -> tuple[str, str, int]:
    used = row["state"] in ("occupied", "preReleased") and request.get("reasonCode") != WITHDRAWN
    if row["kind"] == "number" and used:
        return "quarantine", "", tx.now + COOLING
    if row["kind"] != "number" and request.get("reasonCode") == "noFacility":
        return "faulty", "", 0  # the field found it unusable: nobody gets it again
    return "free", "", 0


def expire(tx: Tx) -> None:
    """Holds and quarantines that have run out by business time are free again."""
    tx.run("UPDATE thing SET state = 'free', owner = '', until = 0 WHERE until > 0 AND until <= ?", tx.now)


def held(tx: Tx, owner: str) -> list[Body]:
    return tx.things("owner = ? ORDER BY kind, id", owner)


def free(tx: Tx, kind: str, area: str, like: str, count: int) -> list[Body]:
    where = "kind = ? AND area = ? AND state = 'free' AND id LIKE ? ORDER BY id LIMIT ?"
    return tx.things(where, kind, area, f"%{like}%", min(count, 100))


def holdings(tx: Tx) -> Body:
    """``{product instance: [{"type", "id", "state", "area"}]}`` of everything that is not free."""
    found: Body = {}
    for row in tx.things("owner <> '' ORDER BY owner, kind, id"):
        found.setdefault(row["owner"], []).append(
            {"type": row["kind"], "id": row["id"], "state": row["state"], "area": row["area"]}
        )
    return found


def counts(tx: Tx) -> Body:
    """``{area: {kind: {state: count}}}``."""
    found: Body = {}
    for row in tx.rows("SELECT area, kind, state, count(*) AS n FROM thing GROUP BY area, kind, state"):
        found.setdefault(row["area"], {}).setdefault(row["kind"], {})[row["state"]] = row["n"]
    return found
