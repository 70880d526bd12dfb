"""Callbacks come twice, too early, or after a broken acknowledgement; each is applied once."""

from __future__ import annotations

import pytest

from hub.demo.scenarios import FIBRE, OLD, VOICE
from tests.flow.house import COMBINED, House

MISHAPS = {
    "provisioning tells twice": ("SPS", "provision", "duplicate_callback"),
    "provisioning tells before it acknowledges": ("SPS", "provision", "callback_before_ack"),
    "provisioning acknowledges with another document": ("SPS", "provision", "wrong_root"),
    "provisioning acknowledges without a field": ("SPS", "provision", "missing_field"),
    "provisioning cuts the line after taking the order": ("SPS", "provision", "reset"),
    "field work tells twice": ("WFM", "dispatch", "duplicate_callback"),
    "billing tells twice": ("BILL", "sync", "duplicate_callback"),
    "the network did it and cut the line": ("NMS", "activate", "reset"),
    "the network answers with another document": ("NMS", "activate", "wrong_root"),
}


@pytest.mark.parametrize("words", MISHAPS)
def test_a_callback_is_applied_once(house: House, words: str) -> None:
    house.told(*MISHAPS[words])
    order_id = house.taken(house.order())
    ended = house.ended(order_id)
    assert ended["reached"] == "completed", ended["reason"]
    assert house.effects(order_id) == FIBRE
    assert house.unmet() == []


def test_a_97_that_reports_twice_is_believed_once(house: House) -> None:
    house.told("97", "provision", "duplicate_callback")
    order_id = house.taken(house.order(OLD, VOICE, chosen=True), "tmf622")
    assert house.ended(order_id)["reached"] == "completed"
    assert house.effects(order_id) == COMBINED
