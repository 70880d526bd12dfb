"""Attacks 48, 50, 54 and 60 at the routes of people and collectors: hostile ids, queries, bodies and addresses."""

from __future__ import annotations

from collections.abc import Iterator

from tests.security.bodies import CERT, TMF
from tests.security.case import JSON, Case, text

API = "/api/v1"
LISTS = ("orders", "messages", "tasks", "fallout", "audit")
LIMITS = ("-1", "1e3", "9" * 26, "%EF%BC%91", "1;drop")
CURSORS = ("abc", "%00", "A" * 5000, "e30")
IDS = ("%00", "%ff", "%2e%2e%2fetc%2fpasswd", "ord_" + "A" * 4000, "%0d%0aX:y", "x%20OR%201=1", "%3Cscript%3E")
ONE = ("orders/{}", "orders/{}/timeline", "messages/{}/raw", "tasks/{}", "interfaces/{}/versions/1", "peers/{}/state")
SENT = ("orders/ord_x/cancel", "login", "users", "users/x/disable", "subscriptions", "subscriptions/sub_x/revoke")
BODIES = {
    "nothing": "",
    "half an object": "{",
    "a list": f'["{CERT}"]',
    "a name twice": '{"reason": "a", "reason": "b"}',
    "NaN": '{"reason": NaN}',
    "a NUL": '{"reason": "\\u0000"}',
    "an unknown member": f'{{"reason": "a", "x": "{CERT}"}}',
}
PLACES = (
    ("//soap/order-intake", "404 html"),
    ("/SOAP/order-intake", "404 html"),
    ("/soap/..%2f..%2fetc", "404 fault Client"),
    ("/soap/order-intake;x=1", "404 fault Client"),
    ("/http", "404 root 9006"),
    ("/static/..%2f..%2fhub.db", "404 html"),
    ("/static/%2e%2e/hub.db", "404 html"),
    ("/.git/config", "404 html"),
)


def _asked() -> Iterator[tuple[int, str, str, str]]:
    """number, words, target, answer"""
    for name in LISTS:
        for limit in LIMITS:
            yield 54, f"limit {limit[:9]} of {name}", f"{API}/{name}?limit={limit}", "400 problem invalid"
        for cursor in CURSORS:
            yield 54, f"cursor {cursor[:9]} of {name}", f"{API}/{name}?cursor={cursor}", "400 problem invalid"
    for id_ in IDS:
        for path in ONE:
            yield 50, f"{path} of {id_[:12]}", f"{API}/{path.format(id_)}", "404 problem not_found"
        yield 50, f"TMF order {id_[:12]}", f"{TMF}/{id_}", "404 tmf not_found"


def _all() -> Iterator[Case]:
    for number, what, target, want in _asked():
        yield Case(number, what, target, text(""), want, {"Content-Type": "", "Content-Length": ""}, "GET")
    for target, want in PLACES:
        yield Case(60, f"the address {target}", target, text("<a/>"), want)
    for path in SENT:
        for what, body in BODIES.items():
            yield Case(
                48, f"{what} to {path}", f"{API}/{path}", text(body), "400 problem invalid", {"Content-Type": JSON}
            )


CASES = list(_all())
