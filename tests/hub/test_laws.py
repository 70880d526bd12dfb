"""Laws of an order's life, whatever workers, peers and people do in whatever order."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import policy
from hub.ending import Ending
from hub.lifecycle import ORDER_END, TASK_END
from hub.outcome import Outcome, Outcomes, judged
from hub.store import schema
from hub.store.engine import sqlite_url
from hub.store.writer import Store
from interfaces.clock import MINUTE, VirtualClock
from interfaces.failure import Failure
from tests.hub.house import House, Row, act, code, notify
from tests.hub.rows import AT

PLAN = ["one", "two", "three"]
STATES = ["completed", "inProgress", "returned", "failed", "rejected", "cancelled", "notFound", "acknowledged"]
FAILURES = ["unavailable", "timeout", "rejected", "invalid", "not_found", "internal"]
STEPS = st.one_of(
    st.tuples(st.just("answer"), st.sampled_from(STATES), st.booleans()),
    st.tuples(st.just("break"), st.sampled_from(FAILURES), st.booleans()),
    st.tuples(st.just("callback"), st.sampled_from(STATES), st.integers(0, 9)),
    st.tuples(st.just("expire"), st.booleans(), st.booleans()),
    st.tuples(st.just("person"), st.sampled_from(["retry", "skip", "complete", "cancel"]), st.integers(0, 3)),
    st.tuples(st.just("give up"), st.none(), st.none()),
    st.tuples(st.just("crash"), st.none(), st.none()),
)


class World(House):
    """One order, and whoever may do something to it."""

    def answer(self, state: str, acknowledged: bool) -> None:
        for row in self.taken():
            outcome = judged(row["order_id"], row["id"], {"externalId": row["id"], "state": state}, fence=row["fence"])
            if acknowledged:
                outcome = Outcome(row["order_id"], row["id"], "acknowledged", row["fence"], reply_within=MINUTE)
            self.store.write(self.outcomes.apply, outcome)

    def break_(self, code: Any, flag: bool) -> None:
        for row in self.taken():
            facts = {"idempotent": flag, "probe": not flag, "attempted": False, "was_sent": bool(row["sent"])}
            self.end(row, "failed", failure=Failure(code, "so it is"), **facts)

    def callback(self, state: str, which: int) -> None:
        tasks = self.rows(schema.task)
        notify(self, tasks[which % len(tasks)]["id"], state=state)

    def expire(self, idempotent: bool, probe: bool) -> None:
        for row in self.rows(schema.task):
            if row["state"] == "waiting" and row["deadline_at"]:
                facts = {"idempotent": idempotent, "probe": probe, "attempted": False}
                self.end(row, "failed", failure=Failure("timeout", "no word"), **facts)

    def person(self, action: str, which: int) -> None:
        for case in self.rows(schema.fallout)[which : which + 1]:
            said = act(self, case["id"], action, "because")
            assert not isinstance(said, Failure) or code(said) in ("conflict", "invalid")

    def give_up(self, *_: Any) -> None:
        said = act(self, self.rows(schema.orders)[0]["id"], "cancel", "customer left")
        assert not isinstance(said, Failure) or code(said) == "conflict"

    def crash(self, *_: Any) -> None:
        for row in self.claim(lease=0):
            self.send(row, lease=0)

    @staticmethod
    def undone(task: Row, tasks: list[Row]) -> bool:
        return any(t["undo_of"] == task["id"] for t in tasks)

    def taken(self) -> list[Row]:
        self.clock.advance(MINUTE)
        return self.claim(lease=0)

    def rows(self, table: sa.Table) -> list[Row]:
        with self.store.read() as connection:
            return [dict(r) for r in connection.execute(sa.select(table).order_by(table.c.id)).mappings()]


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=14))
def test_an_order_never_breaks_a_table_and_ends_with_all_its_tasks(steps: list[tuple[str, Any, Any]]) -> None:
    with TemporaryDirectory() as folder:
        store, clock = Store(sqlite_url(Path(folder) / "hub.db")), VirtualClock(AT)
        world = World(
            store, clock, Outcomes(clock, policy.bundled(), Ending(lambda order: None, lambda channel: False))
        )
        try:
            order_id = world.accept(tasks=PLAN)
            for name, *told in steps:
                getattr(world, {"break": "break_", "give up": "give_up"}.get(name, name))(*told)
                holds(world, order_id)
            finish(world, order_id)
        finally:
            store.close()


def holds(world: World, order_id: str) -> None:
    """What is true after every step."""
    order, tasks = world.order(order_id), world.rows(schema.task)
    cases = [c for c in world.rows(schema.fallout) if c["state"] == "open"]
    stuck = {t["id"] for t in tasks if t["state"] == "fallout"}
    left = {t["id"] for t in tasks if order["outcome"] and t["kind"] == "do"}  # being taken back, or let go
    assert {c["task_id"] for c in cases} == stuck - left, "who needs a person is in the list, and nobody else"
    assert len(cases) == len(stuck - left), "once"
    if order["state"] in ORDER_END:
        assert {t["state"] for t in tasks} <= TASK_END, "nothing outlives its order"
    else:
        moving = [t for t in tasks if t["state"] not in (*TASK_END, "pending")]
        assert moving, "an open order has something that can still move it"
        assert all(t["deadline_at"] or world.undone(t, tasks) for t in moving if t["state"] == "waiting")


def finish(world: World, order_id: str) -> None:
    """From wherever it is, peers that answer and a person who retries bring it to an end."""
    for _ in range(40):
        if world.order(order_id)["state"] in ORDER_END:
            return
        world.answer("completed", False)
        for row in world.rows(schema.task):
            if row["state"] == "waiting":
                notify(world, row["id"])
        for case in world.rows(schema.fallout):
            act(world, case["id"], "retry", "")
    raise AssertionError(f"still {world.order(order_id)['state']}: {world.tasks(order_id)}")
