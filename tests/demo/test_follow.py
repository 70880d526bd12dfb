"""Following orders to their ends, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from hub.demo import follow
from hub.demo.follow import Follower


class Pages:
    """A hub whose order list changes with every look; each look is one list of pages."""

    def __init__(self, *looks: list[list[dict[str, Any]]]) -> None:
        self._looks = list(looks)
        self._page = 0

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        pages = self._looks[0]
        page, self._page = pages[self._page], (self._page + 1) % len(pages)
        if self._page == 0 and len(self._looks) > 1:
            self._looks.pop(0)
        return {"items": page, "next": str(self._page) if self._page else None}


def order(number: str, reached: str = "") -> dict[str, Any]:
    return {"external_id": number, "state": reached or "running", "reached": reached, "reason": ""}


def follower(pages: Pages) -> tuple[Follower, dict[str, str]]:
    ends: dict[str, str] = {}
    return Follower(pages, lambda number, found: ends.update({number: found["reached"]})), ends  # type: ignore[arg-type]


def test_every_expected_order_is_told_once_it_ended() -> None:
    follow_, ends = follower(Pages([[order("A")]], [[order("A", "completed")], [order("B", "failed")]]))
    follow_.expect("A")
    follow_.expect("B")
    assert follow_.run(closed=lambda: True) == set()
    assert ends == {"A": "completed", "B": "failed"}


def test_orders_of_others_are_not_told() -> None:
    follow_, ends = follower(Pages([[order("A", "completed"), order("OTHER", "completed")]]))
    follow_.expect("A")
    follow_.run(closed=lambda: True)
    assert ends == {"A": "completed"}


def test_an_order_that_stands_still_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "STANDSTILL", 0.1)
    follow_, ends = follower(Pages([[order("A")]]))
    follow_.expect("A")
    assert follow_.run(closed=lambda: True) == {"A"}
    assert ends == {}
