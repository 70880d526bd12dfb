"""The accept transaction: journal + keys + order + its tasks + lane numbers, for a whole batch at once.

Everything that needs thought (mapping, area, plan, bindings) was done before, in hub/intake.py. Here the store decides:
seen this exchange? seen this business key? what does the lane say? Then rows go in, one statement per table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from hub import case, conflict, journal, keys
from hub.case import Case
from hub.conflict import Meeting, Stage
from hub.failpoint import failpoint
from hub.lifecycle import ORDER_END
from hub.store import schema
from hub.store.hot import find, insert_many, marks, run
from interfaces.failure import Failure
from interfaces.message import Body

Row = dict[str, Any]
Key = tuple[str, str, str, str]


@dataclass(slots=True)
class Acceptance:
    """One order ready to be accepted.

    order, tasks, message  rows; states are filled in here
    lanes                  keys of the lanes the order takes its turn on, each once
    exchange_id            "" = the envelope has none; on_repeat: refuse | replay (envelope profile)
    digest                 of the business content
    answer                 canonical body of the first answer
    parent                 what the body calls parentOrder: a task's key or an order id of ours
    ends                   ids of open orders that this one cancels (supersede, annul); filled in here
    annulled               and is cancelled with them: nothing is left to be done
    """

    order: Row
    tasks: list[Row]
    message: Row
    digest: str
    answer: Body
    lanes: Sequence[str]
    exchange_id: str = ""
    on_repeat: str = "replay"
    parent: str = ""
    key: Key = field(init=False)
    ends: dict[str, str] = field(default_factory=dict)
    annulled: bool = False

    def __post_init__(self) -> None:
        o = self.order
        self.key = (o["source"], o["area"], o["type"], o["external_id"])


@dataclass(frozen=True, slots=True)
class Accepted:
    """order_id and the answer; ``replayed`` = this is the first answer again, nothing new was done."""

    order_id: str
    answer: Body
    replayed: bool = False


Verdict = Accepted | Failure
Settle = Callable[[sa.Connection, Sequence[Case]], None]
"""What follows when orders move, as ``Outcomes.settle``: they are saved, and those that ended let their lanes go on."""

KEY = ("source", "area", "type", "external_id")
PLANNED = (
    *("id", "order_id", "pos", "name", "function", "operation", "type", "title", "peer", "interface", "body"),
    *("state", "after", "inputs", "undo", "point_of_no_return", "priority", "due_at", "updated_at"),
)
"""What acceptance knows of a task. Everything else is still to happen: the table's defaults."""
STILL_OPEN = (
    "JOIN orders ON orders.id = order_lane.order_id "
    f"WHERE orders.state NOT IN ({', '.join(repr(s) for s in sorted(ORDER_END))}) ORDER BY no"
)


def accept(connection: sa.Connection, batch: Sequence[Acceptance], settle: Settle | None = None) -> list[Verdict]:
    """Write: accept each order or say why not. A refusal is a result, not an exception: neighbours go on.

    ``settle`` is what a new order that cancels an open one needs.
    """
    turns = _Turns(connection, batch)  # first: what is open on a lane is only sure once the lane is ours
    look = _Look(connection, batch)
    verdicts = [look.judge(item) for item in batch]
    taken = [i for i, v in zip(batch, verdicts, strict=True) if isinstance(v, Accepted) and not v.replayed]
    _find_parents(connection, taken)
    _insert(connection, taken, look)
    insert_many(connection, schema.order_lane, [turn for item in taken for turn in turns.of(item)])
    _cancel_needless(connection, taken, settle)
    for item, verdict in zip(batch, verdicts, strict=True):
        item.message |= _outcome(verdict)
    journal.append(connection, [item.message for item in batch])
    failpoint("accept.before_commit")
    return verdicts


def _outcome(verdict: Verdict) -> Row:
    if isinstance(verdict, Failure):
        return journal.failed(verdict) | {"order_id": ""}  # set both ways, like the state
    outcome = "duplicate" if verdict.replayed else "accepted"
    return {"outcome": outcome, "order_id": verdict.order_id, "failure": None}


class _Look:
    """What the store and the batch so far say about exchanges, keys and lanes."""

    def __init__(self, connection: sa.Connection, batch: Sequence[Acceptance]) -> None:
        self.exchanges = _find_exchanges(connection, batch)
        self.keys = _find_keys(connection, batch)
        self.open = _find_open(connection, batch)
        self.tasks, self.children = _find_work(connection, self.open)
        self.taken: list[Acceptance] = []
        self.new_keys: list[Row] = []
        self.new_exchanges: list[Row] = []

    def judge(self, item: Acceptance) -> Verdict:
        source = item.order["source"]
        first = self.exchanges.get((source, item.exchange_id)) if item.exchange_id else None
        if first and item.on_repeat == "refuse":
            return keys.duplicate_exchange(item.exchange_id, first["message_id"], first["order_id"])
        if first and first["answer"]:
            return self._again(item, first)
        verdict = self._judge_business(item)
        if item.exchange_id and isinstance(verdict, Accepted):  # a refusal burns no id
            self._note_exchange(item, verdict)
        return verdict

    def _again(self, item: Acceptance, first: Row) -> Verdict:
        """The exchange id was seen: its first answer, which is only true of what was sent first."""
        order, known = item.order, self.keys.get(item.key)
        if first["answer"]["externalId"] != order["external_id"] or known is None:
            return keys.other_number(item.exchange_id, first["order_id"])
        if known["order_id"] == first["order_id"] and known["digest"] != item.digest:
            return keys.other_content(order["source"], order["external_id"], known["order_id"])
        return Accepted(first["order_id"], first["answer"], replayed=True)

    def _judge_business(self, item: Acceptance) -> Verdict:
        order = item.order
        known = self.keys.get(item.key)
        if known and not known["freed"]:
            if known["digest"] != item.digest:
                return keys.other_content(order["source"], order["external_id"], known["order_id"])
            return Accepted(known["order_id"], known["answer"], replayed=True)
        refused = self._lane(item)
        if refused:
            return refused
        self._take(item, round_no=known["round"] + 1 if known else 1)
        return Accepted(order["id"], item.answer)

    def _lane(self, item: Acceptance) -> Failure | None:
        order = item.order
        item.ends, item.annulled = {}, False  # set both ways: a batch that was undone runs again
        ahead = {o["id"]: o for lane in item.lanes for o in self.open.get(lane, ())}
        verdicts = {number: self._meet(item, open_one) for number, open_one in ahead.items()}
        for number, verdict in verdicts.items():
            if verdict == "refuse":
                return keys.in_transit(ahead[number])
        item.ends = {number: verdict for number, verdict in verdicts.items() if verdict in ("supersede", "annul")}
        item.annulled = "annul" in item.ends.values()
        waits = not item.annulled and {"queue", "supersede"} & set(verdicts.values())
        order["state"] = "queued" if waits else "running"
        for task in item.tasks:  # set both ways
            due = order["state"] == "running" and not task["after"]
            task |= {"state": "ready", "due_at": order["created_at"]} if due else {"state": "pending"}
        return None

    def _meet(self, item: Acceptance, open_one: Row) -> conflict.Verdict:
        order = item.order
        tasks = self.tasks.get(open_one["id"], [])
        meeting = Meeting(
            type=order["type"],
            family=order["product_family"],
            open=open_one["action"],
            stage=self._stage(open_one, tasks),
            new=order["action"],
            source=order["source"],
            same=conflict.same(open_one, tasks, order, item.tasks),
        )
        return conflict.decide(meeting)

    def _stage(self, open_one: Row, tasks: list[Row]) -> Stage:
        if any(open_one["id"] in item.ends for item in self.taken):
            return "undoing"  # another order of this batch has just ended it
        return conflict.stage_of(open_one, tasks, self.children.get(open_one["id"], ()))

    def _take(self, item: Acceptance, round_no: int) -> None:
        row = dict(zip(KEY, item.key, strict=True)) | {
            "round": round_no,
            "digest": item.digest,
            "order_id": item.order["id"],
            "answer": item.answer,
            "freed": 0,
        }
        self.keys[item.key] = row
        self.new_keys.append(row)
        self.tasks[item.order["id"]] = item.tasks
        self.taken.append(item)
        for lane in item.lanes:
            self.open.setdefault(lane, []).append(item.order)

    def _note_exchange(self, item: Acceptance, verdict: Accepted) -> None:
        source = item.order["source"]
        row = {
            "scope": source,
            "exchange_id": item.exchange_id,
            "message_id": item.message["id"],
            "order_id": verdict.order_id,
            "answer": verdict.answer,
            "at": item.message["at"],
        }
        self.exchanges[source, item.exchange_id] = row
        self.new_exchanges.append(row)


def _find_exchanges(connection: sa.Connection, batch: Sequence[Acceptance]) -> dict[tuple[str, str], Row]:
    wanted = list({(i.order["source"], i.exchange_id) for i in batch if i.exchange_id})
    found = find(connection, schema.exchange, ("scope", "exchange_id"), wanted)
    return {(r["scope"], r["exchange_id"]): r for r in found}


def _find_keys(connection: sa.Connection, batch: Sequence[Acceptance]) -> dict[Key, Row]:
    found = find(connection, schema.business_key, KEY, list({i.key for i in batch}), "ORDER BY round")
    return {tuple(r[name] for name in KEY): r for r in found}  # the last round wins


def _find_open(connection: sa.Connection, batch: Sequence[Acceptance]) -> dict[str, list[Row]]:
    """Open orders by lane, in lane order."""
    lanes = list({(lane,) for item in batch for lane in item.lanes})
    turns = list(find(connection, schema.order_lane, ("lane",), lanes, STILL_OPEN))
    orders = {o["id"]: o for o in find(connection, schema.orders, ("id",), list({(t["order_id"],) for t in turns}))}
    found: dict[str, list[Row]] = {}
    for turn in turns:
        found.setdefault(turn["lane"], []).append(orders[turn["order_id"]])
    return found


def _find_work(
    connection: sa.Connection, found: Mapping[str, Sequence[Row]]
) -> tuple[dict[str, list[Row]], dict[str, set[str]]]:
    """Of open product orders: the tasks of their plans, and the functions that peers ordered from for them."""
    numbers = sorted({o["id"] for orders in found.values() for o in orders if o["type"] == "ProductOrder"})
    tasks: dict[str, list[Row]] = {}
    children: dict[str, set[str]] = {}
    if numbers:
        o, t = schema.orders, schema.task
        columns = (t.c.order_id, t.c.function, t.c.state, t.c.sent, t.c.body)
        mine = sa.select(*columns).where(t.c.order_id.in_(numbers), t.c.kind == "do").order_by(t.c.order_id, t.c.pos)
        for row in connection.execute(mine).mappings():
            tasks.setdefault(row["order_id"], []).append(dict(row))
        theirs = sa.select(o.c.parent_order, t.c.function).join(t, t.c.order_id == o.c.id)
        for parent, function in connection.execute(theirs.where(o.c.parent_order.in_(numbers))):
            children.setdefault(parent, set()).add(function)
    return tasks, children


def _cancel_needless(connection: sa.Connection, taken: Sequence[Acceptance], settle: Settle | None) -> None:
    """Open orders that a new one supersedes, and what annuls each other: cancelled with what was done taken back."""
    why = {number: item for item in taken for number in item.ends}
    if not why or settle is None:
        return
    annulled = [item.order["id"] for item in taken if item.annulled]
    cases = case.load(connection, [*why, *annulled], taken[0].order["created_at"])
    for number, one in cases.items():
        if one.order["state"] not in ORDER_END and not one.order["outcome"]:
            one.withdraw(_words(taken, why, number))
    settle(connection, list(cases.values()))


def _words(taken: Sequence[Acceptance], why: Mapping[str, Acceptance], number: str) -> str:
    """Why an order ends here, naming the other one."""
    if number not in why:
        other = next(open_one for item in taken if item.order["id"] == number for open_one in item.ends)
        return f"nothing is left to be done: it annulled order {other}"
    new = why[number]
    return f"{'annulled' if new.annulled else 'superseded'} by order {new.order['id']} ({new.order['action']})"


class _Turns:
    """The batch's numbers on its lanes, taken with one upsert, one row per lane, sorted; until the commit nobody else
    accepts or ends an order on them. The batch owns the last n numbers of each; those of refused orders stay unused.
    """

    def __init__(self, connection: sa.Connection, batch: Sequence[Acceptance]) -> None:
        counts = Counter(lane for item in batch for lane in item.lanes)
        after = take_lane_numbers(connection, counts) if counts else {}
        self._next = {lane: after[lane] - count for lane, count in counts.items()}

    def of(self, item: Acceptance) -> list[Row]:
        """Rows of ``order_lane``: the order's turn on each of its lanes."""
        turns = [{"lane": lane, "no": self._next[lane], "order_id": item.order["id"]} for lane in item.lanes]
        self._next |= {lane: self._next[lane] + 1 for lane in item.lanes}
        return turns


# hot statement: row locks are taken in key order and last until commit (design.md section 9, Lanes)
def take_lane_numbers(connection: sa.Connection, counts: Mapping[str, int]) -> dict[str, int]:
    """key -> the number after the last one taken."""
    rows = run(
        connection,
        f"INSERT INTO lane AS l (key, next) VALUES {marks(len(counts), 2, connection.dialect.paramstyle)} "
        "ON CONFLICT (key) DO UPDATE SET next = l.next + excluded.next RETURNING key, next",
        tuple(chain.from_iterable(sorted(counts.items()))),
    )
    return {key: after + 1 for key, after in rows}


def _find_parents(connection: sa.Connection, taken: Sequence[Acceptance]) -> None:
    """A peer's own order names the service order it belongs to by the key it got, the task's id; nobody else may."""
    wanted = {i.parent for i in taken if i.parent}
    if not wanted:
        return
    t = schema.task
    rows = connection.execute(sa.select(t.c.id, t.c.peer, t.c.order_id).where(t.c.id.in_(wanted)))
    found = {(r.id, r.peer): r.order_id for r in rows}
    for item in taken:
        if order_id := found.get((item.parent, item.order["source"])):
            item.order |= {"parent_order": order_id, "parent_task": item.parent}


def _insert(connection: sa.Connection, taken: Sequence[Acceptance], look: _Look) -> None:
    if taken:
        insert_many(connection, schema.orders, [i.order for i in taken])
        insert_many(connection, schema.task, [t for i in taken for t in i.tasks], PLANNED)
        insert_many(connection, schema.business_key, sorted(look.new_keys, key=itemgetter(*KEY)))
    if look.new_exchanges:
        insert_many(connection, schema.exchange, sorted(look.new_exchanges, key=itemgetter("scope", "exchange_id")))
