"""A reply that is not as agreed, or never whole: unknown what was done, never success, and right in the end."""

from __future__ import annotations

from typing import Any

import pytest

from hub.demo.scenarios import LINE, TWO, VOICE
from tests.flow.house import House

DRIP = {"seconds": 0.4}
"""Per byte: no single read waits long, the whole would take minutes."""

FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "wrong root element": ("wrong_root", {}, "timeout"),
    "required field missing": ("missing_field", {"field": "requestNo"}, "timeout"),
    "result code missing": ("missing_field", {"field": "resultCode"}, "timeout"),
    "headers drip": ("header_drip", DRIP, "timeout"),
    "body drips": ("body_drip", DRIP, "timeout"),
    "silence after doing it": ("timeout_but_done", {}, "timeout"),
    "silence without doing it": ("timeout_not_done", {}, "timeout"),
    "cut connection": ("reset", {}, "timeout"),
    "HTTP 500 with HTML": ("http_500", {}, "timeout"),
    "HTTP 503": ("http_503", {}, "unavailable"),
}
"""Words -> (what RM does, how, the Failure code that stands in the journal)."""


@pytest.fixture(scope="module")
def orders(house: House) -> dict[str, str]:
    """One order per fault, all at once: together they wait no longer than one."""
    ids: dict[str, str] = {}
    for words, (do, args, _) in FAULTS.items():
        order = house.order(TWO, VOICE, chosen=True)
        house.told("RM", "reserve", do, order.number, args=args)
        ids[words] = house.taken(order)
    return ids


@pytest.mark.parametrize("words", FAULTS)
def test_the_order_is_completed_once_the_peer_answers_as_agreed(
    house: House, orders: dict[str, str], words: str
) -> None:
    ended = house.ended(orders[words])
    assert ended["reached"] == "completed", ended["reason"]
    assert house.effects(orders[words]) == LINE | {"RM": {"reserve": 1, "allot": 1, "occupy": 1}}
    assert house.calls(orders[words], "RM")[:2] == ["reserve", "reserve"]


@pytest.mark.parametrize("words", FAULTS)
def test_the_bad_reply_stands_in_the_journal_as_what_it_was(house: House, orders: dict[str, str], words: str) -> None:
    house.ended(orders[words])
    replies = house.hubs.get("/api/v1/messages", order_id=orders[words], peer="RM", direction="in")["items"]
    first, last = replies[-1], replies[0]
    assert (first["outcome"], last["outcome"]) == (FAULTS[words][2], "ok"), first["reason"]
