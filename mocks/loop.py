"""A thread that looks for work again and again: what queue and table peers have in common."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable

from interfaces.failure import Failure

IDLE = 0.02
"""Seconds between two looks when there was nothing."""


class Loop:
    """Calls ``step`` until stopped; ``step`` tells whether there was work. ``stop`` waits for the step at work."""

    def __init__(self, name: str, step: Callable[[], bool]) -> None:
        self._step = step
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                worked = self._step()
            except Failure:  # the file is busy or gone: look again, what is there keeps
                worked = False
            except Exception:  # a bug: told, and no reason to be deaf from now on
                traceback.print_exc()
                worked = False
            if not worked:
                self._stop.wait(IDLE)
