"""The consumers of the hub: one per inbound interface that is fetched rather than delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import structlog

from adapters.channels.amqp import open_broker
from adapters.doors.amqp_source import AmqpSource
from adapters.doors.consumer import Consumer, Source
from adapters.doors.file_source import FileSource
from adapters.doors.table_poller import TableSource
from adapters.files.inbox import Tell
from hub import journal
from hub.config import Config
from hub.runtime import Hub
from interfaces.amqp_address import FileAddress, parse
from interfaces.channel import Peer
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec

log = structlog.get_logger(__name__)

SOURCES: dict[str, Callable[[InterfaceSpec, Peer, Tell], Source]] = {
    "amqp": lambda spec, peer, tell: AmqpSource(spec, peer.address),
    "table": lambda spec, peer, tell: TableSource(spec, peer.address),
    "file": FileSource,
}
"""Transport kind -> source(spec, peer, tell)."""


def wanted(hub: Hub) -> dict[str, Callable[[], Consumer]]:
    """``id@version`` of every inbound interface in force whose peer the configuration knows -> how its consumer is
    made; nothing is opened yet."""
    made: dict[str, Callable[[], Consumer]] = {}
    for spec in hub.registry.specs():
        kind = spec.transport.kind
        peer = hub.config.peer(spec.system, kind, spec.id)
        if spec.direction == "inbound" and kind in SOURCES and peer.address:
            made[spec.ref] = partial(_consumer, hub, spec, peer)
    return made


def _consumer(hub: Hub, spec: InterfaceSpec, peer: Peer) -> Consumer:
    return Consumer(hub, SOURCES[spec.transport.kind](spec, peer, _teller(hub, spec)))


def _teller(hub: Hub, spec: InterfaceSpec) -> Tell:
    """What a source has to say to an operator goes into the audit and the log."""

    def tell(action: str, what: str, reason: str, detail: Mapping[str, object]) -> None:
        (log.warning if reason else log.info)(action, interface=spec.id, file=what, reason=reason)
        row = {"at": hub.clock.now(), "who": spec.system, "action": action, "object": what, "reason": reason}
        hub.store.submit(journal.audit, {**row, "detail": {"interface": spec.ref, **detail}})

    return tell


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
