"""The doors that fetch (queues, tables, folders) of one process: as many as the registry asks for, at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

import structlog

from interfaces.failure import Failure

log = structlog.get_logger(__name__)


class Consumer(Protocol):
    """A door that fetches: AMQP queue, interface table. ``stop`` returns when nothing is half done.

    endpoint  the place as the journal names it; trouble: why it cannot be read now, or None
    """

    @property
    def endpoint(self) -> str: ...

    @property
    def trouble(self) -> Failure | None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


Wanted = Mapping[str, Callable[[], Consumer]]
"""``id@version`` of each fetched interface in force -> how its consumer is made; nothing is opened by that."""


class Fetching:
    """One consumer for each of ``wanted()``. Thread-safe."""

    def __init__(self, wanted: Callable[[], Wanted]) -> None:
        self._wanted = wanted
        self._lock = threading.Lock()
        self._running = False
        self._consumers = {ref: make() for ref, make in wanted().items()}

    def __iter__(self) -> Iterator[Consumer]:
        return iter(list(self._consumers.values()))

    def start(self) -> None:
        with self._lock:
            self._running = True
            for consumer in self:
                consumer.start()

    def stop(self) -> None:
        with self._lock:
            self._running = False
            for consumer in self:
                consumer.stop()

    def arrange(self) -> None:
        """Follow the registry: what is no longer in force is read no more, then what is new is. While it is stopped
        nothing is started."""
        with self._lock:
            wanted = self._wanted()
            for ref in [ref for ref in self._consumers if ref not in wanted]:
                self._consumers.pop(ref).stop()
            for ref in [ref for ref in wanted if ref not in self._consumers]:
                self._add(ref, wanted[ref])

    def _add(self, ref: str, make: Callable[[], Consumer]) -> None:
        try:
            consumer = make()
        except Failure as failure:  # the others go on
            log.error("cannot be fetched", interface=ref, why=failure.message, advice=failure.advice)
            return
        self._consumers[ref] = consumer
        if self._running:
            consumer.start()
