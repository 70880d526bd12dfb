"""The HTTP doors of the hub."""

from __future__ import annotations

from adapters.doors.coded import on_the_loop
from adapters.doors.desk import Desk
from adapters.doors.exchange import Exchange, ExchangeHttpDoor
from adapters.doors.exchange_soap import ExchangeSoapDoor, spyne_answer
from adapters.doors.http_io import App, Receive, Scope, Send
from adapters.doors.soap import SoapDoor
from adapters.spyne_side import hub_api
from adapters.spyne_side.exchange import exchange_service
from hub.runtime import Hub

EXCHANGE = "/soap/exchange"


def build(hub: Hub) -> dict[str, App]:
    """Path prefix -> raw ASGI app; paths arrive whole (``/soap/order-intake``)."""
    desk, limits = Desk(hub), hub.config.limits
    exchange = Exchange(hub, desk)
    base = hub.config.public_url.rstrip("/")
    service = exchange_service(spyne_answer, base + EXCHANGE)
    # more threads than all questions under way can hold (hub/calls.py), so that an order never waits for a slow peer
    workers = 4 * hub.config.worker.threads + 8
    own = hub_api.hub_service(on_the_loop, f"{base}/soap/{hub_api.ID}", workers)
    return {
        "/soap": _soap(SoapDoor(hub, desk, {hub_api.ID: own}), ExchangeSoapDoor(service, exchange, desk, limits)),
        "/http": ExchangeHttpDoor(exchange, limits),
    }


def _soap(agreed: App, exchange: App) -> App:
    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        app = exchange if scope["path"].rstrip("/") == EXCHANGE else agreed
        await app(scope, receive, send)

    return door
