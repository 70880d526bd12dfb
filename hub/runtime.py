"""Hub: everything one hub process holds, built once by hub/bootstrap.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.calls import Calls
from hub.clock import StoreClock
from hub.config import Config
from hub.desk import FalloutDesk
from hub.fetching import Fetching
from hub.gateway import Gateway
from hub.identity.gate import Gate
from hub.intake import Intake
from hub.register.follower import Follower
from hub.registry import StoreRegistry
from hub.store.writer import Store
from hub.telemetry.meters import Meters
from hub.topology import Topology
from hub.worker import Worker
from interfaces.failure import Failure


@dataclass
class Hub:
    """consumers: fetching doors; follower: keeps with the registry; local: in-process peers' ``state()`` by code."""

    config: Config
    meters: Meters
    store: Store
    clock: StoreClock
    gate: Gate
    registry: StoreRegistry
    topology: Topology
    gateway: Gateway
    intake: Intake
    calls: Calls
    worker: Worker
    fallout: FalloutDesk
    consumers: Fetching = field(init=False)
    follower: Follower = field(init=False)
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
        self.consumers.start()
        self.follower.start()
        self.running = True

    def stop(self) -> None:
        """Take nothing new, finish what is under way, write what is queued."""
        self.running = False
        self.follower.stop()
        self.consumers.stop()
        self.worker.stop()
        for action in self.on_stop:
            action()
        self.gateway.close()
        self.store.close()
