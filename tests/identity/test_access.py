"""Every route of the served app has its line in the table, and answers as the table says, whoever asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.api.app import build as build_api
from hub.identity import access
from hub.identity.access import ACCESS
from hub.identity.who import ROLES
from hub.pages.app import build as build_pages
from tests.identity.town import Town

DOORS = {pair for pair in ACCESS if pair[1].startswith(("/soap/", "/http/"))}
"""Served by raw ASGI; what they answer is in test_doors.py."""

NAMED = {
    "order_id": "ord_done",
    "task_id": "tk_done",
    "message_id": "msg_in",
    "fallout_id": "fo_1",
    "code": "CRM",
    "subscription_id": "sub_none",
    "name": "nobody-here",
    "action": "disable",
    "interface": "rm-resource",
    "version": "1.0.0",
    "operation": "none",
}
BODIES: dict[str, Any] = {
    "/api/v1/login": {"name": "viewer", "password": "wrong"},
    "/api/v1/users": {"name": "X", "password": "not a good one", "roles": ["viewer"]},
    "/api/v1/subscriptions": {"system": "x", "interface": "none"},
}


def served(routes: Any) -> Iterator[tuple[str, str]]:
    """Method and path of every route, those of included routers too."""
    for route in routes:
        inner = getattr(route, "effective_candidates", None)
        if inner is not None:
            yield from served(inner())
        elif hasattr(route, "methods"):
            yield from ((method, route.path) for method in route.methods or ())
        else:
            pytest.fail(f"a route of a kind the table does not know: {route!r}")


def test_every_route_has_a_line_and_every_line_a_route(town: Town) -> None:
    there = set(served(build_api(town.hub).routes)) | set(served(build_pages(town.hub).routes))
    assert {pair for pair in there if pair[0] != "HEAD"} | DOORS == set(ACCESS)


def wanted(pair: tuple[str, str], who: str) -> set[int]:
    """Statuses that the table allows."""
    line = ACCESS[pair]
    let_in = line.anyone or (line.partner if who in ("CHAN", "PORTAL") else who in line.roles)
    if let_in:
        return set()
    if who != "nobody":
        return {403}
    page = pair[0] == "GET" and not pair[1].startswith(
        ("/api", "/tmf-api", "/metrics", "/docs", "/openapi", "/asyncapi")
    )
    return {303} if page else {401}  # a page sends people to the login


@pytest.mark.parametrize("who", ["nobody", "CHAN", "PORTAL", *ROLES])
@pytest.mark.parametrize("pair", sorted(ACCESS.keys() - DOORS), ids=" ".join)
def test_a_route_answers_as_its_line_says(town: Town, pair: tuple[str, str], who: str) -> None:
    method, path = pair
    body = BODIES.get(path, {"reason": "a test"})
    path = re.sub(r"\{(\w+)\}", lambda name: NAMED[name[1]], path)
    more = {"json": body} if method == "POST" and path.startswith(("/api", "/tmf-api")) else {}
    headers = town.who[who]
    if not path.startswith(("/api", "/tmf-api")) and who in ROLES and path != "/login":
        status = town.logged_in(who).request(method, path, headers={"Origin": "http://localhost:8080"}).status_code
    else:
        status = town.asks(who, method, path, headers=headers, **more).status_code
    refused = wanted(pair, who)
    if refused:
        assert status in refused
    elif (method, path) not in (("POST", "/api/v1/login"), ("POST", "/login")):
        assert status not in (401, 500)
        # a form without what its page put into it, and a key for another interface, are refused by themselves
        assert status != 403 or (method == "POST" and (path.startswith(("/fallout", "/peers", "/logout", "/tmf-api"))))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", ["/api/v1/orders", "/api/v1/users", "/metrics", "/fallout/fo_1"])
def test_another_verb_opens_nothing(town: Town, method: str, path: str) -> None:
    answer = town.asks("nobody", method, path)
    assert answer.status_code in (401, 405)
    assert not {name for name in answer.headers if name.startswith("access-control-")}


def test_no_other_site_may_read(town: Town) -> None:
    answer = town.asks("viewer", "GET", "/api/v1/orders", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_the_docs_hold_the_table() -> None:
    written = Path("docs/access.md").read_text("utf-8")
    assert "\n".join(access.lines()) in written
    assert all(f"- **{role}** {text}" in written for role, text in ROLES.items())


def test_a_route_without_a_line_is_closed_for_all_but_this_machine() -> None:
    assert not access.may("GET", "/new", access.Caller("person", "root", frozenset(ROLES)))
    assert not access.may("GET", "/new", access.Caller("partner", "CHAN"))
