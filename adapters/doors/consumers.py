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
from hub.topology import speaks_as
from interfaces.amqp_address import FileAddress, parse
from interfaces.channel import Peer
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec

log = structlog.get_logger(__name__)

SOURCES: dict[str, Callable[[InterfaceSpec, Peer, Tell], Source]] = {
    "amqp": lambda spec, peer, tell: AmqpSource(spec, peer.address, peer.options.get("queues", "")),
    "table": lambda spec, peer, tell: TableSource(spec, peer.address, peer.code),
    "file": FileSource,
}
"""Transport kind -> source(spec, peer, tell)."""


def wanted(hub: Hub) -> dict[str, Callable[[], Consumer]]:
    """``id@version`` of every inbound interface in force whose peer the configuration knows, once more with its code
    for each further instance of the system -> how its consumer is made; nothing is opened yet."""
    made: dict[str, Callable[[], Consumer]] = {}
    for spec in hub.registry.specs():
        if spec.direction == "inbound" and spec.transport.kind in SOURCES:
            for peer in _peers(hub.config, spec):
                key = spec.ref if peer.code == spec.system else f"{spec.ref} {peer.code}"
                made[key] = partial(_consumer, hub, spec, peer)
    return made


def _peers(config: Config, spec: InterfaceSpec) -> Iterator[Peer]:
    """Where messages of this interface come from: the system itself, and its instances that have their own place."""
    kind = spec.transport.kind
    itself = config.peer(spec.system, kind, spec.id)
    if itself.address:
        yield itself
    for code in config.peers:
        peer = config.peer(code, kind, spec.id)
        own = peer.address and _place(peer, kind) != _place(itself, kind)
        if own and code != spec.system and speaks_as(code, spec.system):
            yield peer


def _place(peer: Peer, kind: str) -> str:
    """A broker is shared: there the names of the queues make the difference."""
    return f"{peer.address} {peer.options.get('queues', '')}" if kind == "amqp" else peer.address


def _consumer(hub: Hub, spec: InterfaceSpec, peer: Peer) -> Consumer:
    return Consumer(hub, SOURCES[spec.transport.kind](spec, peer, _teller(hub, spec, peer.code)), peer.code)


def _teller(hub: Hub, spec: InterfaceSpec, system: str) -> Tell:
    """What a source has to say to an operator goes into the audit and the log."""

    def tell(action: str, what: str, reason: str, detail: Mapping[str, object]) -> None:
        (log.warning if reason else log.info)(action, interface=spec.id, file=what, reason=reason)
        row = {"at": hub.clock.now(), "who": system, "action": action, "object": what, "reason": reason}
        hub.store.submit(journal.audit, {**row, "detail": {"interface": spec.ref, **detail}})

    return tell


def queue_faults(config: Config, specs: Iterable[InterfaceSpec]) -> Iterator[Failure]:
    """What is wrong at the brokers: one that does not answer, a queue of the hub's declared otherwise."""
    silent: set[str] = set()
    for spec in (spec for spec in specs if spec.transport.kind == "amqp"):
        for peer in _peers(config, spec):
            if peer.address in silent or _is_unmade(peer.address):
                continue
            try:
                _check(spec, peer)
            except Failure as failure:
                if failure.code == "unavailable":
                    silent.add(peer.address)
                yield failure


def _is_unmade(address: str) -> bool:
    """An embedded broker makes its file when it is first used."""
    where = parse(address)
    return isinstance(where, FileAddress) and not Path(where.path).exists()


def _check(spec: InterfaceSpec, peer: Peer) -> None:
    prefix = peer.options.get("queues", "")
    if spec.direction == "inbound":
        source = AmqpSource(spec, peer.address, prefix)
        try:
            source.check()
        finally:
            source.close()
    else:  # its queue is the peer's to declare
        broker = open_broker(peer.address)
        try:
            broker.exists(prefix + str(spec.transport.settings.get("queue", spec.id)))
        finally:
            broker.close()
