"""RM is stopped: what needs it waits and says so, what does not goes on, and nobody has to do anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.demo.scenarios import FIBRE, LINE, OLD, TWO, VOICE
from tests.flow.house import COMBINED, House, until


@pytest.fixture
def without_rm(house: House) -> Iterator[House]:
    house.stop_rm()
    yield house
    if house.rm.poll() is not None:
        house.restart_rm()


def test_orders_wait_for_rm_with_a_reason_and_go_on_by_themselves(without_rm: House) -> None:
    house = without_rm
    number, fibre = house.order(TWO, VOICE, chosen=True), house.order()
    number_id, fibre_id, more = house.taken(number), house.taken(fibre), [house.taken(house.order()) for _ in range(3)]

    for order_id, task in ((number_id, "rm.reserve"), (fibre_id, "rm.allot")):
        text = house.waiting(order_id, "out of reach since")
        assert text.startswith(f"{task} waits: RM has been out of reach since 20")
        assert house.record(order_id)["state"] == "running"

    old_ids = [house.taken(house.order(OLD, VOICE, chosen=True), "tmf622") for _ in range(3)]
    assert {house.ended(order_id)["reached"] for order_id in old_ids} == {"completed"}
    assert not any(house.record(order_id)["reached"] for order_id in (number_id, fibre_id, *more))

    house.restart_rm()
    assert {house.ended(order_id)["reached"] for order_id in (number_id, fibre_id, *more)} == {"completed"}
    assert house.effects(number_id) == LINE | {"RM": {"reserve": 1, "allot": 1, "occupy": 1}}
    assert house.effects(fibre_id) == FIBRE
    assert all(house.effects(order_id) == COMBINED for order_id in old_ids)


def test_the_peers_page_names_rm_while_it_is_out_of_reach(without_rm: House) -> None:
    house = without_rm
    order_ids = [house.taken(house.order(TWO, VOICE, chosen=True)) for _ in range(4)]
    rm = until(lambda: _rm(house), lambda peer: peer["breaker"] == "open")
    assert rm["since"]
    house.restart_rm()
    assert {house.ended(order_id)["reached"] for order_id in order_ids} == {"completed"}
    assert until(lambda: _rm(house), lambda peer: peer["breaker"] == "closed")


def _rm(house: House) -> dict[str, str]:
    found: dict[str, str] = next(p for p in house.hubs.get("/api/v1/peers")["items"] if p["code"] == "RM")
    return found
