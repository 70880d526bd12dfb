"""What may be ordered for an instance that is there already: how it is checked and planned."""

from __future__ import annotations

from typing import Any

import pytest

from crm_core import suspension
from crm_core.catalogue import bundled_catalogue
from crm_core.order import check, decompose
from interfaces.canonical import validator
from tests.crm_core.orders import NEW_NETWORK, OLD_NETWORK, ids, order, stamped

INSTANCE = "910200101"
WITHDRAWABLE = {"crm.begin", "rm.reserve", "sps.provision", "crm.complete", "bill.sync"}


def change(action: str, offering: str = "", **product: Any) -> dict[str, Any]:
    """One item on the instance; without an offering it is known by its specification."""
    made: dict[str, Any] = {"id": "1", "action": "modify", "businessAction": action}
    named = {"productOffering": {"id": offering}} if offering else {}
    return made | named | {"product": {"id": INSTANCE, "productSpecification": {"id": "VOICE"}, **product}}


def values(**pairs: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs.items()]


WANTED: dict[str, dict[str, Any]] = {
    "remove": change("remove"),
    "move": change("move", productCharacteristic=values(ADDRESS_ID="330100-ADDR-0077")),
    "changeOffer": change("changeOffer", "VOICE-STD"),
    "changeAttribute": change("changeAttribute", productCharacteristic=values(CALL_LEVEL="national")),
    "changeNumber": change("changeNumber", serviceNumber="0571-80001234"),
    "transfer": change("transfer"),
    "suspend": change("suspend"),
    "resume": change("resume"),
}


def planned(item: dict[str, Any], network: Any = NEW_NETWORK, source: str = "CHAN") -> Any:
    assert check(order(item), bundled_catalogue(), "8330100", network.get, source=source) == []
    return decompose(order(item), bundled_catalogue(), network.get, ids, source)


@pytest.mark.parametrize("action", WANTED)
def test_every_action_begins_and_completes_in_crm_and_can_be_taken_back_up_to_what_is_given_back(action: str) -> None:
    plan = planned(WANTED[action])
    assert (plan.product_instance, plan.product_family, plan.action) == (INSTANCE, "VOICE", action)
    names = [t.name for t in plan.tasks]
    assert names[0] == "crm.begin"
    assert "crm.complete" in names
    assert {t.name for t in plan.tasks if t.undo} <= WITHDRAWABLE
    assert {t.name for t in plan.tasks if not t.undo} == {t.name for t in plan.tasks if t.point_of_no_return == "hard"}


@pytest.mark.parametrize("action", WANTED)
def test_a_97_network_keeps_its_resources_itself(action: str) -> None:
    assert {t.function for t in planned(WANTED[action], OLD_NETWORK).tasks} <= {"CRM", "SPS", "BILL"}


@pytest.mark.parametrize("action", WANTED)
def test_every_body_is_of_its_canonical_type(action: str) -> None:
    for task in planned(WANTED[action]).tasks:
        assert validator(task.type).check(stamped(task.type, task.body)) == [], task.name


def test_charging_ends_with_the_service_and_not_with_the_field_work() -> None:
    tasks = {t.name: t for t in planned(WANTED["remove"]).tasks}
    assert tasks["bill.sync"].after == ("sps.provision:serviceStopped",)
    assert ("sps.provision", "completionDate", "chargeEnd") in {
        (i.task, i.path, i.into) for i in tasks["bill.sync"].inputs
    }
    assert tasks["rm.release"].after == ("sps.provision", "bill.sync")


def test_the_milestone_of_a_second_item_is_of_its_own_task() -> None:
    second = change("remove") | {"id": "2"}
    second["product"] = second["product"] | {"id": "910200103"}
    plan = decompose(order(WANTED["remove"], second), bundled_catalogue(), NEW_NETWORK.get, ids)
    assert {t.name: t.after for t in plan.tasks}["bill.sync#2"] == ("sps.provision#2:serviceStopped",)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (change("move"), "move needs the place that is wanted"),
        (change("changeNumber"), "changeNumber needs the number that is wanted"),
        (change("changeOffer"), "changeOffer needs the offering that is wanted"),
        (change("changeOffer", "NONE"), "unknown offering 'NONE'"),
        (change("changeSpeed", "VOICE-STD"), "changeSpeed cannot be ordered for VOICE"),
        (
            change("remove", productCharacteristic=values(SUSPENSION_REASON="lost")),
            "VOICE has no characteristic 'SUSPENSION_REASON'",
        ),
        (change("suspend", productCharacteristic=values(SUSPENSION_REASON="fraud")), "CHAN may not suspend"),
    ],
)
def test_what_such_an_item_may_get_wrong(item: dict[str, Any], message: str) -> None:
    found = check(order(item), bundled_catalogue(), "8330100", NEW_NETWORK.get, source="CHAN")
    assert [f["message"].startswith(message) for f in found] == [True], found


@pytest.mark.parametrize(
    ("instance", "message"),
    [
        ({"id": INSTANCE}, []),
        ({"id": "999"}, ["product instance 999 is unknown"]),
        ({}, ["the item names no product instance"]),
    ],
)
def test_such_an_item_names_an_instance_that_is_there(instance: dict[str, str], message: list[str]) -> None:
    wanted = change("remove")
    wanted["product"] = {"productSpecification": {"id": "VOICE"}, **instance}
    found = check(order(wanted), bundled_catalogue(), "8330100", NEW_NETWORK.get, known={INSTANCE}.__contains__)
    assert [fault["message"] for fault in found] == message


@pytest.mark.parametrize("source", ["CHAN", "CC", "BILL", "BILL-PHS", "RISK"])
@pytest.mark.parametrize("reason", suspension.known())
@pytest.mark.parametrize("action", ["suspend", "resume"])
def test_nobody_sets_or_lifts_a_reason_that_is_not_his(source: str, reason: str, action: str) -> None:
    item = change(action, productCharacteristic=values(SUSPENSION_REASON=reason))
    found = check(order(item), bundled_catalogue(), "8330100", NEW_NETWORK.get, source=source)
    group = action == "suspend" and reason in suspension.table()["groups"]
    assert bool(found) == (reason not in suspension.allowed(source) or group)


@pytest.mark.parametrize(("source", "reason"), [("CHAN", "customer"), ("BILL", "arrears"), ("RISK", "fraud")])
def test_who_names_no_reason_means_his_usual_one(source: str, reason: str) -> None:
    (begin, *_) = planned(change("resume"), source=source).tasks
    assert begin.body["product"]["suspensionReason"] == [reason]
