"""What is another's is not there: by id, in lists, in searches. So it is for people with local networks."""

from __future__ import annotations

import pytest

from tests.identity.town import Town


@pytest.fixture
def town(both_towns: Town) -> Town:
    """Who sees what is decided in SQL: on each engine."""
    return both_towns


HIS = ["ord_done", "ord_next", "ord_retry", "ord_undone"]
TMF = "/tmf-api/productOrderingManagement/v4/productOrder"


def ids(answer: object) -> list[str]:
    found = answer.json()  # type: ignore[attr-defined]
    return sorted(item["id"] for item in (found if isinstance(found, list) else found["items"]))


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("CHAN", "/api/v1/orders/ord_done", 200),
        ("PORTAL", "/api/v1/orders/ord_done", 404),
        ("CHAN", "/api/v1/orders/ord_stuck", 404),
        ("PORTAL", "/api/v1/orders/ord_stuck", 200),
        ("CHAN", "/api/v1/orders/ord_child", 404),
        ("CHAN", f"{TMF}/ord_done", 200),
        ("PORTAL", f"{TMF}/ord_done", 404),
        ("CHAN", "/api/v1/messages/msg_in", 200),
        ("CHAN", "/api/v1/messages/msg_in/raw", 200),
        ("PORTAL", "/api/v1/messages/msg_in", 404),
        ("PORTAL", "/api/v1/messages/msg_in/raw", 404),
        ("local-operator", "/api/v1/orders/ord_stuck", 200),
        ("local-operator", "/api/v1/orders/ord_done", 404),
        ("local-operator", "/api/v1/orders/ord_done/timeline", 404),
        ("local-operator", "/api/v1/tasks/tk_stuck", 200),
        ("local-operator", "/api/v1/tasks/tk_done", 404),
        ("local-operator", "/api/v1/messages/msg_in", 404),
        ("local-operator", "/api/v1/messages/msg_in/raw", 404),
        ("local-operator", "/api/v1/fallout/fo_1", 200),
    ],
)
def test_one_thing_by_its_id(town: Town, who: str, path: str, status: int) -> None:
    assert town.asks(who, "GET", path).status_code == status


@pytest.mark.parametrize(
    ("who", "path", "found"),
    [
        ("CHAN", "/api/v1/orders", HIS),
        ("PORTAL", "/api/v1/orders", ["ord_stuck"]),
        ("PORTAL", "/api/v1/orders?source=CHAN", []),
        ("PORTAL", "/api/v1/orders?text=ord_done", []),
        ("PORTAL", "/api/v1/orders?external_id=WEB-1", []),
        ("PORTAL", TMF, ["ord_stuck"]),
        ("PORTAL", f"{TMF}?externalId=WEB-1", []),
        ("PORTAL", "/api/v1/messages", []),
        ("PORTAL", "/api/v1/messages?order_id=ord_done", []),
        ("local-operator", "/api/v1/orders", ["ord_stuck"]),
        ("local-operator", "/api/v1/orders?area=8330100", []),
        ("local-operator", "/api/v1/tasks", ["tk_stuck"]),
        ("local-operator", "/api/v1/tasks?order_id=ord_done", []),
        ("local-operator", "/api/v1/fallout", ["fo_1"]),
        ("local-operator", "/api/v1/messages", []),
        ("operator", "/api/v1/tasks", ["tk_done", "tk_retry", "tk_stuck", "tk_wait"]),
    ],
)
def test_lists_and_searches(town: Town, who: str, path: str, found: list[str]) -> None:
    answer = town.asks(who, "GET", path)
    assert answer.status_code == 200, answer.text
    assert ids(answer) == found


def test_the_count_tells_nothing_of_others(town: Town) -> None:
    assert town.asks("PORTAL", "GET", "/api/v1/orders").json()["total"] == 1
    assert town.asks("PORTAL", "GET", TMF).headers["x-total-count"] == "1"


def test_what_is_not_seen_cannot_be_worked_on(town: Town) -> None:
    body = {"reason": "mine now"}
    assert town.asks("local-operator", "POST", "/api/v1/orders/ord_retry/cancel", json=body).status_code == 404
    assert town.asks("local-operator", "POST", "/api/v1/fallout/fo_1/retry", json=body).status_code == 200
    assert town.hub.fallout.asked[-1][:4] == ("fo_1", "retry", "mine now", "local-operator")  # type: ignore[attr-defined]


def test_pages_show_what_the_person_may_see(town: Town) -> None:
    browser = town.logged_in("local-operator")
    page = browser.get("/").text
    assert "ord_stuck" in page
    assert "WEB-1" not in page
    assert browser.get("/orders/ord_done").status_code == 404
    assert browser.get("/messages/msg_in").status_code == 404
