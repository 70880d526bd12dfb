"""/api/v1/peers, /topology, /balance: whom the hub talks to, and where."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from hub.api.actions import work_peer
from hub.api.entry import Who
from hub.api.parts import HubOf, JsonBody, Text, known_peers
from hub.topology import Binding
from hub.views.agreements import binding_record, topology_versions
from hub.views.balance import balance
from hub.views.peers import get_peer, list_peers

router = APIRouter(prefix="/api/v1", tags=["peers"])


@router.get("/peers")
def peers(hub: HubOf) -> dict[str, Any]:
    """Every peer: is it in reach, what waits for it, what went wrong last."""
    with hub.store.read() as connection:
        return {"items": list_peers(connection, known_peers(hub))}


@router.get("/peers/{code}")
def peer(hub: HubOf, code: str) -> dict[str, Any]:
    """One peer."""
    with hub.store.read() as connection:
        return get_peer(connection, code, known_peers(hub))


@router.get("/peers/{code}/state")
def peer_state(hub: HubOf, code: str) -> dict[str, Any]:
    """What an in-process system (the CRM core) holds: its own public state."""
    return hub.local_state(code)


@router.post("/peers/{code}/{action}")
def work(hub: HubOf, who: Who, code: str, action: str, body: JsonBody) -> dict[str, Any]:
    """hold or release what goes to a peer: ``{"reason": why}``."""
    return work_peer(hub, who, code, action, body)


@router.get("/topology")
def topology(hub: HubOf, area: Text = None, function: Text = None) -> dict[str, Any]:
    """The bindings in force, for one local network or function where asked, and the versions there were."""
    now = hub.topology
    items = [binding_record(b) for b in now.bindings if covers(b, area, function)]
    with hub.store.read() as connection:
        versions = topology_versions(connection)
    return {"name": now.name, "version": now.version, "items": items, "history": versions}


def covers(binding: Binding, area: str | None, function: str | None) -> bool:
    """Whether a binding counts for this area and function, where asked; ``*`` counts for every area."""
    return (area is None or binding.area in ("*", area)) and function in (None, binding.function)


@router.get("/balance")
def the_balance(hub: HubOf) -> dict[str, int]:
    """received = accepted + rejected; accepted = completed + answered + ... + in_flight + fallout."""
    with hub.store.read() as connection:
        return balance(connection)
