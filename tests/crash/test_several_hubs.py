"""Two hubs on one PostgreSQL: one dies, is stopped or stands still, and the day ends as it has to."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from hub.demo.scenarios import SCENARIOS
from tests.crash.parts import live, runs_of, strays
from tests.crash.town import LEASE, LONG, Town
from tests.flow.house import LIMIT, running, until
from tests.services import Databases

pytestmark = [pytest.mark.needs("postgres"), pytest.mark.timeout(300)]
EVERYTHING = [scenario.name for scenario in SCENARIOS]


@pytest.fixture
def town(both: Town) -> Town:
    """Two hubs that go on from test to test; the peers begin each as new."""
    both.forget()
    return both


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, postgres: Databases) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("town") / "day", postgres.new(), lease=LEASE)
    yield made
    made.close()


SLOW = {"operation": "activate", "do": "slow", "args": {"seconds": 3}}


def caller(town: Town) -> int:
    """Process id of the hub that has a call at NMS; NMS has done what it asks, and is slow to say so."""
    sending = "SELECT lease_owner FROM task WHERE peer = 'NMS' AND state = 'sending' AND sent = 1"
    ((owner,), *_) = until(lambda: town.query(sending), bool)
    until(lambda: town.peers.effects("NMS")["effects_total"], bool)  # else it never sent, and has nothing to say
    return int(owner.split(":")[1])


@contextmanager
def meanwhile(do: Callable[[], None]) -> Iterator[None]:
    """``do`` in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(do)
        yield
        done.result(LIMIT)


def test_a_hub_that_stood_still_past_its_lease_writes_nothing_more(town: Town) -> None:
    """It is stopped while NMS has its call; the other hub takes over; what the first one has to say comes too late."""
    town.lease(LEASE)
    (run,) = runs_of(town, ["ftth-install"])
    town.peers.arrange("NMS", [SLOW])
    held: list[int] = []

    def stand_still() -> None:
        held.append(caller(town))
        os.kill(held[0], signal.SIGSTOP)
        until(lambda: town.query("SELECT 1 FROM task WHERE peer = 'NMS' AND fence > 1"), lambda rows: len(rows) == 1)
        os.kill(held[0], signal.SIGCONT)

    with meanwhile(stand_still):
        result = live(town, [run])
    assert strays(result) == []
    assert "outcome not counted" in until(
        lambda: town.log(town.numbered(held[0])).read_text("utf-8"), lambda text: "outcome not counted" in text
    )


def test_hubs_restarted_one_after_the_other_lose_nothing(town: Town) -> None:
    codes = []

    def roll() -> None:
        for n in (0, 1):
            codes.append(town.stop(n))
            town.start(n, LONG)

    result = live(town, runs_of(town, EVERYTHING), after=3, do=roll)
    assert strays(result) == []
    assert codes == [0, 0]


def test_one_of_two_hubs_is_killed_in_a_call_and_the_other_finishes_the_day(town: Town) -> None:
    """That it is dead is seen from its lock: what it was sending does not wait for its lease, which is long."""
    town.lease(LONG)
    town.peers.arrange("NMS", [SLOW])
    killed: list[int] = []

    def kill() -> None:
        killed.append(town.numbered(caller(town)))
        town.kill(killed[0])

    with meanwhile(kill):
        result = live(town, runs_of(town, EVERYTHING))
    assert strays(result) == []
    assert all(counts["duplicates"] == 0 for counts in result.peers.values())
    assert len(running(town.data)) == 1
    town.start(killed[0])
