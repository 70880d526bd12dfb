"""The one place that knows how the hub is put together."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import IO, Any

import sqlalchemy as sa
import structlog

from hub import policy, topology, wiring
from hub.calls import Calls
from hub.checks import short_leases
from hub.clock import StoreClock
from hub.config import Config
from hub.desk import FalloutDesk
from hub.ending import Ending
from hub.events import Events
from hub.fallout import Actions
from hub.fetching import Fetching
from hub.gateway import Gateway
from hub.identity.gate import Gate
from hub.intake import Intake
from hub.outcome import Outcomes
from hub.presence import Presence, free_leases, new_owner
from hub.register import use
from hub.register.follower import Follower
from hub.register.kept import bundled, register
from hub.registry import StoreRegistry
from hub.routing import Router, sender_of
from hub.runtime import Hub
from hub.store import schema
from hub.store.writer import Store
from hub.telemetry.meters import Meters
from hub.views.own import answer_own
from hub.worker import Worker, WorkerLimits
from hub.xref import StoreXref
from interfaces.channel import Channel
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec

log = structlog.get_logger(__name__)

CORE = "CRM"  # lives in this process


def build(config: Config) -> Hub:
    """A hub ready to ``start``. What can be wrong at start is wrong here (invariant 12)."""
    config.data.mkdir(parents=True, exist_ok=True)
    lock = _alone(config)
    owner = new_owner()
    meters = Meters()
    store = Store(config.store, meters.committed)
    here: Presence | None = None
    if lock is not None:
        store.write(_free_leases, None)
    else:
        here = Presence(config.data, owner)
        _take_over(here, store)
    clock = StoreClock(store)
    specs = open_registry(config, store, clock)
    for fault in short_leases(config, {spec.id: spec for spec in specs.specs()}):
        raise fault
    bindings = topology.bundled(config.profile)
    bindings = replace(bindings, version=store.write(topology.keep, bindings))
    gateway = Gateway(specs, lambda spec, peer: open_channel(config, spec, peer), meters)
    router = Router(bindings, gateway, wiring.named(wiring.PLANNER)(config))
    outcomes = Outcomes(clock, policy.bundled(), _ending(router, specs, clock))
    gate = Gate(store, config.security.authentication == "on")
    calls = Calls(store, clock, router, gateway, answer_own(store, only_own=gate.on), config.worker.threads)
    limits = WorkerLimits(config.worker.threads, config.worker.batch, config.worker.lease)
    hub = Hub(
        config=config,
        meters=meters,
        store=store,
        clock=clock,
        gate=gate,
        registry=specs,
        topology=bindings,
        gateway=gateway,
        intake=Intake(
            store, clock, router, Events(outcomes), calls, topology.systems(), gate.on, outcomes.settle, meters
        ),
        calls=calls,
        worker=Worker(store, clock, gateway, router, outcomes, limits, owner),
        fallout=FalloutDesk(store, Actions(clock, outcomes)),
        local={CORE: _state_of(bindings, gateway)},
        on_stop=[calls.close, *([lock.close] if lock else []), *([here.leave] if here else [])],
    )
    hub.consumers = Fetching(lambda: dict(chain.from_iterable(wiring.named(n)(hub).items() for n in wiring.CONSUMERS)))
    forget = partial(_forget, gateway, specs)
    hub.follower = Follower(
        specs,
        [hub.consumers.arrange, forget],
        [partial(use.count, store), partial(_follow, hub, router)],
        [partial(_take_over, here, store)] if here else [],
    )
    return hub


def _follow(hub: Hub, router: Router) -> None:
    """The topology that another process has put in force; orders accepted before keep their bindings."""
    with hub.store.read() as connection:
        newer = topology.newer(connection, hub.topology.version)
    if newer is not None:
        hub.topology = router.topology = newer


def _forget(gateway: Gateway, specs: StoreRegistry) -> None:
    gateway.keep_only(specs.spoken())


def open_channel(config: Config, spec: InterfaceSpec, code: str) -> Channel:
    """The driver for the spec's transport, at the address this peer has for it."""
    driver = wiring.CHANNELS.get(spec.transport.kind)
    if driver is None:
        raise Failure("internal", f"no channel for transport {spec.transport.kind}", where=spec.ref)
    peer = config.peer(code, spec.transport.kind, spec.id)
    if not peer.address:
        raise Failure(
            "unavailable",
            f"no address is configured for {code}",
            where=f"[peers.{code}] in mboss.toml",
            advice="add the peer, then restart",
        )
    channel: Channel = wiring.named(driver)(spec, peer)
    return channel


def open_registry(config: Config, store: Store, clock: StoreClock) -> StoreRegistry:
    """The registry, every active agreement compiled: a broken one stops the start, and no first caller waits."""
    for kept in [store.submit(register, item) for item in bundled()]:  # all in one commit
        if isinstance(refused := kept.result(), Failure):
            log.warning("bundled spec not registered", reason=refused.message, advice=refused.advice)
    specs = StoreRegistry(store, config.data / "specs", StoreXref(store), clock, config.limits.of_document())
    for spec in specs.specs():
        specs.get(spec.id)
    return specs


def _ending(router: Router, specs: StoreRegistry, clock: StoreClock) -> Ending:
    def notice(order: dict[str, Any]) -> dict[str, Any] | None:
        return router.notice(order["reply_to"], order["id"], sender_of(order), clock.now())

    def recycled(channel: str) -> bool:
        return any(spec.id == channel and spec.recycled_numbers for spec in specs.specs())

    return Ending(notice, recycled)


def _state_of(bindings: topology.Topology, gateway: Gateway) -> Callable[[], dict[str, Any]]:
    """How to look into the in-process CRM core: through the channel that serves it."""

    def state() -> dict[str, Any]:
        ref = next(b.interfaces[0] for b in bindings.bindings if b.system == CORE)
        channel: Any = gateway.channel(gateway.agreement(ref).spec.ref, CORE)
        found: dict[str, Any] = channel.state()
        return found

    return state


def _alone(config: Config) -> IO[str] | None:
    """On SQLite one hub process owns the data folder; the lock falls with the process, however it ends."""
    if not config.db.startswith("sqlite"):
        return None
    lock = (config.data / "hub.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Failure(
            "conflict",
            f"another hub process uses {config.data}",
            advice="stop it, give another --data, or use PostgreSQL for several hub processes",
        ) from None
    return lock


def _take_over(here: Presence, store: Store) -> None:
    """What hub processes of this machine were sending when they died: at once, not when their leases run out."""
    here.bury(partial(store.write, free_leases))


def _free_leases(connection: sa.Connection, batch: Sequence[None]) -> list[None]:
    """Write, at start, under the lock: whoever held these leases is gone."""
    t = schema.task
    connection.execute(sa.update(t).where(t.c.state == "sending").values(lease_until=0))
    return [None] * len(batch)
