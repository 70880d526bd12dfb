"""What a new order does to an open one: every meeting is decided by the table, and the decision is carried out."""

from __future__ import annotations

import itertools
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.changes import ALLOWED
from hub import conflict, policy
from hub.accept import Accepted, accept
from hub.conflict import STAGES, VERDICTS, Meeting
from hub.ending import Ending
from hub.lifecycle import ORDER_END
from hub.outcome import Outcomes
from hub.store.engine import sqlite_url
from hub.store.writer import Store
from interfaces.clock import VirtualClock
from interfaces.failure import Failure
from tests.hub.house import House, act
from tests.hub.rows import AT, acceptance

ACTIONS = ("install", *ALLOWED, "subscribe", "unsubscribe")
FAMILIES = ("BROADBAND", "VOICE", "PHS", "VAS")
PATIENT = ("move", "changeSpeed", "changeNumber", "changeAttribute", "changeOffer", "transfer")


def expected(meeting: Meeting) -> str:
    """domain.md section 2, in words of its own: conflicting orders."""
    billing = meeting.source.startswith("BILL") and meeting.new in ("suspend", "resume")
    if meeting.stage == "undoing":
        return "queue" if billing else "refuse"
    if (meeting.open, meeting.new) == ("suspend", "resume") and meeting.same and meeting.stage in ("queued", "early"):
        return "annul"
    if meeting.open == "suspend" and meeting.new in ("remove", "unsubscribe"):
        return "supersede"
    if billing and meeting.open in PATIENT and meeting.stage != "network":
        return "pass"
    return "queue" if billing else "refuse"


@pytest.mark.parametrize("new", ACTIONS)
@pytest.mark.parametrize("open_action", ACTIONS)
def test_every_meeting_of_two_product_orders_has_the_outcome_that_operators_expect(open_action: str, new: str) -> None:
    sources = ("CRM", "CHAN", "CC", "PORTAL", "TMF", "BILL", "BILL-PHS")
    for stage, source, family, same in itertools.product(STAGES, sources, FAMILIES, (True, False)):
        meeting = Meeting("ProductOrder", family, open_action, stage, new, source, same)
        assert conflict.decide(meeting) == expected(meeting), meeting


def test_the_table_is_closed_and_every_row_can_be_met() -> None:
    assert {row["verdict"] for row in conflict.rows()} == set(VERDICTS)
    assert [name for name in conflict.rows()[-1] if name != "verdict"] == []
    for row in conflict.rows():
        assert set(row.get("stage", STAGES)) <= set(STAGES)


def test_a_peers_own_orders_are_queued_and_what_steers_the_field_passes() -> None:
    for stage in STAGES:
        meet = partial(Meeting, family="", open="dispatch", stage=stage, source="SPS")
        assert {conflict.decide(meet("WorkOrder", new=n)) for n in ("cancel", "urge", "changeAppointment")} == {"pass"}
        assert conflict.decide(meet("WorkOrder", new="dispatch")) == "queue"
        assert conflict.decide(Meeting("ResourceOrder", "", "allot", stage, "release", "SPS")) == "queue"


def test_a_service_has_one_open_ticket_which_others_may_urge_and_withdraw() -> None:
    for stage in STAGES:
        ticket = {new: Meeting("TroubleTicket", "", "create", stage, new, "CC") for new in ("create", "urge", "cancel")}
        assert {new: conflict.decide(meeting) for new, meeting in ticket.items()} == {
            "create": "refuse",
            "urge": "pass",
            "cancel": "pass",
        }


# -- how far an order is -----------------------------------------------------------------------------------------


def work(**states: str) -> list[dict[str, Any]]:
    """Tasks by function and state."""
    return [{"function": f, "state": s, "sent": 0, "body": {}} for f, s in states.items()]


@pytest.mark.parametrize(
    ("tasks", "children", "stage"),
    [
        (work(CRM="completed", SPS="ready", BILL="pending"), (), "early"),
        (work(CRM="completed", RM="completed", SPS="ready"), (), "begun"),
        (work(CRM="completed", SPS="waiting"), ("RM", "WFM"), "begun"),
        (work(CRM="completed", SPS="waiting"), ("RM", "WFM", "NMS"), "network"),
        (work(CRM="completed", SPS="waiting"), ("RM", "NA"), "network"),
        (work(CRM="completed", SPS="waiting"), (), "network"),  # a 97 asks nobody: it may be anywhere
        (work(CRM="completed", SPS="completed"), ("RM",), "network"),
        (work(CRM="completed", VAS="sending"), (), "network"),
    ],
)
def test_how_far_an_order_is_follows_from_what_was_sent(
    tasks: list[dict[str, Any]], children: tuple[str, ...], stage: str
) -> None:
    running = {"outcome": "", "state": "running"}
    assert conflict.stage_of(running, tasks, children) == stage
    assert conflict.stage_of(running | {"state": "queued"}, tasks, children) == "queued"
    assert conflict.stage_of(running | {"outcome": "cancelled"}, tasks, children) == "undoing"


# -- what is done about it ---------------------------------------------------------------------------------------


class Lane(House):
    """Orders on one product instance."""

    def order(self, name: str, action: str, source: str = "CHAN", reason: str = "") -> Any:
        """Accepted, or refused with a Failure; two tasks: CRM's own, then provisioning."""
        item = acceptance(name, tasks=["begin", "provision"], action=action, source=source, instance="PI")
        item.tasks[0] |= {"function": "CRM", "peer": "CRM"}
        item.tasks[0]["body"] = item.tasks[0]["body"] | {"product": {"suspensionReason": [reason] if reason else []}}
        return self.store.write(partial(accept, settle=self.outcomes.settle), item)

    def taken(self, *order: str) -> str:
        made = self.order(*order)
        assert isinstance(made, Accepted)
        return made.order_id

    def said(self, order_id: str) -> tuple[str, str]:
        found = self.order_row(order_id)
        return found["state"], found["reason"]

    def order_row(self, order_id: str) -> dict[str, Any]:
        return House.order(self, order_id)

    def work(self, event: str, which: int) -> None:
        """One of the tasks that are due is answered or refused; the others are given back."""
        rows = self.claim(lease=0)
        for row in rows[which : which + 1]:
            failure = {"failure": Failure("rejected", "no")} if event == "failed" else {}
            self.end(row, event, **failure)

    def work_off(self) -> list[str]:
        """Everything that is due, done: the orders in the order in which they were worked on."""
        seen: dict[str, None] = {}
        while rows := self.claim():
            for row in rows:
                seen[row["order_id"]] = None
                self.end(row)
        return list(seen)


@pytest.fixture
def lane(house: House) -> Lane:
    return Lane(house.store, house.clock, house.outcomes)


def test_a_customers_order_on_a_busy_instance_is_refused_and_names_the_open_one(lane: Lane) -> None:
    first = lane.taken("X1", "move")
    refused = lane.order("X2", "changeSpeed")
    assert isinstance(refused, Failure)
    assert (refused.code, first in refused.message) == ("conflict", True)


def test_a_resume_annuls_a_suspend_that_nobody_was_told_of(lane: Lane) -> None:
    suspend = lane.taken("B1", "suspend", "BILL", "arrearsTwoWay")
    resume = lane.taken("B2", "resume", "BILL", "arrears")
    assert lane.said(suspend) == ("cancelled", f"annulled by order {resume} (resume)")
    assert lane.said(resume) == ("cancelled", f"nothing is left to be done: it annulled order {suspend}")
    assert lane.work_off() == []
    assert lane.taken("B3", "suspend", "BILL", "arrearsOneWay")


def test_a_resume_annuls_a_suspend_that_waits_behind_a_move(lane: Lane) -> None:
    move = lane.taken("X1", "move")
    for row in (*lane.claim(),):
        lane.end(row)
    lane.claim()  # provisioning has it: in the network for all we know
    suspend = lane.taken("B1", "suspend", "BILL", "arrearsOneWay")
    assert lane.said(suspend)[0] == "queued"
    resume = lane.taken("B2", "resume", "BILL", "arrears")
    assert {lane.said(o)[0] for o in (suspend, resume)} == {"cancelled"}
    assert lane.said(move)[0] == "running"


def test_a_payment_does_not_annul_what_the_customer_asked_for(lane: Lane) -> None:
    suspend = lane.taken("X1", "suspend", "CHAN", "customer")
    resume = lane.taken("B1", "resume", "BILL", "arrears")
    assert (lane.said(suspend)[0], lane.said(resume)[0]) == ("running", "queued")
    refused = lane.order("X2", "resume", "CHAN", "lost")
    assert isinstance(refused, Failure), "lost is another reason"


def test_a_removal_supersedes_a_suspend_and_follows_when_that_is_taken_back(lane: Lane) -> None:
    suspend = lane.taken("X1", "suspend", "CHAN", "customer")
    (row,) = lane.claim()
    lane.end(row)  # the CRM has noted it
    removal = lane.taken("X2", "remove")
    assert lane.said(suspend) == ("undoing", f"superseded by order {removal} (remove)")
    assert lane.said(removal)[0] == "queued"
    assert lane.work_off() == [suspend, removal]
    assert (lane.said(suspend)[0], lane.said(removal)[0]) == ("cancelled", "completed")


def test_a_removal_that_supersedes_a_suspend_not_yet_begun_starts_at_once(lane: Lane) -> None:
    suspend = lane.taken("X1", "suspend", "CHAN", "customer")
    removal = lane.taken("X2", "remove")
    assert (lane.said(suspend)[0], lane.said(removal)[0]) == ("cancelled", "running")
    assert isinstance(lane.order("X3", "remove"), Failure)


def test_billing_passes_a_move_that_is_not_in_the_network_and_waits_behind_one_that_is(lane: Lane) -> None:
    move = lane.taken("X1", "move")
    beside = lane.taken("B1", "suspend", "BILL", "arrearsOneWay")
    assert lane.said(beside)[0] == "running"
    assert set(lane.work_off()) == {move, beside}
    lane.taken("X2", "move")
    for row in lane.claim():
        lane.end(row)
    lane.claim()
    behind = lane.taken("B2", "resume", "BILL", "arrears")
    assert lane.said(behind)[0] == "queued"


def test_nothing_but_billing_waits_for_what_is_being_taken_back(lane: Lane) -> None:
    first = lane.taken("X1", "move")
    for row in lane.claim():
        lane.end(row)
    lane.claim()
    act(lane, first, "cancel", "customer left")
    assert lane.said(first)[0] == "undoing"
    assert isinstance(lane.order("X2", "remove"), Failure)
    assert lane.said(lane.taken("B1", "suspend", "BILL", "arrearsOneWay"))[0] == "queued"


def test_orders_of_one_batch_see_each_other(house: House) -> None:
    suspend = acceptance("B1", action="suspend", source="BILL", instance="PI")
    resume = acceptance("B2", action="resume", source="BILL", instance="PI")
    for item in (suspend, resume):
        item.tasks[0] |= {"function": "CRM"}
    house.store.submit_all(partial(accept, settle=house.outcomes.settle), [suspend, resume])[1].result()
    assert {house.order(i.order["id"])["state"] for i in (suspend, resume)} == {"cancelled"}


# -- whatever comes in whatever order ----------------------------------------------------------------------------

ORDER = st.tuples(
    st.just("order"),
    st.sampled_from(["move", "changeSpeed", "transfer", "suspend", "resume", "remove"]),
    st.sampled_from([("CHAN", "customer"), ("CHAN", "lost"), ("BILL", "arrearsOneWay"), ("BILL", "arrears")]),
)
WORK = st.tuples(st.just("work"), st.sampled_from(["answered", "failed"]), st.integers(0, 3))
BESIDE = {"suspend", "resume"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(ORDER, WORK), max_size=16))
def test_whatever_is_ordered_no_two_orders_work_at_the_same_thing_and_all_of_them_end(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        store, clock = Store(sqlite_url(Path(folder) / "hub.db")), VirtualClock(AT)
        rules = Outcomes(clock, policy.bundled(), Ending(lambda order: None, lambda channel: False))
        lane, taken = Lane(store, clock, rules), []
        try:
            for number, (what, how, more) in enumerate(steps):
                if what == "order":
                    made = lane.order(f"N{number}", how, *more)
                    taken += [made.order_id] if isinstance(made, Accepted) else []
                else:
                    lane.work(how, more)
                apart(lane, taken)
            lane.work_off()
            assert {lane.said(order)[0] for order in taken} <= ORDER_END, "nothing stands still"
        finally:
            store.close()


def apart(lane: Lane, taken: list[str]) -> None:
    """Of the orders at work, one changes the product and one bars it, at most; the others wait their turn."""
    rows = [lane.order_row(order) for order in taken]
    at_work = [row["action"] for row in rows if row["state"] not in (*ORDER_END, "queued")]
    assert len([action for action in at_work if action in BESIDE]) <= 1
    assert len([action for action in at_work if action not in BESIDE]) <= 1
    if "remove" in at_work:
        assert at_work == ["remove"]
