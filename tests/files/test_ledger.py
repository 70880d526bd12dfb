"""The ledger on both engines: numbers without gap or double, whoever asks at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.files.ledger import DONE, Ledger, Taken
from hub.store.urls import database_url, in_schema
from interfaces.clock import Deadline
from tests.stores import ENGINES


def soon() -> Deadline:
    return Deadline.after(30)


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/files.db"
    schema = f"files_{tmp_path.name[-12:]}".lower().replace("-", "_").strip("_")
    return in_schema(database_url(request.getfixturevalue("postgres_url")), schema)


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    made = Ledger(url, "settle-daily", "SETTLE")
    yield made
    made.close()


def numbered(ledger: Ledger, key: str, day: str = "20261101") -> int:
    return ledger.number(key, day, 1, lambda n: f"JS_{day}_{n:04d}.txt", soon()).sequence


def test_a_key_keeps_its_number_and_every_day_has_its_own(ledger: Ledger) -> None:
    assert [numbered(ledger, "a"), numbered(ledger, "b"), numbered(ledger, "a")] == [1, 2, 1]
    assert numbered(ledger, "c", "20261102") == 1


def test_two_processes_at_once_leave_no_gap_and_no_double(ledger: Ledger, url: str) -> None:
    other = Ledger(url, "settle-daily", "SETTLE")
    numbers: list[int] = []

    def take(mine: Ledger, name: str) -> None:
        numbers.extend(numbered(mine, f"{name}{n}") for n in range(10))

    threads = [threading.Thread(target=take, args=(one, name)) for one, name in ((ledger, "x"), (other, "y"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(numbers) == list(range(1, 21))


def test_interfaces_and_peers_do_not_disturb_each_other(ledger: Ledger, url: str) -> None:
    numbered(ledger, "a")
    for interface, peer in (("other", "SETTLE"), ("settle-daily", "SETTLE-2")):
        another = Ledger(url, interface, peer)
        assert numbered(another, "a") == 1
        another.close()


def test_one_reader_at_a_time_until_he_lets_go(ledger: Ledger) -> None:
    assert ledger.holds("one", 60, soon())
    assert ledger.holds("one", 60, soon())
    assert not ledger.holds("two", 60, soon())
    ledger.release("one", soon())
    assert ledger.holds("two", 0, soon())


def test_a_file_is_known_as_it_was_kept_last(ledger: Ledger) -> None:
    file = Taken("20261101/1", "20261101", 1, "JS_1.txt", "abc")
    ledger.keep(file, soon())
    done = Taken("20261101/1", "20261101", 1, "JS_1.txt", "abc", DONE, 7, 2)
    ledger.keep(done, soon())
    ledger.forget(file, soon())
    assert ledger.taken("20261101/1", soon()) == done
    assert ledger.numbers("20261101", soon()) == {1}
    assert ledger.numbers("20261102", soon()) == set()
