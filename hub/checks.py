"""What can be wrong at start, found without starting anything (invariant 12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from hub import topology, wiring
from hub.config import Config, load
from hub.listener import listen
from hub.store import migrate
from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.spec.loader import load_folder
from interfaces.spec.model import InterfaceSpec

Specs = Mapping[str, InterfaceSpec]
"""Interface id -> bundled spec."""
Check = Callable[[Config, Specs], Iterator[Failure]]


def findings(data: Path | None = None) -> dict[str, list[Failure]]:
    """Check -> what it found. Nothing else can be checked when the configuration cannot be read."""
    try:
        config = load(data)
    except Failure as failure:
        return {"configuration": [failure]}
    specs = bundled()
    return {"configuration": [], **{name: list(check(config, specs)) for name, check in CHECKS.items()}}


def entry(config: Config) -> str:
    """Who may come in, in words."""
    if config.security.authentication == "on":
        return f"authentication is on: partners by subscription, people by login, on {config.host}"
    return f"authentication is off: whoever reaches {config.host} (this machine only) may do everything"


def bundled() -> Specs:
    with as_file(files("interfaces") / "systems") as folder:
        return {spec.id: spec for spec in load_folder(folder)}


def _specs(config: Config, specs: Specs) -> Iterator[Failure]:
    """Every agreement compiles."""
    for spec in specs.values():
        try:
            Agreement(spec)
        except Failure as failure:
            yield failure


def _topology(config: Config, specs: Specs) -> Iterator[Failure]:
    """Every binding names interfaces that there are, of the system it binds."""
    try:
        bindings = topology.bundled(config.profile).bindings
    except Failure as failure:
        yield failure
        return
    for binding in bindings:
        for name in binding.interfaces:
            spec, where = specs.get(name), f"profile {config.profile}: {binding.function} in {binding.area}"
            if spec is None:
                yield Failure("not_found", f"no interface {name}", where=where, advice=f"there are: {', '.join(specs)}")
            elif not topology.speaks_as(binding.system, spec.system):
                yield Failure("invalid", f"{name} is spoken by {spec.system}, not {binding.system}", where=where)
        yield from _probes(binding, specs, f"profile {config.profile}: {binding.function} in {binding.area}")


def _probes(binding: topology.Binding, specs: Specs, where: str) -> Iterator[Failure]:
    """Whoever has to be asked after an unknown outcome can be asked: the probe is bound beside the operation."""
    bound = [specs[name] for name in binding.interfaces if name in specs]
    names = {operation for spec in bound for operation in spec.operations}
    for spec in bound:
        for operation in spec.operations.values():
            if operation.probe and operation.probe not in names:
                yield Failure(
                    "invalid",
                    f"{spec.id} {operation.name} is asked about by {operation.probe!r}, which no bound interface has",
                    where=where,
                    advice="bind the interface that has it as well",
                )


def short_leases(config: Config, specs: Specs) -> Iterator[Failure]:
    """A call never outlasts the lease that guards it; else another process would take it for lost and send again."""
    calls = (
        (o.timeout, f"{s.id} {o.name}")
        for s in specs.values()
        if s.direction == "outbound"
        for o in s.operations.values()
    )
    timeout, slowest = max(calls, default=(0.0, ""))
    if timeout >= config.worker.lease:
        yield Failure(
            "invalid",
            f"a lease of {config.worker.lease:g} s is not longer than the {timeout:g} s that {slowest} may take",
            where="[worker] lease in mboss.toml",
            advice=f"set lease to {2 * timeout:g} or more, or shorten the operation's timing",
        )


def _store(config: Config, specs: Specs) -> Iterator[Failure]:
    """The store answers, and no newer mboss has used it."""
    try:
        found = migrate.look(config.store)
    except Failure as failure:
        failure.where, failure.advice = "db", "start it, or correct db in mboss.toml"
        yield failure
        return
    if found and not found.known:
        yield migrate.too_new(found)


def remarks(data: Path | None = None) -> dict[str, str]:
    """Check -> what is good to know though nothing is wrong: a store that the next start changes."""
    try:
        found = migrate.look(load(data).store)
    except Failure:
        return {}
    if found is None or not found.behind:
        return {}
    return {"store": f"at revision {found.revision}, the next start brings it to {found.newest}"}


def _peers(config: Config, specs: Specs) -> Iterator[Failure]:
    """Every system that the hub calls has an address: those that the profile binds, and whoever else is spoken to."""
    called = [*((spec.system, spec) for spec in specs.values()), *_bound(config, specs)]
    silent = {
        code: spec
        for code, spec in called
        if spec.direction == "outbound" and not config.peer(code, spec.transport.kind, spec.id).address
    }
    for system, spec in silent.items():
        variable = f"MBOSS_PEERS__{system.replace('-', '_')}__URL"
        yield Failure(
            "not_found",
            f"{system} has no address, but {spec.id} calls it",
            where=f"[peers.{system}] in mboss.toml",
            advice=f'add url = "...", or set {variable}',
        )


def _bound(config: Config, specs: Specs) -> Iterator[tuple[str, InterfaceSpec]]:
    """System instance and interface of every binding; none for a profile that there is not, which is said elsewhere."""
    try:
        bindings = topology.bundled(config.profile).bindings
    except Failure:
        return
    for binding in bindings:
        yield from ((binding.system, specs[name]) for name in binding.interfaces if name in specs)


def _queues(config: Config, specs: Specs) -> Iterator[Failure]:
    """The brokers answer, and no queue of the hub's is there with other arguments."""
    yield from wiring.named(wiring.QUEUE_CHECK)(config, specs.values())


def _port(config: Config, specs: Specs) -> Iterator[Failure]:
    """Nobody else listens where the hub is to listen."""
    try:
        listen(config.host, config.port).close()
    except Failure as failure:
        yield failure


CHECKS: Final[Mapping[str, Check]] = {
    "specs": _specs,
    "topology": _topology,
    "leases": short_leases,
    "store": _store,
    "peers": _peers,
    "queues": _queues,
    "port": _port,
}
