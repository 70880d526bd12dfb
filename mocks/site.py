"""Everything one peer serves on its port: its SOAP services with their contracts, its REST APIs, ``/__mock__/``."""

from __future__ import annotations

from collections.abc import Mapping

from mocks import control, rest_side, root_side, spyne_side
from mocks.generic.http import Endpoint
from mocks.generic.peer import GenericPeer
from mocks.peer import Peer
from mocks.shell import App, Receive, Scope, Send, shelled


def build(peer: Peer) -> App:
    """One ASGI app. A REST API is found by its base; a SOAP service by the last step of its path (``/rm-resource``),
    else it is the first one."""
    panel = control.build(peer)
    if isinstance(peer, GenericPeer):
        return _beside({control.PREFIX: panel}, {}, shelled(Endpoint(peer), peer.settled))
    services = {s.id: shelled(spyne_side.asgi(s, peer.receive), peer.settled) for s in peer.services}
    services |= {s.id: shelled(root_side.asgi(s, peer.receive), peer.settled) for s in peer.roots}
    apis = {s.base: shelled(rest_side.asgi(s, peer.receive), peer.settled) for s in peer.apis}
    return _beside({control.PREFIX: panel, **apis}, services, next(iter(services.values()), panel))


def _beside(bases: Mapping[str, App], services: Mapping[str, App], first: App) -> App:
    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if base := next((base for base in bases if path.startswith(base)), ""):
            await bases[base](scope, receive, send)
        else:
            await services.get(path.rstrip("/").rpartition("/")[2], first)(scope, receive, send)

    return site
