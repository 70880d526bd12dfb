"""What a person may do, read once for the API and the pages alike; what is done is kept in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.api.parts import known_peers
from hub.hold import hold_or_release
from hub.identity.who import Caller
from hub.runtime import Hub
from hub.views.base import missing
from hub.views.fallout import get_fallout
from hub.views.orders import find_order, get_order
from hub.views.peers import get_peer
from interfaces.failure import Failure

REASON_LENGTH = 400


def act(hub: Hub, who: Caller, fallout_id: str, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Do ``action`` on one case: ``{"reason": text, "output"?: object}``; the case as it is then.

    Failure ``invalid``, ``not_found``, or ``conflict`` when the case was resolved before.
    """
    _only(body, ("reason", "output") if action == "complete" else ("reason",))
    output = body.get("output")
    if output is not None and not isinstance(output, dict):
        raise Failure("invalid", "output must be a JSON object", where="output")
    with hub.store.read() as connection:
        get_fallout(connection, fallout_id, who.sight)
    hub.fallout.act(fallout_id, action, _reason(body), who.name, output)
    with hub.store.read() as connection:
        return get_fallout(connection, fallout_id)


def cancel_order(hub: Hub, who: Caller, order_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Give an order up: ``{"reason": text}``; the order as it is then. Failure ``conflict`` when it has ended."""
    _only(body, ("reason",))
    with hub.store.read() as connection:
        find_order(connection, order_id, who.sight)
    hub.fallout.cancel_order(order_id, _reason(body), who.name)
    with hub.store.read() as connection:
        return get_order(connection, order_id, hub.clock.now())


def work_peer(hub: Hub, who: Caller, code: str, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Hold or release a peer: ``{"reason": text}``; the peer as it is then. Failure ``not_found``, ``conflict``."""
    _only(body, ("reason",))
    known = known_peers(hub)
    if code not in known:
        raise missing("peer", code)
    hold_or_release(hub.store, hub.clock, code, action, _reason(body), who.name)
    with hub.store.read() as connection:
        return get_peer(connection, code, known)


def _reason(body: Mapping[str, Any]) -> str:
    reason = body.get("reason", "")
    if not isinstance(reason, str) or len(reason) > REASON_LENGTH:
        raise Failure("invalid", f"the reason must be text of at most {REASON_LENGTH} characters", where="reason")
    return reason.strip()


def _only(body: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = sorted(set(body) - set(known))
    if unknown:
        faults = [{"path": name[:60], "message": "is not known here"} for name in unknown[:20]]
        raise Failure("invalid", f"only {' and '.join(known)} may be given", errors=faults)
