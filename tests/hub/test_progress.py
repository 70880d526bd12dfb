"""An order goes on: tasks released in turn, refusals undone backwards, unknown outcomes asked, fallout worked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from hub.events import Events
from hub.outcome import judged
from hub.store import schema
from interfaces.clock import SECOND
from interfaces.failure import Failure
from tests.hub.house import House, act, code, event, notify


def test_tasks_follow_each_other_to_completion(house: House) -> None:
    order_id = house.accept(tasks=["one", "two", "three"])
    for name in ("one", "two", "three"):
        (row,) = house.claim()
        assert row["name"] == name
        house.end(row)
    assert house.order(order_id)["state"] == "completed"


def test_a_refusal_undoes_what_was_done_in_reverse(house: House) -> None:
    order_id = house.accept(tasks=["one", "two", "three"])
    for _ in range(2):
        house.end(house.claim()[0])
    house.end(house.claim()[0], "failed", failure=Failure("rejected", "no port", detail={"code": "1001"}))
    undone = []
    while rows := house.claim():
        undone.append(rows[0]["name"])
        house.end(rows[0])
    order = house.order(order_id)
    assert undone == ["undo two", "undo one"]
    assert (order["state"], order["compensated"]) == ("failed", 1)
    assert order["reason"] == "SPS: no port"
    assert house.tasks(order_id)["one"] == "undone"


def test_unreachable_comes_back_later_with_a_readable_reason(house: House) -> None:
    order_id = house.accept()
    house.end(house.claim()[0], "failed", failure=Failure("unavailable", "connection refused"))
    assert house.claim() == []
    house.clock.advance(2 * SECOND)
    (row,) = house.claim()
    assert (row["reason"], row["attempt"]) == ("SPS: connection refused", 2)
    house.end(row)
    assert house.order(order_id)["state"] == "completed"


def test_an_unknown_outcome_is_asked_and_the_answer_decides(house: House) -> None:
    order_id = house.accept()
    (row,) = house.claim()
    house.send(row)
    house.end(row, "failed", failure=Failure("timeout", "no answer"), probe=True)
    (row,) = house.claim()
    assert row["mode"] == "ask"
    house.end(row, "failed", failure=Failure("not_found", "never heard of it"), probe=True)
    (row,) = house.claim()
    assert row["mode"] == "send"
    house.end(row)
    assert house.order(order_id)["state"] == "completed"


def test_what_was_sent_and_never_answered_is_unknown_after_a_crash(house: House) -> None:
    house.accept()
    (row,) = house.claim(lease=0)
    house.send(row, lease=0)
    (again,) = house.claim(owner="w2")
    assert again["crashed"]
    assert again["fence"] == row["fence"] + 1


def test_a_zombies_late_write_is_refused(house: House) -> None:
    order_id = house.accept()
    (zombie,) = house.claim(lease=0)
    (owner,) = house.claim(owner="w2")
    assert not house.send(zombie)
    assert not house.end(zombie, output={"state": "completed"})
    assert house.tasks(order_id) == {"one": "sending"}
    assert house.end(owner)


def test_a_callback_before_the_acknowledgement_counts_and_the_acknowledgement_does_not(house: House) -> None:
    order_id = house.accept()
    (row,) = house.claim()
    house.send(row)
    assert notify(house, row["id"]) == "matched"
    assert not house.end(row, "acknowledged")
    assert house.order(order_id)["state"] == "completed"


def test_duplicate_late_foreign_and_unknown_callbacks_are_kept_and_change_nothing(house: House) -> None:
    order_id = house.accept(tasks=["one", "two"])
    (row,) = house.claim()
    house.end(row, "acknowledged", reply_within=SECOND)
    assert notify(house, row["id"], source="RM") == "foreign"
    assert notify(house, row["id"], state="inProgress") == "progress"
    assert notify(house, row["id"]) == "matched"
    assert notify(house, row["id"]) == "duplicate"
    assert notify(house, row["id"], state="failed") == "contradiction"
    assert notify(house, "tk_nobody") == "unknown"
    assert house.tasks(order_id) == {"one": "completed", "two": "ready"}
    with house.store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.message)) == 7


def test_two_callbacks_in_one_batch_are_applied_once(house: House) -> None:
    order_id = house.accept()
    (row,) = house.claim()
    house.end(row, "acknowledged", reply_within=SECOND)
    events = Events(house.outcomes)
    futures = [house.store.submit(events.apply, event(row["id"])) for _ in range(5)]
    assert sorted(f.result(10) for f in futures) == ["duplicate"] * 4 + ["matched"]
    assert house.order(order_id)["state"] == "completed"


def test_after_three_failures_a_peer_is_left_alone_and_one_success_lets_all_go(house: House) -> None:
    for n in range(5):
        house.accept(f"X{n}")
    rows = house.claim()
    for row in rows[:3]:
        house.end(row, "failed", failure=Failure("unavailable", "refused"))
    house.clock.advance(60 * SECOND)
    assert house.claim() == []
    house.end(rows[3])
    assert len(house.claim()) == 3


def test_what_needs_a_person_waits_in_the_fallout_list_until_it_is_worked(house: House) -> None:
    order_id = house.accept(tasks=["one", "two"])
    house.end(house.claim()[0], "failed", failure=Failure("invalid", "name too long"))
    assert house.order(order_id)["state"] == "fallout"
    (case,) = house.fallouts()
    assert (case["category"], case["reason"]) == ("data", "SPS: name too long")
    act(house, case["id"], "retry", "")
    house.end(house.claim()[0])
    house.end(house.claim()[0])
    assert house.order(order_id)["state"] == "completed"
    assert house.fallouts()[0]["resolution"] == "retry"


@pytest.mark.parametrize(
    ("action", "state"), [("skip", "completed"), ("complete", "completed"), ("cancel", "cancelled")]
)
def test_each_action_leads_where_it_says(house: House, action: str, state: str) -> None:
    order_id = house.accept()
    house.end(house.claim()[0], "failed", failure=Failure("invalid", "odd"))
    result = act(house, house.fallouts()[0]["id"], action, "agreed with the customer")
    assert result == order_id
    while rows := house.claim():
        house.end(rows[0])
    assert house.order(order_id)["state"] == state
    with house.store.read() as connection:
        assert connection.scalar(sa.select(schema.audit.c.action)) == f"fallout.{action}"


def test_actions_without_a_reason_or_twice_are_refused(house: House) -> None:
    house.accept()
    house.end(house.claim()[0], "failed", failure=Failure("invalid", "odd"))
    fallout_id = house.fallouts()[0]["id"]
    assert code(act(house, fallout_id, "skip", " ")) == "invalid"
    assert code(act(house, "fo_x", "retry", "")) == "not_found"
    act(house, fallout_id, "retry", "")
    assert code(act(house, fallout_id, "retry", "")) == "conflict"


def test_a_cancelled_order_takes_back_what_a_peer_has_and_never_sends_the_rest(house: House) -> None:
    order_id = house.accept(tasks=["one", "two", "three"])
    house.end(house.claim()[0])
    house.end(house.claim()[0], "acknowledged", reply_within=60 * SECOND)
    act(house, order_id, "cancel", "customer changed his mind")
    undone = []
    while rows := house.claim():
        undone.append(rows[0]["name"])
        house.end(rows[0])
    assert undone == ["undo two", "undo one"]
    assert house.order(order_id)["state"] == "cancelled"
    assert house.tasks(order_id)["three"] == "cancelled"


def test_cancelled_is_what_an_undo_wants_and_a_refusal_for_everything_else() -> None:
    body = {"externalId": "tk", "state": "cancelled"}
    assert judged("ord", "tk", body, undoing=True).event == "answered"
    assert judged("ord", "tk", body).event == "failed"


def test_the_next_order_of_a_lane_starts_when_the_one_before_has_ended(house: House) -> None:
    fields = {"type": "ResourceOrder", "source": "SPS", "lanes": ["SPS|PI"], "action": "allot", "instance": "PI"}
    first, second = (house.accept(f"S{n}", **fields) for n in range(2))
    (row,) = house.claim()
    assert (row["order_id"], house.order(second)["state"]) == (first, "queued")
    house.end(row)
    (row,) = house.claim()
    assert row["order_id"] == second
