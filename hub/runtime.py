"""Hub: everything one hub process holds, built once by hub/bootstrap.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub.clock import StoreClock
from hub.config import Config
from hub.desk import FalloutDesk
from hub.gateway import Gateway
from hub.identity.gate import Gate
from hub.intake import Intake
from hub.registry import StoreRegistry
from hub.store.writer import Store
from hub.topology import Topology
from hub.worker import Worker
from interfaces.failure import Failure


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


@dataclass
class Hub:
    """consumers: fetching doors; local: in-process peers' ``state()`` by code."""

    config: Config
    store: Store
    clock: StoreClock
    gate: Gate
    registry: StoreRegistry
    topology: Topology
    gateway: Gateway
    intake: Intake
    worker: Worker
    fallout: FalloutDesk
    consumers: list[Consumer] = field(default_factory=list)
    local: Mapping[str, Callable[[], dict[str, Any]]] = field(default_factory=dict)
    on_stop: list[Callable[[], None]] = field(default_factory=list)
    running: bool = False

    def local_state(self, code: str) -> dict[str, Any]:
        """State of an in-process peer (the CRM core); Failure ``not_found`` for others."""
        if code not in self.local:
            raise Failure("not_found", f"{code} does not live in this process", advice="ask the system itself")
        return self.local[code]()

    def start(self) -> None:
        """Start working: tasks, queues, tables. Requests may come in before."""
        self.worker.start()
        for consumer in self.consumers:
            consumer.start()
        self.running = True

    def stop(self) -> None:
        """Take nothing new, finish what is under way, write what is queued."""
        self.running = False
        for consumer in self.consumers:
            consumer.stop()
        self.worker.stop()
        for action in self.on_stop:
            action()
        self.gateway.close()
        self.store.close()
