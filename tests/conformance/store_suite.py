"""What the store does on every engine: one transaction for many, neighbours of a failing write commit, results only
after the commit. ``store`` is a fixture of the test file, empty."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import wait

import pytest
import sqlalchemy as sa

from hub.store.schema import setting
from hub.store.writer import Store
from interfaces.failure import Failure


def put(connection: sa.Connection, keys: Sequence[str]) -> list[str]:
    for key in keys:
        if key == "boom":
            raise Failure("conflict", "no")
        connection.execute(sa.insert(setting).values(key=key, value="1"))
    return list(keys)


def keys_in(store: Store) -> set[str]:
    with store.read() as connection:
        return set(connection.scalars(sa.select(setting.c.key)))


def hold(store: Store, gate: threading.Event) -> None:
    """Keep the writer busy, so that what follows is taken together."""

    def blocked(connection: sa.Connection, items: Sequence[None]) -> list[None]:
        gate.wait(10)
        return [None] * len(items)

    store.submit(blocked, None)


class StoreSuite:
    def test_what_is_submitted_in_one_go_shares_one_transaction_though_the_writer_is_idle(self, store: Store) -> None:
        before = store.batches
        futures = store.submit_all(put, [f"k{i}" for i in range(40)])
        assert [f.result(10) for f in futures] == [f"k{i}" for i in range(40)]
        assert store.batches - before == 1

    def test_what_is_queued_together_shares_one_transaction(self, store: Store) -> None:
        gate = threading.Event()
        hold(store, gate)
        futures = [store.submit(put, f"k{i}") for i in range(40)]
        before = store.batches
        gate.set()
        assert [f.result(10) for f in futures] == [f"k{i}" for i in range(40)]
        assert store.batches - before <= 2

    def test_a_failing_write_does_not_take_its_neighbours_with_it(self, store: Store) -> None:
        gate = threading.Event()
        hold(store, gate)
        futures = [store.submit(put, k) for k in ("a", "boom", "b", "a")]
        gate.set()
        wait(futures, 10)
        assert keys_in(store) == {"a", "b"}
        assert isinstance(futures[1].exception(), Failure)
        refused = futures[3].exception()
        assert isinstance(refused, Failure)
        assert refused.code == "internal"

    def test_a_caller_who_walks_away_does_not_stop_the_writer(self, store: Store) -> None:
        future = store.submit(put, "x")
        assert not future.cancel()
        store.write(put, "y")
        assert keys_in(store) == {"x", "y"}

    def test_closing_writes_what_is_queued_and_may_happen_twice(self, store: Store) -> None:
        futures = [store.submit(put, f"z{i}") for i in range(10)]
        store.close()
        assert all(f.done() for f in futures)
        store.close()

    def test_a_write_after_the_end_is_refused_and_waits_for_nobody(self, store: Store) -> None:
        store.close()
        for refused in [f.exception(10) for f in store.submit_all(put, ["late", "later"])]:
            assert isinstance(refused, Failure)
            assert refused.code == "unavailable"

    def test_a_database_that_takes_nothing_is_asked_once_for_a_whole_batch(self, store: Store) -> None:
        """Locked by somebody else: forty writes wait together, not one after the other."""
        gate, asked = threading.Event(), []

        def busy(connection: sa.Connection, items: Sequence[str]) -> list[str]:
            asked.append(len(items))
            cause = sqlite3.OperationalError("database is locked")
            cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, cause)

        hold(store, gate)
        futures = [store.submit(busy, f"k{i}") for i in range(40)]
        gate.set()
        failures = [f.exception(10) for f in futures]
        assert {type(f) for f in failures} == {Failure}
        assert sum(asked) == 40
        store.write(put, "after")
        assert keys_in(store) == {"after"}

    def test_readers_cannot_write(self, store: Store) -> None:
        with store.read() as connection, pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.insert(setting).values(key="q", value="1"))
