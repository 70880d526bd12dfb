"""Flow control: a subscription's limits hold for all hub processes together, and a request costs next to nothing.

Each process takes tokens of the present window from the store in small portions and spends them from memory; requests
open at a time are counted in the store, one row per process, and a process that is gone is forgotten after a while.

Weighed and left: pyrate-limiter. Its shared buckets write one row per request in a transaction of their own (SQLite:
1.1 ms a request), where a portion is one row of the hub's own group commit for up to 64 requests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from hub.identity.limits import Limit
from hub.identity.who import Subscription
from hub.store.hot import marks, run
from hub.store.schema import flow_open
from hub.store.writer import Store
from interfaces.clock import MINUTE, SECOND, real_now
from interfaces.failure import Failure
from interfaces.ids import new_id

GONE: Final = 2 * MINUTE
"""After which the open requests of a silent process count no more; longer than any request takes."""


@dataclass(frozen=True, slots=True)
class Portion:
    """``count`` tokens wanted of a subscription's window."""

    subscription: str
    limit: Limit
    began: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One request more (``by`` 1) or less (-1) that ``owner`` has open."""

    subscription: str
    owner: str
    by: int
    most: int
    at: int


def lease(connection: sa.Connection, batch: Sequence[Portion]) -> list[int]:
    """Write: how many tokens each gets, 0 when the window is spent. One upsert; its row lock makes processes queue.

    A process whose clock is behind counts in the later window.
    """
    rows = sorted({(p.subscription, p.limit.span): p for p in batch}.items())  # locked in one order everywhere
    granted = {key: _lease(connection, one) for key, one in rows}
    return [granted.pop((p.subscription, p.limit.span), 0) for p in batch]


def _lease(connection: sa.Connection, one: Portion) -> int:
    wanted = one.limit.portion
    values = marks(1, 4, connection.dialect.paramstyle)
    used = run(
        connection,
        f"INSERT INTO flow AS f (subscription_id, span, began, used) VALUES {values} "
        "ON CONFLICT (subscription_id, span) DO UPDATE SET "
        "used = CASE WHEN excluded.began > f.began THEN excluded.used ELSE f.used + excluded.used END, "
        "began = CASE WHEN excluded.began > f.began THEN excluded.began ELSE f.began END RETURNING used",
        (one.subscription, one.limit.span, one.began, wanted),
    )[0][0]
    return int(max(0, wanted - max(0, used - one.limit.count)))


def enter(connection: sa.Connection, batch: Sequence[Entry]) -> list[bool]:
    """Write: whether each may be open; leaving always may."""
    return [_enter(connection, one) for one in batch]


def _enter(connection: sa.Connection, one: Entry) -> bool:
    t = flow_open
    values = marks(1, 4, connection.dialect.paramstyle)
    run(  # the subscription's row of span 0 is its lock
        connection,
        f"INSERT INTO flow AS f (subscription_id, span, began, used) VALUES {values} "
        "ON CONFLICT (subscription_id, span) DO UPDATE SET used = f.used RETURNING used",
        (one.subscription, 0, 0, 0),
    )
    mine = t.c.subscription_id == one.subscription
    connection.execute(sa.delete(t).where(mine, t.c.until <= one.at, t.c.owner != one.owner))
    now_open = connection.scalar(sa.select(sa.func.sum(t.c.open)).where(mine)) or 0
    if one.by > 0 and now_open + one.by > one.most:
        return False
    run(
        connection,
        f"INSERT INTO flow_open AS f (subscription_id, owner, open, until) VALUES {values} "
        "ON CONFLICT (subscription_id, owner) DO UPDATE SET open = f.open + excluded.open, until = excluded.until "
        "RETURNING open",
        (one.subscription, one.owner, one.by, one.at + GONE),
    )
    return True


Leave = Callable[[], None]
"""Called once, when an admitted request is over."""


class _Purse:
    """Tokens of one window that this process holds; ``coming`` is the portion under way."""

    __slots__ = ("began", "coming", "left", "spent")

    def __init__(self, began: int) -> None:
        self.began = began
        self.left = 0
        self.spent = False
        self.coming: Future[int] | None = None


class Flow:
    """Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._owner = new_id("hub")
        self._purses: dict[tuple[str, int], _Purse] = {}
        self._lock = threading.RLock()  # a portion that is there already is told at once, within it

    def admit(self, subscription: Subscription) -> Future[Leave]:
        """What to call when the request is over; Failure ``throttled`` with ``retryAfter`` (seconds) in its detail."""
        done: Future[Leave] = Future()
        self._step(subscription, done)
        return done

    def _step(self, s: Subscription, done: Future[Leave]) -> None:
        """Take a token of every limit at once, or none and wait for the portion that is short."""
        now = real_now()
        with self._lock:
            purses = [(limit, self._purse(s.id, limit, now)) for limit in s.limits]
            short = next(((limit, purse) for limit, purse in purses if not purse.left), None)
            if short is None:
                for _, purse in purses:
                    purse.left -= 1
        if short is None:
            self._open(s, now, done)
        elif short[1].spent:
            done.set_exception(throttled(s, short[0], now))
        else:
            self._fetch(s, *short).add_done_callback(lambda f: self._again(s, f, done))

    def _purse(self, subscription: str, limit: Limit, now: int) -> _Purse:
        key, began = (subscription, limit.span), limit.began(now)
        purse = self._purses.get(key)
        if purse is None or purse.began < began:
            purse = self._purses[key] = _Purse(began)
        return purse

    def _fetch(self, s: Subscription, limit: Limit, purse: _Purse) -> Future[int]:
        with self._lock:
            if purse.coming is not None:
                return purse.coming
            purse.coming = coming = self._store.submit(lease, Portion(s.id, limit, purse.began))
            coming.add_done_callback(lambda got: self._fill(purse, got))  # first, before those who wait for it
            return coming

    def _fill(self, purse: _Purse, got: Future[int]) -> None:
        with self._lock:
            purse.coming = None
            if got.exception() is None:
                purse.left += got.result()
                purse.spent = not got.result()

    def _again(self, s: Subscription, got: Future[int], done: Future[Leave]) -> None:
        error = got.exception()
        if error is not None:
            done.set_exception(error)
        else:
            self._step(s, done)

    def _open(self, s: Subscription, now: int, done: Future[Leave]) -> None:
        if not s.concurrency:
            done.set_result(_nothing)
            return
        entered = self._store.submit(enter, Entry(s.id, self._owner, 1, s.concurrency, now))

        def told(f: Future[bool]) -> None:
            if error := f.exception():
                done.set_exception(error)
            elif f.result():
                done.set_result(lambda: self._leave(s))
            else:
                done.set_exception(too_many(s))

        entered.add_done_callback(told)

    def _leave(self, s: Subscription) -> None:
        self._store.submit(enter, Entry(s.id, self._owner, -1, s.concurrency, real_now()))


def _nothing() -> None:
    """Leaving costs nothing where open requests are not counted."""


def throttled(s: Subscription, limit: Limit, now: int) -> Failure:
    left = limit.began(now) + limit.span * SECOND - now
    seconds = max(1, -(-left // SECOND))
    return Failure(
        "throttled",
        f"{s.system} may send {limit.count} requests in {limit.span} s by {s.interface}",
        where=s.interface,
        advice=f"nothing was done; send again in {seconds} s",
        detail={"retryAfter": seconds},
    )


def too_many(s: Subscription) -> Failure:
    return Failure(
        "throttled",
        f"{s.system} may have {s.concurrency} requests open at a time by {s.interface}",
        where=s.interface,
        advice="nothing was done; send again when one of them is answered",
        detail={"retryAfter": 1},
    )
