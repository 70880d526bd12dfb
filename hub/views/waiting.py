"""Why an order stands still, in words: what it waits for, since when, when it is tried next, who must act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hub.lifecycle import ORDER_END
from hub.store.schema import fallout, order_lane, orders, peer_state
from hub.views.base import Record, Row, when

# code -> who must act (hub: nobody, it goes on by itself) and the sentence; {names} are keys of the record
WAITS: dict[str, tuple[str, str, str]] = {
    "lane": (
        "hub",
        "waits for the earlier order {blocker} on {product_instance}",
        "等待 {product_instance} 上较早的订单 {blocker}",
    ),
    "held": ("person", "is held: {reason}", "已缓装:{reason}"),
    "peer_held": ("person", "{task} waits: {peer} is held", "{task} 等待:{peer} 已被挂起"),
    "peer_down": (
        "peer",
        "{task} waits: {peer} has been out of reach since {since}; next try {next_try} ({reason})",
        "{task} 等待:{peer} 自 {since} 起不可达;下次尝试 {next_try}({reason})",
    ),
    "retry": (
        "peer",
        "{task} is tried again at {next_try} after {attempt} attempt(s): {reason}",
        "{task} 已尝试 {attempt} 次,将于 {next_try} 重试:{reason}",
    ),
    "ask": (
        "hub",
        "{task}: what {peer} did is unknown; it is asked at {next_try} ({reason})",
        "{task}:{peer} 的处理结果未知,将于 {next_try} 查询({reason})",
    ),
    "due": ("hub", "{task} is due and next in line for {peer}", "{task} 已到期,即将发往 {peer}"),
    "dated": ("hub", "{task} is due at {next_try}", "{task} 定于 {next_try} 执行"),
    "sending": ("hub", "{task} is being sent to {peer}", "{task} 正在发往 {peer}"),
    "answer": (
        "peer",
        "{task} waits for the outcome from {peer} since {since}, until {deadline}",
        "{task} 自 {since} 起等待 {peer} 的结果,期限 {deadline}",
    ),
    "fallout": (
        "person",
        "{task} needs a person since {since}: {reason}",
        "{task} 自 {since} 起需要人工处理:{reason}",
    ),
}
LANGUAGES = {"en": 1, "zh": 2}
NOTHING = {"en": "-", "zh": "-"}


def sentence(wait: Mapping[str, Any], lang: str = "en") -> str:
    """The record in words."""
    said = {name: NOTHING[lang] if value in (None, "") else value for name, value in wait.items()}
    return WAITS[wait["code"]][LANGUAGES[lang]].format_map(said)


def waits(connection: sa.Connection, order: Row, tasks: Sequence[Row], now: int) -> list[Record]:
    """Every cause why this order is not finished yet, most urgent first; [] when it is.

    Each: ``code task task_id peer since next_try deadline attempt reason who fallout_id text``.
    """
    if order["state"] in ORDER_END:
        return []
    found = list(_of_order(connection, order))
    peers = _peers(connection, tasks)
    open_fallout = _open_fallout(connection, order["id"])
    for row in tasks:
        code = _code(row, peers.get(row["peer"]), now)
        given_up = code == "fallout" and order["outcome"] and row["kind"] == "do"  # its undo decides, nobody has to
        if code and not given_up:
            found.append(_of_task(code, row, peers.get(row["peer"]), open_fallout.get(row["id"])))
    urgency = {"person": 0, "peer": 1, "hub": 2}
    return sorted((w | {"text": sentence(w)} for w in found), key=lambda w: urgency[w["who"]])


def _of_order(connection: sa.Connection, order: Row) -> Iterator[Record]:
    code = {"queued": "lane", "held": "held"}.get(order["state"])
    if code:
        yield {
            "code": code,
            "who": WAITS[code][0],
            "since": when(order["updated_at"]),
            "reason": order["reason"],
            "product_instance": order["product_instance"],
            "blocker": _blocker(connection, order) if code == "lane" else None,
        }


def _blocker(connection: sa.Connection, order: Row) -> str | None:
    """The last open order before this one on one of its lanes."""
    mine, theirs = order_lane.alias(), order_lane.alias()
    query = (
        sa.select(theirs.c.order_id)
        .join_from(mine, theirs, sa.and_(theirs.c.lane == mine.c.lane, theirs.c.no < mine.c.no))
        .join(orders, orders.c.id == theirs.c.order_id)
        .where(mine.c.order_id == order["id"], orders.c.state.not_in(ORDER_END))
        .order_by(theirs.c.no.desc())
        .limit(1)
    )
    return connection.scalar(query)


def _code(row: Row, peer: Row | None, now: int) -> str:
    if row["state"] == "ready":
        return _why_ready(row, peer, now)
    return {"sending": "sending", "waiting": "answer", "fallout": "fallout"}.get(row["state"], "")


def _why_ready(row: Row, peer: Row | None, now: int) -> str:
    if peer and peer["held"]:
        return "peer_held"
    if peer and peer["breaker"] == "open":
        return "peer_down"
    if row["mode"] == "ask":
        return "ask"
    if row["attempt"]:
        return "retry"
    return "dated" if row["due_at"] > now else "due"


def _of_task(code: str, row: Row, peer: Row | None, case: str | None) -> Record:
    down = peer if code == "peer_down" else None
    return {
        "code": code,
        "who": WAITS[code][0],
        "task": row["name"],
        "task_id": row["id"],
        "peer": row["peer"],
        "since": when(down["since"] if down else row["updated_at"]),
        "next_try": when(max(down["probe_at"], row["due_at"]) if down else row["due_at"]),
        "deadline": when(row["deadline_at"]),
        "attempt": row["attempt"],
        "reason": row["reason"] or (peer["reason"] if peer else ""),
        "fallout_id": case,
    }


def _peers(connection: sa.Connection, tasks: Sequence[Row]) -> dict[str, sa.RowMapping]:
    codes = {t["peer"] for t in tasks}
    rows = connection.execute(sa.select(peer_state).where(peer_state.c.peer.in_(codes))).mappings()
    return {row["peer"]: row for row in rows}


def _open_fallout(connection: sa.Connection, order_id: str) -> dict[str, str]:
    query = sa.select(fallout.c.task_id, fallout.c.id).where(fallout.c.order_id == order_id, fallout.c.state == "open")
    return {row.task_id: row.id for row in connection.execute(query)}
