"""Several hub processes on one PostgreSQL: what two of them do at the same moment has one effect.

A store of its own is what makes a process here: own connections, own writer thread.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from hub.accept import Accepted, Verdict, accept
from hub.claim import Wish, claim, note_sending, overdue
from hub.clock import StoreClock, store_now
from hub.outcome import Outcomes
from hub.store import schema
from hub.store.process import Process
from hub.store.writer import Store
from interfaces.clock import SECOND, VirtualClock, real_now
from interfaces.failure import Failure
from tests.hub.house import House
from tests.hub.rows import acceptance
from tests.stores import opened, psycopg_url

pytestmark = [
    pytest.mark.needs("postgres"),
    pytest.mark.parametrize("url", ["postgres"], indirect=True),
]
LIMIT = 60.0


@pytest.fixture
def stores(url: str) -> Iterator[list[Store]]:
    with opened(url) as one, opened(url) as two:
        yield [one, two]


@pytest.fixture
def houses(stores: list[Store], clock: VirtualClock, outcomes: Outcomes) -> list[House]:
    return [House(store, clock, outcomes) for store in stores]


def count(store: Store, table: sa.Table) -> int:
    with store.read() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def told(futures: Sequence[Future[Verdict]]) -> list[Verdict]:
    return [f.result(LIMIT) for f in futures]


def test_twenty_duplicates_at_two_hubs_make_one_order(stores: list[Store]) -> None:
    futures = [stores[n % 2].submit(accept, acceptance("X1", exchange_id="E1")) for n in range(20)]
    verdicts = told(futures)
    assert all(isinstance(v, Accepted) for v in verdicts)
    assert len({v.order_id for v in verdicts if isinstance(v, Accepted)}) == 1
    assert [v.replayed for v in verdicts if isinstance(v, Accepted)].count(False) == 1
    assert count(stores[0], schema.orders) == 1


def test_one_number_with_two_contents_on_two_lanes_is_a_conflict_for_one_of_them(stores: list[Store]) -> None:
    """No lane that both take: the unique key alone decides."""
    for n in range(10):
        items = [acceptance(f"K{n}", digest=f"d{i}", instance=f"PI-{n}-{i}") for i in (0, 1)]
        verdicts = told([store.submit(accept, item) for store, item in zip(stores, items, strict=True)])
        refused = [v for v in verdicts if isinstance(v, Failure)]
        assert [f.code for f in refused] == ["conflict"]
    assert count(stores[0], schema.orders) == 10


def test_two_orders_on_one_lane_never_run_side_by_side(stores: list[Store]) -> None:
    futures = []
    for n in range(10):
        for i, store in enumerate(stores):
            item = acceptance(f"L{n}-{i}", lanes=[f"CRM|PI-{n}"], instance=f"PI-{n}", type="ResourceOrder")
            futures.append(store.submit(accept, item))
    told(futures)
    with stores[0].read() as connection:
        turns, o = schema.order_lane, schema.orders
        running = connection.execute(
            sa.select(turns.c.lane, sa.func.count())
            .join(o, o.c.id == turns.c.order_id)
            .where(o.c.state == "running")
            .group_by(turns.c.lane)
        )
        assert {n for _, n in running} == {1}


def test_an_order_accepted_while_the_one_before_it_ends_is_not_forgotten(houses: list[House]) -> None:
    """Ending looks who waits, acceptance looks who is in front: whoever is second sees the first."""
    one, other = houses
    for n in range(15):
        first = one.accept(f"F{n}", lanes=[f"L|{n}"], type="ResourceOrder")
        (row,) = one.claim()
        assert one.send(row)
        done = threading.Thread(target=one.end, args=(row,))
        second = acceptance(f"S{n}", lanes=[f"L|{n}"], type="ResourceOrder")
        taken = other.store.submit(accept, second)
        done.start()
        assert isinstance(taken.result(LIMIT), Accepted)
        done.join(LIMIT)
        assert one.order(first)["state"] == "completed"
        assert one.order(second.order["id"])["state"] == "running"
        (row,) = other.claim()
        assert other.send(row)
        other.end(row)


def test_an_order_behind_two_that_end_at_once_starts(houses: list[House]) -> None:
    one, other = houses
    for n in range(10):
        for house, lane in ((one, "a"), (other, "b")):
            house.accept(f"B{n}{lane}", lanes=[f"{lane}|{n}"], type="ResourceOrder")
        behind = one.accept(f"B{n}", lanes=[f"a|{n}", f"b|{n}"], type="ResourceOrder")
        assert one.order(behind)["state"] == "queued"
        rows = one.claim()
        assert all(one.send(row) for row in rows)
        ends = [threading.Thread(target=h.end, args=(row,)) for h, row in zip(houses, rows, strict=True)]
        for end in ends:
            end.start()
        for end in ends:
            end.join(LIMIT)
        assert one.order(behind)["state"] == "running"
        (row,) = one.claim()
        assert one.send(row)
        one.end(row)


def test_every_task_is_claimed_once(houses: list[House]) -> None:
    told([houses[0].store.submit(accept, acceptance(f"C{n}")) for n in range(60)])
    claimed: list[str] = []

    def take(house: House) -> None:
        while rows := house.claim():
            claimed.extend(row["id"] for row in rows)

    threads = [threading.Thread(target=take, args=(house,)) for house in houses * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert Counter(claimed) == Counter(dict.fromkeys(claimed, 1))
    assert len(claimed) == 60


def test_whoever_lost_its_lease_writes_nothing_any_more(houses: list[House]) -> None:
    late, other = houses
    order = late.accept()
    (row,) = late.claim(lease=0)
    (again,) = other.claim()
    assert not late.send(row)
    assert other.send(again)
    assert not late.end(row)
    assert other.end(again)
    assert late.order(order)["state"] == "completed"


def test_leases_go_by_the_databases_clock(houses: list[House], monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is five minutes ahead does not take over what is held."""
    ahead = (real_now() + 300 * SECOND) * 1000
    monkeypatch.setattr("interfaces.clock.time.time_ns", lambda: ahead)
    houses[0].accept()
    assert len(houses[0].claim()) == 1
    assert houses[1].claim() == []
    with houses[1].store.read() as connection:
        assert abs(store_now(connection) - StoreClock(houses[1].store).now()) < SECOND


def test_a_connection_that_is_cut_is_made_again(stores: list[Store], url: str) -> None:
    for n in range(3):
        cut(url)
        assert isinstance(stores[0].write(accept, acceptance(f"R{n}")), Accepted)
    cut(url)
    assert count(stores[0], schema.orders) == 3


def cut(url: str) -> None:
    """Every connection to this database but ours."""
    with psycopg.connect(psycopg_url(url), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.parametrize("kept", [True, False])
def test_a_commit_that_broke_off_is_asked_for_before_it_is_repeated(
    stores: list[Store], monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    dialect = stores[0]._writer_engine.dialect
    commit, broken, tries = dialect.do_commit, [], []

    def break_off(connection: Any) -> None:
        if tries and not broken:
            broken.append(connection)
            if kept:
                commit(connection)
            connection.driver_connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        commit(connection)

    def write(connection: sa.Connection, items: Sequence[str]) -> list[str]:
        tries.append(items)
        connection.execute(sa.insert(schema.setting).values(key="once", value="1"))
        return list(items)

    monkeypatch.setattr(dialect, "do_commit", break_off)
    assert stores[0].write(write, "x") == "x"
    assert len(broken) == 1
    assert len(tries) == (1 if kept else 2)
    assert count(stores[1], schema.setting) == 1


def test_a_commit_of_which_nobody_can_tell_is_not_repeated(
    stores: list[Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_self: Process, _batch: int) -> bool:
        raise sa.exc.OperationalError("SELECT", None, psycopg.OperationalError("connection refused"))

    def break_off(connection: Any) -> None:
        connection.driver_connection.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("hub.store.errors.AWAY", 0.2)
    monkeypatch.setattr(Process, "committed", unreachable)
    monkeypatch.setattr(stores[0]._writer_engine.dialect, "do_commit", break_off)
    with pytest.raises(Failure, match="not known") as caught:
        stores[0].write(accept, acceptance())
    assert caught.value.code == "unavailable"


def test_what_one_commits_wakes_the_other(stores: list[Store]) -> None:
    woken = [threading.Event(), threading.Event()]
    for store, event in zip(stores, woken, strict=True):
        store.on_commit(event.set, quiet=frozenset({claim, note_sending, overdue}))
    while not woken[1].is_set():  # its listener may not listen yet
        stores[0].write(accept, acceptance(f"W{real_now()}"))
        woken[1].wait(0.2)
    woken[1].clear()
    stores[0].write(claim, Wish("w", SECOND, 0, 8))
    assert not woken[1].wait(0.2)
