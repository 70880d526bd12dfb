"""Every process follows the registry: what is registered, activated or retired anywhere holds here soon after."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from hub.logs import place_of
from hub.registry import StoreRegistry
from interfaces.clock import monotonic

FOLLOW: Final = 0.5
"""Seconds for which a change made by another process may go unseen."""
CHORE: Final = 10.0
"""Seconds between two rounds of ``chores``."""

log = structlog.get_logger(__name__)


class Follower:
    """A thread that looks at the registry's version number.

    changed: called after each change; chores: now and then; looks: every time, so they have to cost next to nothing.
    """

    def __init__(
        self,
        registry: StoreRegistry,
        changed: Sequence[Callable[[], None]],
        chores: Sequence[Callable[[], None]],
        looks: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._registry = registry
        self._changed = changed
        self._chores = chores
        self._looks = (self.now, *looks)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def now(self) -> None:
        """Look at once: who has changed something himself sees it when this returns."""
        with self._lock:
            if self._registry.follow():
                for call in self._changed:
                    call()

    def _run(self) -> None:
        worked = monotonic()
        while not self._stop.wait(FOLLOW):
            for look in self._looks:
                self._guarded(look)
            if monotonic() - worked >= CHORE:
                for chore in self._chores:
                    self._guarded(chore)
                worked = monotonic()

    def _guarded(self, work: Callable[[], None]) -> None:
        """A store that is away, a spec that this release cannot read: what is known stays in force, and is tried
        again."""
        try:
            work()
        except Exception as error:
            log.error("what other processes do is not followed", why=type(error).__name__, at=place_of(error))
