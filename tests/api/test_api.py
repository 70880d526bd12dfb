"""The REST API: shapes, paging, actions, and that every error is problem+json."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from interfaces.failure import Failure
from tests.api.world import ID_NUMBER

ORDER = {
    *("id", "external_id", "type", "state", "reached", "area", "source", "channel", "parent_order", "priority"),
    *("created_at", "completed_at", "reason", "compensated", "product_instance", "tasks"),
}
TASK = {
    *("id", "name", "state", "peer", "function", "operation", "attempt", "reason", "due_at", "undo_of", "after"),
    "title",
}


def test_an_order_has_the_agreed_shape(client: TestClient) -> None:
    order = client.get("/api/v1/orders/ord_retry").json()
    assert set(order) >= ORDER
    assert set(order["tasks"][0]) >= TASK
    assert order["created_at"] == "2026-09-21T14:14:20Z"
    assert order["completed_at"] is None


def test_orders_are_paged_by_cursor(client: TestClient) -> None:
    first = client.get("/api/v1/orders", params={"limit": 4}).json()
    rest = client.get("/api/v1/orders", params={"limit": 4, "cursor": first["next"]}).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"], rest["total"]) == (4, 2, None, 6)


def test_an_order_is_found_by_the_senders_number(client: TestClient) -> None:
    page = client.get("/api/v1/orders", params={"external_id": "WEB-1", "source": "CHAN"}).json()
    assert [o["id"] for o in page["items"]] == ["ord_done"]


def test_the_timeline_is_served(client: TestClient) -> None:
    told = client.get("/api/v1/orders/ord_retry/timeline").json()
    assert {e["kind"] for e in told["events"]} == {"message", "state"}


def test_a_message_is_shown_masked_and_its_bytes_are_inert(client: TestClient) -> None:
    said = client.get("/api/v1/messages/msg_in").json()
    assert ID_NUMBER not in str(said["canonical"])
    raw = client.get("/api/v1/messages/msg_in/raw")
    assert raw.headers["content-type"] == "text/plain; charset=gb18030"
    assert raw.headers["x-content-type-options"] == "nosniff"
    assert "赵一" in raw.content.decode("gb18030")


@pytest.mark.parametrize("path", ["messages", "fallout", "peers", "interfaces", "topology", "tasks"])
def test_every_list_has_items(client: TestClient, path: str) -> None:
    assert client.get(f"/api/v1/{path}").json()["items"]


def test_peers_tell_their_state(client: TestClient) -> None:
    assert client.get("/api/v1/peers/RM").json()["state"] == "down"
    assert client.get("/api/v1/peers/CRM/state").json() == {"customers": {}}


@pytest.mark.parametrize("action", ["retry", "skip", "complete", "cancel"])
def test_a_person_can_act_on_fallout(client: TestClient, hub: Any, action: str) -> None:
    answer = client.post(f"/api/v1/fallout/fo_1/{action}", json={"reason": "agreed by phone"})
    assert answer.json()["id"] == "fo_1"
    assert hub.fallout.asked == [("fo_1", action, "agreed by phone", "local", None)]


def test_completing_by_hand_takes_the_outcome(client: TestClient, hub: Any) -> None:
    client.post("/api/v1/fallout/fo_1/complete", json={"reason": "done", "output": {"state": "completed"}})
    assert hub.fallout.asked == [("fo_1", "complete", "done", "local", {"state": "completed"})]


def test_an_order_can_be_cancelled_with_a_reason(client: TestClient, hub: Any) -> None:
    assert client.post("/api/v1/orders/ord_retry/cancel", json={"reason": "customer"}).json()["id"] == "ord_retry"
    assert hub.fallout.asked == [("ord_retry", "cancel", "customer", "local")]


REFUSED: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/api/v1/orders/ord_none", {}, 404, "not_found"),
    ("GET", "/api/v1/nothing", {}, 404, "not_found"),
    ("DELETE", "/api/v1/orders", {}, 405, "invalid"),
    ("GET", "/api/v1/orders?limit=0", {}, 400, "invalid"),
    ("GET", "/api/v1/orders?limit=201", {}, 400, "invalid"),
    ("GET", "/api/v1/orders?limit=99999999999999999999999", {}, 400, "invalid"),
    ("GET", "/api/v1/orders?limit=abc", {}, 400, "invalid"),
    ("GET", "/api/v1/orders?cursor=%27%3B--", {}, 400, "invalid"),
    ("GET", "/api/v1/orders?cursor=W3RydWUsMV0", {}, 400, "invalid"),
    ("GET", f"/api/v1/orders?text={'x' * 300}", {}, 400, "invalid"),
    ("GET", "/api/v1/fallout?state=broken", {}, 400, "invalid"),
    ("GET", "/api/v1/peers/NOBODY", {}, 404, "not_found"),
    ("GET", "/api/v1/peers/RM/state", {}, 404, "not_found"),
    ("GET", "/api/v1/messages/none/raw", {}, 404, "not_found"),
    ("POST", "/api/v1/fallout/fo_1/explode", {"json": {"reason": "x"}}, 400, "invalid"),
    ("POST", "/api/v1/fallout/fo_2/retry", {"json": {"reason": "x"}}, 404, "not_found"),
    ("POST", "/api/v1/fallout/fo_1/retry", {"json": {}}, 400, "invalid"),
    ("POST", "/api/v1/fallout/fo_1/retry", {"json": {"reason": "  "}}, 400, "invalid"),
    ("POST", "/api/v1/fallout/fo_1/retry", {"json": {"reason": "x", "more": 1}}, 400, "invalid"),
    ("POST", "/api/v1/fallout/fo_1/complete", {"json": {"reason": "x", "output": [1]}}, 400, "invalid"),
    ("POST", "/api/v1/fallout/fo_1/retry", {"json": [1]}, 400, "invalid"),
    ("POST", "/api/v1/fallout/fo_1/retry", {"data": {"reason": "x"}}, 415, "invalid"),
]
JSON = {"Content-Type": "application/json"}
# fmt: off
BROKEN = [
    b"",
    b"{",
    b"nonsense",
    b'{"reason": NaN}',
    b'{"reason": "x", "reason": "y"}',
    b"\xff\xfe",
    b'{"a":' * 1500,
    b'{"reason": "x", "output": 1e999999999}',
    b'{"reason": "\\u0000"}',
    b'{"reason": "\\ud800"}',
    b'{"reason": 1' + b"0" * 9000 + b"}",
]
# fmt: on


@pytest.mark.parametrize(("method", "path", "rest", "status", "code"), REFUSED)
def test_every_refusal_is_problem_json(
    client: TestClient, method: str, path: str, rest: dict[str, Any], status: int, code: str
) -> None:
    answer = client.request(method, path, **rest)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (problem["type"], problem["status"]) == (f"urn:mboss:problem:{code}", status)
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_body_is_refused_clearly(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/v1/fallout/fo_1/retry", content=body, headers=JSON)
    assert answer.status_code in (400, 413)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_too_long_is_refused(client: TestClient) -> None:
    answer = client.post("/api/v1/fallout/fo_1/retry", content=b" " * 10_001, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:mboss:problem:too_large")


def test_a_405_says_what_is_allowed(client: TestClient) -> None:
    assert client.delete("/api/v1/orders").headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("hub.example", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8080", 200),
        ("evil.example", 403),
        ("localhost.evil", 403),
        ("", 403),
        ("[", 403),
    ],
)
def test_the_hub_answers_only_to_its_own_names(client: TestClient, host: str, status: int) -> None:
    assert client.get("/api/v1/peers", headers={"Host": host}).status_code == status


def test_a_crash_is_no_bare_500(client: TestClient, hub: Any) -> None:
    hub.clock = None
    answer = client.get("/api/v1/orders/ord_done")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["instance"].startswith("inc_")
    assert "NoneType" not in answer.text


def test_health_and_metrics_give_real_figures(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    assert 'mboss_orders{state="fallout"} 1' in client.get("/metrics").text


def test_a_queue_that_cannot_be_read_shows_in_health(client: TestClient, hub: Any) -> None:
    trouble = Failure("unavailable", "RabbitMQ cannot be reached")
    hub.consumers = [SimpleNamespace(endpoint="amqp:q", trouble=trouble), SimpleNamespace(endpoint="t", trouble=None)]
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "waiting": {"amqp:q": "RabbitMQ cannot be reached"}}


def test_the_documentation_is_served(client: TestClient) -> None:
    page = client.get("/docs")
    assert "/api/v1/fallout/{fallout_id}/{action}" in page.text
    assert "<script" not in page.text
    assert "/api/v1/orders" in client.get("/openapi.json").json()["paths"]
    assert client.get("/asyncapi.json").json()["asyncapi"] == "3.0.0"
