"""The consumers of the hub: one per inbound interface that is fetched rather than delivered."""

from __future__ import annotations

from collections.abc import Callable

from adapters.doors.amqp_source import AmqpSource
from adapters.doors.consumer import Consumer, Source
from adapters.doors.table_poller import TableSource
from hub.runtime import Hub
from interfaces.spec.model import InterfaceSpec

SOURCES: dict[str, Callable[[InterfaceSpec, str], Source]] = {"amqp": AmqpSource, "table": TableSource}
"""Transport kind -> source(spec, address)."""


def build(hub: Hub) -> list[Consumer]:
    """Consumers of every inbound interface whose peer the configuration knows; nothing is opened yet."""
    made = []
    for spec in hub.registry.specs():
        kind = spec.transport.kind
        address = hub.config.peer(spec.system, kind).address
        if spec.direction == "inbound" and kind in SOURCES and address:
            made.append(Consumer(hub, SOURCES[kind](spec, address)))
    return made
