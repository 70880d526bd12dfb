"""Follows the day's orders to their ends: one reader for all, so that watching costs the hub little."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from hub.demo.hubs import Hubs
from interfaces.clock import monotonic

PAGE: Final = 200
SHORTEST: Final = 0.05
LONGEST: Final = 1.0
"""Seconds between two looks, at least and at most; a look that took long is followed by a longer pause."""
RATIO: Final = 4
STANDSTILL: Final = 180.0
"""Seconds without any order moving, after which the day is given up."""

Found = dict[str, Any]


@dataclass
class Follower:
    """``expect`` from any thread; ``run`` ends when ``closed`` and every expected order has reached its end."""

    hubs: Hubs
    done: Callable[[str, Found], None]
    _open: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _states: dict[str, str] = field(default_factory=dict)
    _moved: float = 0.0

    def expect(self, external_id: str) -> None:
        with self._lock:
            self._open.add(external_id)

    def run(self, closed: Callable[[], bool]) -> set[str]:
        """Calls ``done(external_id, order)`` for each end; returns the orders that stand still for too long."""
        self._moved = monotonic()
        while True:
            complete = closed()
            if complete and not self._open:
                return set()
            if monotonic() - self._moved > STANDSTILL:
                return set(self._open)
            self._look()

    def _look(self) -> None:
        began = monotonic()
        for order in self._orders() if self._open else ():
            self._see(order)
        # no longer than LONGEST: a look may have waited for a dead hub to come back
        threading.Event().wait(min(LONGEST, max(SHORTEST, RATIO * (monotonic() - began))))

    def _orders(self) -> Iterator[Found]:
        """What outside systems ordered; not the work that peers ordered for it."""
        cursor = None
        while True:
            page = self.hubs.get("/api/v1/orders", top=True, limit=PAGE, cursor=cursor)
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def _see(self, order: Found) -> None:
        number, state = order["external_id"], f"{order['state']} {order.get('reason')}"
        if self._states.get(number) != state:
            self._states[number] = state
            self._moved = monotonic()
        if order.get("reached") and number in self._open:
            with self._lock:
                self._open.discard(number)
            self.done(number, order)
