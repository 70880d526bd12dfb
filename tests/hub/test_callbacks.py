"""Callbacks at odd moments: every one is kept with a verdict, and none of them breaks the write it comes in."""

from __future__ import annotations

import sqlalchemy as sa

from hub.events import Events
from hub.store import schema
from interfaces.clock import SECOND
from interfaces.failure import Failure
from tests.hub.house import House, act, event, notify


def kept(house: House) -> list[str]:
    with house.store.read() as connection:
        t = schema.message
        return list(connection.scalars(sa.select(t.c.outcome).where(t.c.type == "").order_by(t.c.seq)))


def test_a_callback_for_a_task_that_was_never_sent_is_kept_and_changes_nothing(house: House) -> None:
    order_id = house.accept(tasks=["one", "two"])
    with house.store.read() as connection:
        t = schema.task
        pending = connection.scalar(sa.select(t.c.id).where(t.c.order_id == order_id, t.c.name == "two"))
    assert notify(house, str(pending)) == "early"
    assert house.tasks(order_id) == {"one": "ready", "two": "pending"}
    assert kept(house)[-1] == "early"


def test_the_peer_does_not_know_it_is_no_outcome(house: House) -> None:
    order_id = house.accept()
    (row,) = house.claim()
    house.end(row, "acknowledged", reply_within=SECOND)
    assert notify(house, row["id"], state="notFound") == "progress"
    assert house.tasks(order_id) == {"one": "waiting"}


def test_a_refused_undo_told_twice_needs_a_person_once(house: House) -> None:
    house.accept(tasks=["one", "two"])
    house.end(house.claim()[0])
    house.end(house.claim()[0], "failed", failure=Failure("rejected", "no"))
    (undo,) = house.claim()
    house.end(undo, "acknowledged", reply_within=SECOND)
    assert notify(house, undo["id"], state="rejected") == "matched"
    assert notify(house, undo["id"], state="rejected") == "matched"
    assert [f["state"] for f in house.fallouts()] == ["open"]


def test_an_undo_refused_while_it_is_asked_about_needs_a_person(house: House) -> None:
    order_id = house.accept(tasks=["one", "two"])
    house.end(house.claim()[0])
    house.end(house.claim()[0], "failed", failure=Failure("rejected", "no"))
    (undo,) = house.claim()
    house.end(undo, "failed", failure=Failure("timeout", "lost"), probe=True)
    assert notify(house, undo["id"], state="rejected") == "matched"
    assert house.order(order_id)["state"] == "fallout"


def test_a_refusal_that_comes_after_all_closes_the_fallout(house: House) -> None:
    order_id = house.accept()
    (row,) = house.claim()
    house.end(row, "failed", failure=Failure("timeout", "lost"))
    assert house.order(order_id)["state"] == "fallout"
    assert notify(house, row["id"], state="returned") == "matched"
    assert house.order(order_id)["state"] == "failed"
    assert [(f["state"], f["resolution"]) for f in house.fallouts()] == [("resolved", "refused")]


def test_exchange_ids_of_different_peers_do_not_meet(house: House) -> None:
    """A status table numbers its rows 1, 2, 3: so may another peer."""
    house.accept("A")
    house.accept("B")
    first, second = house.claim()
    for row in (first, second):
        house.end(row, "acknowledged", reply_within=SECOND)
    assert notify(house, first["id"], exchange_id="17") == "matched"
    events = Events(house.outcomes)
    both = [event(first["id"], exchange_id="17"), event(second["id"], exchange_id="17")]
    futures = [house.store.submit(events.apply, one) for one in both]
    assert [f.result(10) for f in futures] == ["duplicate", "matched"]


def test_two_answers_in_one_batch_that_contradict_each_other_are_told_apart(house: House) -> None:
    order_id = house.accept()
    (row,) = house.claim()
    house.end(row, "acknowledged", reply_within=SECOND)
    events = Events(house.outcomes)
    futures = [
        house.store.submit(events.apply, event(row["id"], state=s)) for s in ("completed", "failed", "completed")
    ]
    assert sorted(f.result(10) for f in futures) == ["contradiction", "duplicate", "matched"]
    assert house.order(order_id)["state"] == "completed"


def test_a_callback_for_a_cancelled_task_is_late(house: House) -> None:
    order_id = house.accept(tasks=["one", "two"])
    (row,) = house.claim()
    house.end(row, "acknowledged", reply_within=SECOND)
    act(house, order_id, "cancel", "customer left")
    (undo,) = house.claim()
    house.end(undo)
    assert house.order(order_id)["state"] == "cancelled"
    assert notify(house, row["id"]) == "late"


def test_cancelled_is_the_outcome_an_undo_waits_for(house: House) -> None:
    order_id = house.accept(tasks=["one", "two"])
    house.end(house.claim()[0])
    house.end(house.claim()[0], "failed", failure=Failure("rejected", "no"))
    (undo,) = house.claim()
    house.end(undo, "acknowledged", reply_within=SECOND)
    assert notify(house, undo["id"], state="cancelled") == "matched"
    assert (house.order(order_id)["state"], house.fallouts()) == ("failed", [])


def test_cancelled_is_the_outcome_a_cancellation_waits_for(house: House) -> None:
    order_id = house.accept(tasks=["cancel"])
    house.end(house.claim()[0], "acknowledged", reply_within=SECOND)
    with house.store.read() as connection:
        key = connection.scalar(sa.select(schema.task.c.id).where(schema.task.c.order_id == order_id))
    assert notify(house, str(key), state="cancelled") == "matched"
    assert house.order(order_id)["state"] == "completed"
