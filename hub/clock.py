"""The store-following clock: business time = the store's real time + an offset kept in one row of the store.

On PostgreSQL the database's clock is everybody's: machines may differ by minutes, and leases, deadlines and business
time still agree. On SQLite it is this machine's.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import sqlalchemy as sa

from hub.store.schema import setting
from hub.store.writer import Store
from interfaces.clock import SECOND, monotonic, real_now
from interfaces.failure import Failure

OFFSET = "clock_offset"
FOLLOW = 0.5  # seconds a change of the offset, or of the clock, may go unseen by this process

DATABASE_NOW = sa.text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")


def store_now(connection: sa.Connection) -> int:
    """Real time as the store has it, microseconds UTC: the only time by which leases are given and judged."""
    if connection.dialect.name == "sqlite":
        return real_now()
    return int(connection.scalar(DATABASE_NOW) or 0)


class StoreClock:
    """Never goes backwards. Looks at the store every half second; in between, and while the store does not answer, its
    own monotonic clock goes on from the last look."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ahead = 0
        self._read_at = -FOLLOW
        self._last = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        with self._lock:
            if monotonic() - self._read_at >= FOLLOW:
                self._look()
            self._last = max(self._last, _monotonic() + self._ahead)
            return self._last

    def wait(self, until: int, wake: threading.Event) -> None:
        left = (until - self.now()) / SECOND
        if left > 0:
            wake.wait(min(left, 0.5))

    def _look(self) -> None:
        """``_ahead``: business time less our monotonic clock."""
        first = self._last == 0
        try:
            with self._store.read() as connection:
                offset = connection.scalar(sa.select(setting.c.value).where(setting.c.key == OFFSET))
                self._ahead = store_now(connection) + int(offset or 0) - _monotonic()
        except Failure:
            if first:
                raise
        self._read_at = monotonic()


def _monotonic() -> int:
    return int(monotonic() * SECOND)


def set_offset(connection: sa.Connection, items: Sequence[int]) -> list[None]:
    """Write: move business time to real time + the last given offset (microseconds)."""
    connection.execute(sa.delete(setting).where(setting.c.key == OFFSET))
    connection.execute(sa.insert(setting).values(key=OFFSET, value=str(items[-1])))
    return [None] * len(items)
