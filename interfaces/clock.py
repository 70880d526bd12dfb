"""Time. The only module that asks the machine what time it is.

Two times are kept apart on purpose:

* *business time* (``Clock.now``): dates of orders, retries, holds, due times. It may run ahead of real
  time (the demo's calendar, tests), so nothing that guards a process may use it.
* *real time* (``real_now``, ``monotonic``, ``Deadline``): leases, fencing, call deadlines. Never jumps.

Unit everywhere: microseconds since 1970-01-01 UTC as int, except ``Deadline`` (seconds as float).
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Business time.

    ``now`` never goes backwards. ``wait`` returns when business time has reached ``until`` or when ``wake``
    is set, whichever is first; it may return early (the caller looks again) and is called by one thread.
    """

    def now(self) -> int: ...

    def wait(self, until: int, wake: threading.Event) -> None: ...


def real_now() -> int:
    """Real time, microseconds UTC. For leases and journal times only."""
    return time.time_ns() // 1000


def monotonic() -> float:
    """Seconds on a clock that never jumps, for measuring."""
    return time.monotonic()


class SystemClock:
    """Business time = real time."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        with self._lock:
            self._last = max(self._last, real_now())
            return self._last

    def wait(self, until: int, wake: threading.Event) -> None:
        left = (until - self.now()) / SECOND
        if left > 0:
            wake.wait(left)


class VirtualClock:
    """Business time that stands still until somebody waits or moves it; a wait leaps to its end."""

    def __init__(self, start: int = 1_790_000_000 * SECOND) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> int:
        with self._lock:
            return self._now

    def advance(self, microseconds: int) -> None:
        """Move business time forward; a negative step is refused with ValueError."""
        if microseconds < 0:
            raise ValueError("business time never goes backwards")
        with self._lock:
            self._now += microseconds

    def wait(self, until: int, wake: threading.Event) -> None:
        if not wake.is_set():
            with self._lock:
                self._now = max(self._now, until)


class Deadline:
    """A total time limit for one exchange: connect + send + receive, never per read."""

    __slots__ = ("at",)

    def __init__(self, at: float) -> None:
        self.at = at

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - time.monotonic())

    @property
    def passed(self) -> bool:
        return self.left() <= 0.0


def to_rfc3339(at: int) -> str:
    """``1790000000000000`` -> ``2026-09-21T14:13:20Z`` (microseconds kept only when there are any)."""
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat().replace("+00:00", "Z")


def from_rfc3339(text: str) -> int:
    """RFC 3339 text with an offset -> microseconds UTC; ValueError when it has no offset."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(f"time without an offset: {text!r}")
    return round(value.timestamp() * SECOND)
