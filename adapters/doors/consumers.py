"""The consumers of the hub: one per inbound interface that is fetched rather than delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from adapters.channels.amqp import open_broker
from adapters.doors.amqp_source import AmqpSource
from adapters.doors.consumer import Consumer, Source
from adapters.doors.table_poller import TableSource
from hub.config import Config
from hub.runtime import Hub
from interfaces.amqp_address import FileAddress, parse
from interfaces.failure import Failure
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


def queue_faults(config: Config, specs: Iterable[InterfaceSpec]) -> Iterator[Failure]:
    """What is wrong at the brokers: one that does not answer, a queue of the hub's declared otherwise."""
    silent: set[str] = set()
    for spec in (spec for spec in specs if spec.transport.kind == "amqp"):
        address = config.peer(spec.system, "amqp").address
        if address in silent or _is_unmade(address):
            continue
        try:
            _check(spec, address)
        except Failure as failure:
            if failure.code == "unavailable":
                silent.add(address)
            yield failure


def _is_unmade(address: str) -> bool:
    """An embedded broker makes its file when it is first used."""
    where = parse(address)
    return isinstance(where, FileAddress) and not Path(where.path).exists()


def _check(spec: InterfaceSpec, address: str) -> None:
    if spec.direction == "inbound":
        source = AmqpSource(spec, address)
        try:
            source.check()
        finally:
            source.close()
    else:  # its queue is the peer's to declare
        broker = open_broker(address)
        try:
            broker.exists(str(spec.transport.settings.get("queue", spec.id)))
        finally:
            broker.close()
