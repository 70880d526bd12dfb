"""Drives the kernel's writes by hand, as worker, doors and people would."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub import journal
from hub.accept import accept
from hub.claim import Sending, Wish, claim, note_sending
from hub.events import Event, Events
from hub.fallout import Action, Actions
from hub.outcome import Outcome, Outcomes
from hub.store import schema
from hub.store.writer import Store
from interfaces.clock import SECOND, VirtualClock
from interfaces.failure import Failure
from interfaces.wire import WireMessage
from tests.hub.rows import acceptance

Row = dict[str, Any]


class House:
    """Drives the writes by hand, as the worker would."""

    def __init__(self, store: Store, clock: VirtualClock, outcomes: Outcomes) -> None:
        self.store, self.clock, self.outcomes = store, clock, outcomes

    def accept(self, *args: Any, **kw: Any) -> str:
        item = acceptance(*args, **kw)
        self.store.write(accept, item)
        return str(item.order["id"])

    def claim(self, lease: int = 10 * SECOND, owner: str = "w1") -> list[Row]:
        return self.store.write(claim, Wish(owner, lease, self.clock.now(), 8))

    def send(self, row: Row, lease: int = 10 * SECOND) -> bool:
        return self.store.write(note_sending, Sending(row["id"], row["fence"], journal_row(row), lease))

    def end(self, row: Row, event: str = "answered", **kw: Any) -> bool:
        return self.store.write(self.outcomes.apply, Outcome(row["order_id"], row["id"], event, row["fence"], **kw))

    def order(self, order_id: str) -> Row:
        with self.store.read() as connection:
            t = schema.orders
            return dict(connection.execute(sa.select(t).where(t.c.id == order_id)).mappings().one())

    def tasks(self, order_id: str) -> dict[str, str]:
        with self.store.read() as connection:
            t = schema.task
            rows = connection.execute(sa.select(t.c.name, t.c.state).where(t.c.order_id == order_id).order_by(t.c.pos))
            return dict(tuple(r) for r in rows)  # type: ignore[misc]

    def fallouts(self) -> list[Row]:
        with self.store.read() as connection:
            return [dict(r) for r in connection.execute(sa.select(schema.fallout)).mappings()]


def journal_row(row: Row) -> Row:
    return journal.row("out", WireMessage(b"<x/>"), None, at=1, order_id=row["order_id"], task_id=row["id"])


def event(key: str, state: str = "completed", source: str = "SPS", exchange_id: str = "") -> Event:
    row = journal.row("in", WireMessage(b"<e/>"), None, at=1, exchange_id=exchange_id)
    return Event(key, source, {"externalId": key, "state": state}, row)


def notify(house: House, key: str, **kw: Any) -> str:
    return house.store.write(Events(house.outcomes).apply, event(key, **kw))


def act(house: House, subject: str, action: str, reason: str) -> str | Failure:
    return house.store.write(Actions(house.clock, house.outcomes).apply, Action(subject, action, "op", reason))


def code(result: str | Failure) -> str:
    assert isinstance(result, Failure)
    return result.code
