"""``build(hub)``: the pages as an ASGI app. They show the views of hub/views and act through hub/api/actions."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from hub.api.actions import act, work_peer
from hub.api.entry import Who, entered
from hub.api.parts import Body, Cursor, HubOf, Text, known_host, known_peers, masker_of
from hub.fallout import ACTIONS
from hub.identity.access import may
from hub.pages import errors
from hub.pages.forms import form_of
from hub.pages.login import login, login_page, logout
from hub.pages.render import link, render
from hub.pages.security import HEADERS, same_origin
from hub.runtime import Hub
from hub.views.balance import balance
from hub.views.fallout import list_fallout
from hub.views.messages import MaskerOf, get_message, list_messages
from hub.views.orders import get_order, list_orders
from hub.views.peers import list_peers
from hub.views.timeline import timeline
from interfaces.codec import json as strict_json

PAGE = 50
SHOWN_WITH_CONTENT = 60
"""Messages of one order that are shown with their bytes; the others have a link."""
REFRESH = 10  # seconds

FILTERS = ("text", "external_id", "state", "area", "source")
MESSAGE_FILTERS = ("peer", "outcome", "key", "order_id")
COLUMNS = ("external_id", "state", "type", "area", "source", "created_at", "completed_at", "reason")
FACTS = (
    "id",
    "type",
    "source",
    "channel",
    "area",
    "product_instance",
    "priority",
    "created_at",
    "completed_at",
    "reason",
)


def build(hub: Hub) -> FastAPI:
    """The status page for ``hub``."""
    app = FastAPI(openapi_url=None, dependencies=[Depends(known_host), Depends(entered)])
    app.state.hub = hub
    app.state.forms = True
    app.get("/")(orders)
    app.get("/orders/{order_id}")(order)
    app.get("/messages")(messages)
    app.get("/messages/{message_id}")(message)
    app.get("/fallout")(fallout)
    app.post("/fallout/{fallout_id}")(work)
    app.get("/peers")(peers)
    app.post("/peers/{code}")(work_on_peer)
    app.get("/login")(login_page)
    app.post("/login")(login)
    app.post("/logout")(logout)
    app.get("/static/style.css")(style)
    errors.install(app)
    return app


def orders(
    request: Request,
    hub: HubOf,
    who: Who,
    text: Text = None,
    external_id: Text = None,
    state: Text = None,
    area: Text = None,
    source: Text = None,
    cursor: Cursor = None,
) -> Response:
    given = {"text": text, "external_id": external_id, "state": state, "area": area, "source": source}
    filters = {name: value for name, value in given.items() if name != "text"}
    with hub.store.read() as connection:
        page = list_orders(connection, filters, text, PAGE, cursor, top=not any(given.values()), sight=who.sight)
        counts = balance(connection)
    told: dict[str, Any] = {"page": page, "balance": counts, "given": given, "filters": FILTERS, "columns": COLUMNS}
    return render(request, "orders.html", "orders", refresh=REFRESH, paged=bool(cursor), **told)


def order(request: Request, hub: HubOf, who: Who, order_id: str) -> Response:
    masker = masker_of(hub)
    with hub.store.read() as connection:
        found = get_order(connection, order_id, hub.clock.now(), who.sight)
        events = timeline(connection, order_id, who.sight)["events"]
        _add_content(connection, events, masker)
    return render(request, "order.html", "orders", order=found, events=events, facts=FACTS)


def _add_content(connection: Any, events: list[dict[str, Any]], masker: MaskerOf) -> None:
    for event in [e for e in events if e["kind"] == "message"][:SHOWN_WITH_CONTENT]:
        event["content"] = get_message(connection, event["id"], masker)


def messages(
    request: Request,
    hub: HubOf,
    who: Who,
    peer: Text = None,
    outcome: Text = None,
    key: Text = None,
    order_id: Text = None,
    cursor: Cursor = None,
) -> Response:
    given = {"peer": peer, "outcome": outcome, "key": key, "order_id": order_id}
    with hub.store.read() as connection:
        page = list_messages(connection, given, PAGE, cursor, who.sight)
    told: dict[str, Any] = {"page": page, "given": given, "filters": MESSAGE_FILTERS}
    return render(request, "messages.html", "messages", paged=bool(cursor), **told)


def message(request: Request, hub: HubOf, who: Who, message_id: str) -> Response:
    with hub.store.read() as connection:
        found = get_message(connection, message_id, masker_of(hub), who.sight)
    return render(request, "message.html", "messages", message=found)


def fallout(request: Request, hub: HubOf, who: Who, cursor: Cursor = None, done: bool = False) -> Response:
    with hub.store.read() as connection:
        page = list_fallout(connection, {"state": "open"}, PAGE, cursor, who.sight)
    actions = ACTIONS if may("POST", "/fallout/{fallout_id}", who) else ()
    return render(request, "fallout.html", "fallout", page=page, actions=actions, done=done)


def work(request: Request, hub: HubOf, who: Who, fallout_id: str, body: Body) -> Response:
    form = form_of(body)
    same_origin(request, who, form)
    said: dict[str, Any] = {"reason": form.get("reason", "")}
    if form.get("output", "").strip():
        said["output"] = strict_json.read_text(form["output"])
    act(hub, who, fallout_id, form.get("action", ""), said)
    return RedirectResponse(link(request)("/fallout", done="1"), 303, HEADERS)


def peers(request: Request, hub: HubOf, who: Who, picked: Text = None, done: bool = False) -> Response:
    """``picked``: the peer whose form is open; meanwhile the page stays as it is."""
    with hub.store.read() as connection:
        items = list_peers(connection, known_peers(hub))
    works = may("POST", "/peers/{code}", who)
    told: dict[str, Any] = {"items": items, "works": works, "picked": picked, "done": done}
    return render(request, "peers.html", "peers", refresh=0 if picked else REFRESH, **told)


def work_on_peer(request: Request, hub: HubOf, who: Who, code: str, body: Body) -> Response:
    form = form_of(body)
    same_origin(request, who, form)
    work_peer(hub, who, code, form.get("action", ""), {"reason": form.get("reason", "")})
    return RedirectResponse(link(request)("/peers", done="1"), 303, HEADERS)


def style() -> Response:
    sheet = files("hub.pages").joinpath("style.css").read_bytes()
    return Response(sheet, media_type="text/css", headers=HEADERS | {"Cache-Control": "max-age=3600"})
