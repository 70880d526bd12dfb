"""The day with its queues on RabbitMQ, and a hub that dies between its commit and the acknowledgement."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.demo.queues import names
from hub.demo.scenarios import FIBRE
from tests.crash.parts import live, runs_of, start_again_when_dead, strays
from tests.crash.test_kill import EVERYTHING
from tests.flow.house import LIMIT, House, until
from tests.rabbit import own_names


@pytest.fixture(scope="module")
def house(rabbitmq_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with own_names(rabbitmq_url, *names()) as address:
        made = House(tmp_path_factory.mktemp("rabbit"), amqp=address)
        yield made
        made.close()


def test_every_scenario_ends_as_expected_with_a_kill_in_the_middle(house: House) -> None:
    def kill_and_start_again() -> None:
        house.kill_hub()
        house.start_hub()

    result = live(house, runs_of(house, EVERYTHING), after=5, do=kill_and_start_again)
    assert strays(result) == []
    assert all(counts["duplicates"] == 0 for counts in result.peers.values())


def test_a_result_that_was_committed_and_not_acknowledged_comes_again_and_does_nothing(house: House) -> None:
    house.kill_hub()
    dying = house.start_hub("consumer.before_ack:1")
    watcher = start_again_when_dead(house)
    order_id = house.taken(house.order())
    dying.wait(LIMIT)
    watcher.join(LIMIT)
    assert house.ended(order_id)["reached"] == "completed"
    assert house.effects(order_id) == FIBRE

    def results() -> list[str]:
        found = house.hubs.get("/api/v1/messages?limit=200")["items"]
        return [m["outcome"] for m in found if m["endpoint"] == "amqp:hub.wfm.result" and m["order_id"]]

    assert "duplicate" in until(results, lambda outcomes: "duplicate" in outcomes)
