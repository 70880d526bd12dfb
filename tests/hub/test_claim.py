"""Claiming: leases, dead peers, and a big store."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from hub.accept import accept
from hub.breaker import CLOSED
from hub.claim import Wish, claim, overdue
from hub.store import schema
from hub.store.writer import Store
from interfaces.clock import SECOND, VirtualClock, real_now
from tests.hub.house import House
from tests.hub.rows import acceptance


def shut(store: Store, peer: str, probe_at: int) -> None:
    def put(connection: sa.Connection, items: Any) -> list[None]:
        state = CLOSED | {"peer": peer, "breaker": "open", "failures": 3, "probe_at": probe_at}
        connection.execute(sa.insert(schema.peer_state).values(state))
        return [None] * len(items)

    store.write(put, None)


def probe_at(store: Store) -> int:
    with store.read() as connection:
        return int(connection.scalar(sa.select(schema.peer_state.c.probe_at)) or 0)


def test_the_lease_begins_anew_when_the_task_is_sent(house: House) -> None:
    """It may have stood in line for a while; what guards the call is the lease from then on."""
    house.accept()
    (row,) = house.claim(lease=SECOND)
    assert house.send(row)
    with house.store.read() as connection:
        assert (connection.scalar(sa.select(schema.task.c.lease_until)) or 0) > row["lease_until"] + 5 * SECOND


def test_a_dead_peer_keeps_its_next_try_until_a_task_takes_it(house: House) -> None:
    shut(house.store, "SPS", due := real_now() - 1)
    assert house.claim() == []
    assert probe_at(house.store) == due
    house.accept("A")
    house.accept("B")
    assert len(house.claim()) == 1
    assert probe_at(house.store) > due
    assert house.claim() == []


def many(store: Store, n: int, **fields: Any) -> None:
    items = [acceptance(f"N{i}") for i in range(n)]
    for item in items:
        item.tasks[0] |= fields
    futures = [store.submit(accept, item) for item in items]
    assert all(f.result(60) for f in futures)


def plan(store: Store, statement: str) -> list[str]:
    with store.read() as connection:
        return [str(r[3]) for r in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")]


def asked(store: Store) -> list[str]:
    """Every look for tasks that the writer sends from now on, with its values in place."""
    seen: list[str] = []

    @sa.event.listens_for(store._writer_engine, "before_cursor_execute")
    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "FROM task" in statement and "ORDER BY" in statement:
            for value in parameters:
                statement = statement.replace("?", repr(value), 1)
            seen.append(statement)

    return seen


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_few_of_ten_thousand_due_tasks_are_found_without_sorting_them(store: Store, clock: VirtualClock) -> None:
    many(store, 50)
    statements = asked(store)
    assert len(store.write(claim, Wish("w", SECOND, clock.now(), 8))) == 8
    assert len(statements) == 2
    for statement in statements:
        steps = plan(store, statement)
        assert any("SEARCH task USING INDEX task_due" in step for step in steps), steps
        assert not any("TEMP B-TREE" in step for step in steps), steps


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_waits_that_ran_out_are_found_without_reading_the_others(store: Store, clock: VirtualClock) -> None:
    statements = asked(store)
    assert store.write(overdue, clock.now()) == []
    assert len(statements) == 2
    for statement in statements:
        steps = plan(store, statement)
        assert any("SEARCH task USING INDEX task_wait" in step for step in steps), steps
        assert not any("TEMP B-TREE" in step for step in steps), steps
