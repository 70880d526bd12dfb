"""An outcome that is not known: what may have been done is never taken for undone, and an answer is an answer."""

from __future__ import annotations

from hub.claim import overdue
from hub.outcome import Outcome, judged
from interfaces.clock import SECOND
from interfaces.failure import Failure
from tests.hub.house import House, Row, act, notify

LOST = Failure("timeout", "no answer")
DOWN = Failure("unavailable", "connection refused")


def again(house: House) -> Row:
    house.clock.advance(60 * SECOND)
    (row,) = house.claim()
    return row


def test_what_may_have_been_done_stays_so_when_the_next_try_does_not_reach_the_peer(house: House) -> None:
    order_id = house.accept()
    for failure in (LOST, DOWN):
        row = again(house)
        house.send(row)
        house.end(row, "failed", failure=failure, idempotent=True, was_sent=bool(row["sent"]))
    act(house, order_id, "cancel", "customer left")
    row = again(house)
    assert (row["name"], house.order(order_id)["state"]) == ("one", "undoing")
    house.end(row)
    assert again(house)["name"] == "undo one"


def test_what_surely_did_nothing_is_not_taken_back(house: House) -> None:
    order_id = house.accept()
    (row,) = house.claim()
    house.send(row)
    house.end(row, "failed", failure=DOWN, idempotent=True, was_sent=bool(row["sent"]))
    act(house, order_id, "cancel", "customer left")
    assert house.order(order_id)["state"] == "cancelled"


def test_a_peer_that_is_asked_and_says_returned_has_refused(house: House) -> None:
    """The question was answered: this is no failure of asking."""
    order_id = house.accept()
    (row,) = house.claim()
    house.send(row)
    house.end(row, "failed", failure=LOST, probe=True)
    row = again(house)
    outcome = judged(order_id, row["id"], {"state": "returned", "reason": {"class": "noFacility"}}, fence=row["fence"])
    assert house.store.write(house.outcomes.apply, outcome)
    assert (house.order(order_id)["state"], house.fallouts()) == ("failed", [])


def test_a_peer_that_refuses_the_question_itself_leaves_the_outcome_unknown(house: House) -> None:
    order_id = house.accept()
    (row,) = house.claim()
    house.end(row, "failed", failure=LOST, probe=True)
    house.end(again(house), "failed", failure=Failure("rejected", "no questions today"), probe=True)
    assert house.order(order_id)["state"] == "fallout"
    assert house.fallouts()[0]["category"] == "unknown_outcome"


def test_a_callback_that_says_returned_while_the_peer_is_asked_counts(house: House) -> None:
    order_id = house.accept()
    (row,) = house.claim()
    house.end(row, "failed", failure=LOST, probe=True)
    assert notify(house, row["id"], state="returned") == "matched"
    assert house.order(order_id)["state"] == "failed"


def test_an_hour_out_of_reach_uses_up_no_other_patience(house: House) -> None:
    """Nine refused connections, then one lost answer of a peer that honours our key: sent again, not given up."""
    house.accept()
    for failure in (*[DOWN] * 9, LOST):
        row = again(house)
        house.send(row)
        house.end(row, "failed", failure=failure, idempotent=True, attempted=False)
    assert (again(house)["attempt"], house.fallouts()) == (2, [])


def test_a_wait_that_two_processes_see_run_out_is_decided_once(house: House) -> None:
    house.accept()
    (row,) = house.claim()
    house.end(row, "acknowledged", reply_within=SECOND)
    house.clock.advance(2 * SECOND)
    (late,) = house.store.write(overdue, house.clock.now())
    expired = [Outcome(late["order_id"], late["id"], "failed", late["fence"], failure=LOST, idempotent=True)] * 2
    assert [house.store.write(house.outcomes.apply, one) for one in expired] == [True, False]
