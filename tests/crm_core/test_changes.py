"""What may be done to an instance that is there: every action in every state, begun, completed, taken back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core import suspension
from crm_core.changes import ALLOWED, TOUCHES
from crm_core.core import CrmCore
from interfaces.failure import Failure

MINE = {"role": "customer", "id": "CU-1", "name": "新示例"}
TAKER = {"role": "customer", "id": "CU-2", "name": "受让示例"}
PORT = [{"type": "port", "id": "P-1", "state": "occupied"}]
STOPPED = "2026-11-20T08:00:00Z"


def value(name: str, what: str) -> list[dict[str, str]]:
    return [{"name": name, "value": what}]


WANTED: dict[str, dict[str, Any]] = {
    "remove": {},
    "move": {
        "place": [{"id": "ADDR-2", "role": "installation"}],
        "productCharacteristic": [{"name": "ADDRESS_ID", "value": "ADDR-2"}],
    },
    "changeSpeed": {
        "productOffering": {"id": "FTTH-500M"},
        "productCharacteristic": [{"name": "SPEED", "value": "500M"}],
    },
    "changeAttribute": {"productCharacteristic": [{"name": "SPEED", "value": "100M"}]},
    "changeOffer": {"productOffering": {"id": "FTTH-1000M"}},
    "changeNumber": {"serviceNumber": "0571-80000002"},
    "transfer": {},
    "suspend": {"suspensionReason": ["customer"]},
    "resume": {"suspensionReason": ["fraud"]},
}
STATES = ("absent", "pendingActive", "active", "suspended", "terminated", "aborted")
AFTER = {"remove": "terminated", "suspend": "suspended", "resume": "active"}


class Inventory:
    """One instance ``PI`` and short words for what orders do to it."""

    def __init__(self) -> None:
        self.crm = CrmCore("sqlite://", seed=None)
        self._keys = itertools.count(1)

    def do(self, operation: str, action: str, order: str = "O-2", **more: Any) -> dict[str, Any]:
        product = {"id": "PI", **(WANTED.get(action, {}) if operation == "begin" else {}), **more.pop("product", {})}
        body = {
            "externalId": f"t{next(self._keys)}",
            "orderId": order,
            "area": "8330100",
            "action": operation,
            "businessAction": action,
            "relatedParty": [TAKER if action == "transfer" else MINE],
            "product": product,
        }
        return self.crm.change(operation, body | more)

    def born(self, state: str = "active") -> None:
        """The instance in this state."""
        if state == "absent":
            return
        place = [{"id": "ADDR-1", "role": "installation"}]
        new = {
            "productOffering": {"id": "FTTH-300M"},
            "productSpecification": {"id": "FTTH"},
            "serviceNumber": "0571-80000001",
            "productCharacteristic": [{"name": "SPEED", "value": "300M"}],
            "place": place,
        }
        self.do("create", "install", "O-1", product=new)
        if state == "aborted":
            self.do("discard", "install", "O-1")
        elif state != "pendingActive":
            self.do("activate", "install", "O-1", resource=PORT, completionDate="2026-11-01T08:00:00Z")
        if state == "suspended":
            self.whole("suspend", "O-S", product={"suspensionReason": ["fraud"]})
        elif state == "terminated":
            self.whole("remove", "O-R")

    def whole(self, action: str, order: str = "O-2", **more: Any) -> dict[str, Any]:
        self.do("begin", action, order, **more)
        return self.do("complete", action, order, completionDate=STOPPED)

    def begins(self, action: str, order: str) -> bool:
        """Whether the order may begin; a refusal is one of the business."""
        try:
            self.do("begin", action, order)
        except Failure as refused:
            if refused.code != "rejected":
                raise
            return False
        return True

    def instance(self) -> dict[str, Any]:
        return next((i for c in self.crm.state()["customers"] for i in c["instances"]), {})


@pytest.fixture
def there() -> Iterator[Inventory]:
    made = Inventory()
    yield made
    made.crm.close()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", WANTED)
def test_every_action_in_every_state_is_done_or_refused_with_a_reason(
    there: Inventory, action: str, state: str
) -> None:
    there.born(state)
    before = there.crm.state()
    if state in ALLOWED[action]:
        there.whole(action)
        assert there.instance()["state"] == AFTER.get(action, state)
        return
    with pytest.raises(Failure) as refused:
        there.do("begin", action)
    assert (refused.value.code, bool(refused.value.message)) == ("not_found" if state == "absent" else "rejected", True)
    assert there.crm.state() == before


@pytest.mark.parametrize("until", ["begin", "complete"])
@pytest.mark.parametrize("action", WANTED)
def test_what_an_order_began_or_completed_is_taken_back_whole(there: Inventory, action: str, until: str) -> None:
    there.born(ALLOWED[action][-1])
    before = there.crm.state()
    there.do("begin", action)
    if until == "complete":
        there.do("complete", action, completionDate=STOPPED)
        assert there.crm.state() != before
    there.do("withdraw", action)
    assert there.crm.state() == before
    there.whole(action, "O-9")  # and may be ordered again


@pytest.mark.parametrize("action", WANTED)
def test_taking_back_what_never_came_changes_nothing(there: Inventory, action: str) -> None:
    there.born()
    before = there.crm.state()
    there.do("withdraw", action)
    assert there.crm.state() == before


@pytest.mark.parametrize("action", WANTED)
def test_what_never_began_cannot_be_completed(there: Inventory, action: str) -> None:
    there.born()
    with pytest.raises(Failure, match="has begun nothing"):
        there.do("complete", action)


@pytest.mark.parametrize("second", WANTED)
@pytest.mark.parametrize("first", ["move", "changeNumber", "suspend", "transfer"])
def test_two_orders_are_open_on_an_instance_only_where_they_touch_different_things(
    there: Inventory, first: str, second: str
) -> None:
    there.born("active")
    there.do("begin", first, "O-2")
    apart = not TOUCHES[first] & TOUCHES[second] and "active" in ALLOWED[second]
    with nullcontext() if apart else pytest.raises(Failure, match=r"O-2|is active"):
        there.do("begin", second, "O-3")


def test_begin_tells_what_there_is_and_changes_nothing(there: Inventory) -> None:
    there.born()
    told = there.do("begin", "changeNumber")
    assert (told["product"]["serviceNumber"], told["product"]["realizingResource"]) == ("0571-80000001", PORT)
    assert there.instance()["number"] == "0571-80000001"


@pytest.mark.parametrize("action", [a for a in WANTED if a != "transfer"])
def test_another_customers_product_is_not_touched(there: Inventory, action: str) -> None:
    there.born(ALLOWED[action][-1])
    with pytest.raises(Failure, match="another customer"):
        there.do("begin", action, relatedParty=[TAKER])


def test_a_product_passes_to_a_new_customer_with_its_bills(there: Inventory) -> None:
    there.born()
    told = there.do("begin", "transfer")
    there.do("complete", "transfer")
    assert (told["customer"]["id"], told["billingAccount"]["id"]) == ("CU-1", "ACU-2")
    owner = {c["id"]: [i["id"] for i in c["instances"]] for c in there.crm.state()["customers"]}
    assert owner == {"CU-1": [], "CU-2": ["PI"]}


def test_a_number_that_serves_somebody_else_is_not_given(there: Inventory) -> None:
    there.born()
    with pytest.raises(Failure, match="another number than"):
        there.do("begin", "changeNumber", product={"serviceNumber": "0571-80000001"})


# -- suspension ------------------------------------------------------------------------------------------------

REASONS = tuple(suspension.table()["reasons"])


@pytest.mark.parametrize("second", REASONS)
@pytest.mark.parametrize("first", REASONS)
def test_the_network_bars_what_the_strictest_reason_asks_and_a_resume_takes_one_reason_away(
    there: Inventory, first: str, second: str
) -> None:
    there.born()
    levels = suspension.table()["levels"]
    there.whole("suspend", "O-2", product={"suspensionReason": [first]})
    if first == second:
        with pytest.raises(Failure, match="for this reason already"):
            there.do("begin", "suspend", "O-3", product={"suspensionReason": [second]})
        return
    told = there.do("begin", "suspend", "O-3", product={"suspensionReason": [second]})
    there.do("complete", "suspend", "O-3")
    strictest = max((suspension.table()["reasons"][r]["level"] for r in (first, second)), key=levels.index)
    assert told["characteristic"] == value("BARRING", strictest)
    there.whole("resume", "O-4", product={"suspensionReason": [second]})
    left = [] if suspension.table()["reasons"][second].get("replaces") == first else [first]
    assert there.instance().get("suspensions", []) == left
    assert there.instance()["state"] == ("suspended" if left else "active")


def test_a_payment_never_lifts_what_the_customer_asked_for(there: Inventory) -> None:
    there.born()
    there.whole("suspend", "O-2", product={"suspensionReason": ["customer"]})
    there.whole("suspend", "O-3", product={"suspensionReason": ["arrearsTwoWay"]})
    told = there.do("begin", "resume", "O-4", product={"suspensionReason": ["arrears"]})
    there.do("complete", "resume", "O-4")
    assert told["characteristic"] == [{"name": "BARRING", "value": "both"}]
    assert (there.instance()["state"], there.instance()["suspensions"]) == ("suspended", ["customer"])


def test_the_table_of_reasons_is_closed() -> None:
    table = suspension.table()
    for reason in table["reasons"].values():
        assert reason["level"] in table["levels"][1:]
        assert reason.get("replaces", REASONS[0]) in REASONS
    for names in (*table["groups"].values(), *table["by"].values()):
        assert set(names) <= set(suspension.known())
    settable = {r for names in table["by"].values() for r in names}
    assert set(REASONS) <= settable, "every reason has somebody who may set it"


# -- whatever comes in whatever order ----------------------------------------------------------------------------

FATES = ("kept", "withdrawn when begun", "withdrawn when completed", "begun again by another")
ORDERS = st.lists(st.tuples(st.sampled_from(sorted(WANTED)), st.sampled_from(FATES)), max_size=10)


@settings(max_examples=60, deadline=None)
@given(ORDERS)
def test_an_order_that_is_refused_or_withdrawn_is_as_if_it_had_never_come(orders: list[tuple[str, str]]) -> None:
    there = Inventory()
    there.born()
    for number, (action, fate) in enumerate(orders):
        before, order = there.crm.state(), f"O-{number + 10}"
        if not there.begins(action, order):
            assert there.crm.state() == before
            continue
        if fate == "begun again by another":
            with pytest.raises(Failure, match=order):
                there.do("begin", action, f"{order}-B")
        if fate != "withdrawn when begun":
            there.do("complete", action, order, completionDate=STOPPED)
        if fate.startswith("withdrawn"):
            there.do("withdraw", action, order)
            assert there.crm.state() == before
        suspended = there.instance().get("suspensions", [])
        assert (there.instance()["state"] == "suspended") == bool(suspended)
    there.crm.close()
