"""The store-following clock: business time = real time + an offset kept in one row of the hub's store."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import sqlalchemy as sa

from hub.store.schema import setting
from hub.store.writer import Store
from interfaces.clock import SECOND, monotonic, real_now

OFFSET = "clock_offset"
FOLLOW = 0.5  # seconds a change of the offset may go unseen by this process


class StoreClock:
    """Never goes backwards. Re-reads the offset every half second."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._offset = 0
        self._read_at = -FOLLOW
        self._last = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        real, moment = real_now(), monotonic()  # a machine whose time is set back must not stop looking
        with self._lock:
            if moment - self._read_at >= FOLLOW:
                self._offset, self._read_at = self._read_offset(), moment
            self._last = max(self._last, real + self._offset)
            return self._last

    def wait(self, until: int, wake: threading.Event) -> None:
        left = (until - self.now()) / SECOND
        if left > 0:
            wake.wait(min(left, 0.5))

    def _read_offset(self) -> int:
        with self._store.read() as connection:
            value = connection.scalar(sa.select(setting.c.value).where(setting.c.key == OFFSET))
        return int(value or 0)


def set_offset(connection: sa.Connection, items: Sequence[int]) -> list[None]:
    """Write: move business time to real time + the last given offset (microseconds)."""
    connection.execute(sa.delete(setting).where(setting.c.key == OFFSET))
    connection.execute(sa.insert(setting).values(key=OFFSET, value=str(items[-1])))
    return [None] * len(items)
