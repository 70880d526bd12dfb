"""Starts peers in one process, each on its own port, and says where they are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from interfaces.amqp_address import FileAddress, parse
from interfaces.failure import Failure
from mocks import site
from mocks.generic import specs
from mocks.generic.peer import GenericPeer
from mocks.peer import Peer, Setting
from mocks.peers import PEERS
from mocks.server import Server


@dataclass
class Running:
    """Peers at work. ``urls``: code -> base URL; ``amqp``: the broker's address as others may see it."""

    data: Path
    amqp: str
    peers: Mapping[str, Peer]
    servers: Mapping[str, Server]

    @property
    def urls(self) -> dict[str, str]:
        return {code: server.url for code, server in self.servers.items()}

    def to_json(self) -> dict[str, Any]:
        """The ports file: who runs where, the broker, and where a peer is reached beside its port."""
        return {
            "pid": os.getpid(),
            "peers": self.urls,
            "amqp": self.amqp,
            "places": {code: place for code, peer in self.peers.items() if (place := peer.place())},
        }

    def stop(self) -> None:
        """Answer what is open, finish jobs at work, close the stores."""
        for server in self.servers.values():
            server.stop()
        for peer in self.peers.values():
            peer.stop()


def known(codes: Sequence[str]) -> list[str]:
    """The codes asked for, or all; Failure(not_found) naming the unknown ones."""
    if unknown := [code for code in codes if code not in PEERS]:
        raise Failure("not_found", f"no such peer: {', '.join(unknown)}", advice=f"known: {', '.join(PEERS)}")
    return list(codes) or list(PEERS)


def up(
    codes: Sequence[str] = (),
    data: Path = Path("mocks-data"),
    hub: str = "",
    port_base: int = 0,
    amqp: str = "",
    interfaces: Sequence[str] = (),
) -> Running:
    """Start them and return when all listen. ``port_base`` 0 = free ports, else one port after the other.

    interfaces: ids, files or folders of specs that generic peers play; without ``codes`` these alone.
    ``amqp``: the broker's address, or ``env:NAME`` or ``file:PATH`` that holds it; "" = a file in the folder.
    """
    setting = Setting(data.resolve(), hub, amqp=opened(amqp))
    peers: dict[str, Peer] = {}
    servers: dict[str, Server] = {}
    running = Running(setting.data, amqp if is_reference(amqp) else shown(setting.broker), peers, servers)
    try:
        for at, (code, make) in enumerate({**_coded(codes, interfaces), **_generic(interfaces)}.items()):
            peers[code] = make(setting)
            servers[code] = Server(site.build(peers[code]), port_base and port_base + at)
            peers[code].start()
    except BaseException:
        running.stop()
        raise
    return running


def _coded(codes: Sequence[str], interfaces: Sequence[str]) -> dict[str, Callable[[Setting], Peer]]:
    wanted = known(codes) if codes or not interfaces else ()
    return {code: partial(resolve_name(PEERS[code]), code=code) for code in wanted}


def _generic(interfaces: Sequence[str]) -> dict[str, Callable[[Setting], Peer]]:
    played = [specs.playable(specs.find(name)) for name in interfaces]
    around = specs.around(played)
    return {spec.id: partial(GenericPeer, spec=spec, others=around) for spec in played}


def is_reference(address: str) -> bool:
    return address.startswith(("env:", "file:"))


def opened(address: str) -> str:
    """The address itself, which may hold a password: from the environment or a file where it only names them."""
    kind, _, name = address.partition(":")
    try:
        if kind == "env":
            return os.environ[name]
        return Path(name).read_text("utf-8").strip() if kind == "file" else address
    except (KeyError, OSError):
        raise Failure("invalid", f"there is no {address}", advice="it has to hold the broker's address") from None


def shown(address: str) -> str:
    """The address without user and password."""
    where = parse(address)
    return address if isinstance(where, FileAddress) else str(where)


def write_ports(running: Running, path: Path) -> None:
    """Whole or not at all: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(running.to_json(), indent=2), "utf-8")
    draft.replace(path)
