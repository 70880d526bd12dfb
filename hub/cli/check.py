"""``mboss check``: what is wrong before it is started (invariant 12)."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import click
from interfaces.agreement import Agreement

from hub import topology
from hub.cli.output import DONE, NO, data_option, json_option
from hub.cli.serve import listen
from hub.cli.table import json_line
from hub.config import Config, load
from interfaces.failure import Failure
from interfaces.spec.loader import load_folder
from interfaces.spec.model import InterfaceSpec

Specs = Mapping[str, InterfaceSpec]
"""Interface id -> bundled spec."""
Check = Callable[[Config, Specs], Iterator[Failure]]


@click.command()
@data_option
@json_option
@click.pass_context
def command(ctx: click.Context, data: Path | None, as_json: bool) -> None:
    """Say what is wrong with configuration, specs, topology, peers and port.

    \b
    Example:
      mboss check --data mboss-data
    """
    found = findings(data)
    if as_json:
        faults = [{"check": name} | failure.to_json() for name, failures in found.items() for failure in failures]
        json_line({"ok": not faults, "checked": list(found), "findings": faults})
    else:
        for name, failures in found.items():
            click.echo("\n".join([f"{'NO' if failures else 'ok'}  {name}", *(f"    {f}" for f in failures)]))
    ctx.exit(NO if any(found.values()) else DONE)


def findings(data: Path | None = None) -> dict[str, list[Failure]]:
    """Check -> what it found. Nothing else can be checked when the configuration cannot be read."""
    try:
        config = load(data)
    except Failure as failure:
        return {"configuration": [failure]}
    specs = _bundled()
    return {"configuration": [], **{name: list(check(config, specs)) for name, check in CHECKS.items()}}


def _bundled() -> Specs:
    with importlib.resources.as_file(importlib.resources.files("interfaces") / "systems") as folder:
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
            elif spec.system != binding.system:
                yield Failure("invalid", f"{name} is spoken by {spec.system}, not {binding.system}", where=where)


def _peers(config: Config, specs: Specs) -> Iterator[Failure]:
    """Every system that the hub calls has an address."""
    silent = {
        spec.system: spec
        for spec in specs.values()
        if spec.direction == "outbound" and not config.peer(spec.system, spec.transport.kind, spec.id).address
    }
    for system, spec in silent.items():
        yield Failure(
            "not_found",
            f"{system} has no address, but {spec.id} calls it",
            where=f"[peers.{system}] in mboss.toml",
            advice=f'add url = "...", or set MBOSS_PEERS__{system}__URL',
        )


def _port(config: Config, specs: Specs) -> Iterator[Failure]:
    """Nobody else listens where the hub is to listen."""
    try:
        listen(config.host, config.port).close()
    except Failure as failure:
        yield failure


CHECKS: Final[Mapping[str, Check]] = {"specs": _specs, "topology": _topology, "peers": _peers, "port": _port}
