"""Every cause why an order stands still, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from hub.views.waiting import LANGUAGES, WAITS, sentence, waits
from interfaces.clock import HOUR
from tests.api.world import NOW, order, task

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("peer_down", "ready", {"peer": "RM"}),
    ("peer_held", "ready", {"peer": "VAS"}),
    ("ask", "ready", {"peer": "WFM", "mode": "ask", "attempt": 1}),
    ("retry", "ready", {"peer": "WFM", "attempt": 2}),
    ("dated", "ready", {"peer": "WFM", "due_at": NOW + HOUR}),
    ("due", "ready", {"peer": "WFM", "due_at": NOW}),
    ("sending", "sending", {"peer": "WFM"}),
    ("answer", "waiting", {"peer": "WFM"}),
    ("fallout", "fallout", {"peer": "WFM"}),
]


@pytest.mark.parametrize(("code", "state", "fields"), CASES)
def test_a_task_waits_for_a_reason(connection: sa.Connection, code: str, state: str, fields: dict[str, Any]) -> None:
    row = task("tk_x", "ord_x", state, reason="because {it} is so", **fields)
    (wait,) = waits(connection, order("ord_x", "running", 0), [row], NOW)
    assert (wait["code"], wait["who"]) == (code, WAITS[code][0])
    for lang in LANGUAGES:
        assert "{task}" not in sentence(wait, lang)


@pytest.mark.parametrize("state", ["pending", "completed", "skipped", "failed", "cancelled", "undone"])
def test_a_task_that_is_not_under_way_is_no_reason(connection: sa.Connection, state: str) -> None:
    assert waits(connection, order("ord_x", "running", 0), [task("tk_x", "ord_x", state)], NOW) == []


def test_a_stuck_task_of_an_order_that_is_taken_back_needs_nobody(connection: sa.Connection) -> None:
    rows = [task("tk_x", "ord_x", "fallout", peer="WFM")]
    assert waits(connection, order("ord_x", "undoing", 0, outcome="cancelled"), rows, NOW) == []


@pytest.mark.parametrize(("state", "code"), [("held", "held"), ("queued", "lane")])
def test_an_order_waits_for_a_reason(connection: sa.Connection, state: str, code: str) -> None:
    (wait,) = waits(connection, order("ord_x", state, 9), [], NOW)
    assert (wait["code"], sentence(wait, "en") != sentence(wait, "zh")) == (code, True)


def test_what_needs_a_person_comes_first(connection: sa.Connection) -> None:
    states = ("sending", "waiting", "fallout")
    rows = [task(f"tk_{state}", "ord_x", state, peer="WFM") for state in states]
    found = waits(connection, order("ord_x", "fallout", 0), rows, NOW)
    assert [wait["who"] for wait in found] == ["person", "peer", "hub"]
