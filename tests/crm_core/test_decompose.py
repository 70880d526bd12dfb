from __future__ import annotations

from crm_core.catalogue import bundled_catalogue
from crm_core.order import decompose
from interfaces.plan import Plan, PlannedTask
from tests.crm_core.orders import ADSL, CHOSEN, CONTACT, FTTH, NEW_NETWORK, OLD_NETWORK, VOICE, ids, order


def plan(*items: dict[str, object], network: dict[str, frozenset[str]] = NEW_NETWORK, **parts: object) -> Plan:
    return decompose(order(*items, **parts), bundled_catalogue(), network.get, ids)


def names(made: Plan) -> list[str]:
    return [task.name for task in made.tasks]


def task(made: Plan, name: str) -> PlannedTask:
    return next(t for t in made.tasks if t.name == name)


def test_an_ftth_install_goes_from_inventory_by_provisioning_to_billing() -> None:
    made = plan(FTTH)

    assert names(made) == ["crm.create", "sps.provision", "crm.activate", "bill.sync"]
    assert [t.after for t in made.tasks] == [(), ("crm.create",), ("sps.provision",), ("crm.activate",)]
    assert (made.product_instance, made.product_family, made.action) == ("PI-1", "BROADBAND", "install")
    assert made.version == "catalogue:2026-11-02"


def test_a_chosen_number_is_reserved_before_provisioning_and_released_by_the_undo() -> None:
    made = plan(CHOSEN)
    reserve = task(made, "rm.reserve")

    assert names(made)[:3] == ["crm.create", "rm.reserve", "sps.provision"]
    assert task(made, "sps.provision").after == ("crm.create", "rm.reserve")
    assert reserve.body["resource"] == [{"type": "number", "id": "0571-80001234"}]
    assert reserve.undo is not None
    assert (reserve.undo.operation, reserve.undo.body["action"]) == ("release", "release")


def test_without_a_chosen_number_nothing_is_reserved() -> None:
    assert "rm.reserve" not in names(plan(VOICE))


def test_a_combined_system_gets_one_order_that_carries_the_number() -> None:
    made = plan(CHOSEN, network=OLD_NETWORK, area="8330300")
    service = task(made, "sps.provision").body["service"]

    assert names(made) == ["crm.create", "sps.provision", "crm.activate", "bill.sync"]
    assert service["serviceNumber"] == "0571-80001234"
    assert service["resource"] == [{"type": "number", "id": "0571-80001234"}]


def test_copper_is_planned_where_97_serves() -> None:
    assert plan(ADSL, network=OLD_NETWORK, area="8330300").product_family == "BROADBAND"


def test_completion_starts_the_charge() -> None:
    inputs = {(i.task, i.path, i.into) for i in task(plan(FTTH), "bill.sync").inputs}

    assert ("sps.provision", "completionDate", "chargeStart") in inputs
    assert ("crm.create", "billingAccount", "billingAccount") in inputs


def test_what_was_built_reaches_the_inventory() -> None:
    inputs = {i.path for i in task(plan(FTTH), "crm.activate").inputs}

    assert inputs == {"resource", "serviceNumber", "completionDate"}


def test_an_identity_document_stays_in_the_crm() -> None:
    made = plan(FTTH)

    assert "identification" in task(made, "crm.create").body["relatedParty"][0]
    for name in ("sps.provision", "bill.sync"):
        assert "identification" not in str(task(made, name).body)


def test_what_the_offering_fixes_is_filled_in() -> None:
    short = {**FTTH, "product": {"place": [{"id": "330100-ADDR-0042"}]}}
    service = task(plan(short), "sps.provision").body["service"]

    assert service["serviceCharacteristic"] == [{"name": "SPEED", "value": "300M"}]
    assert service["place"] == [{"id": "330100-ADDR-0042", "role": "installation"}]


def test_a_named_product_instance_is_kept() -> None:
    named = {**VOICE, "product": {"id": "910299999"}}

    assert plan(named).product_instance == "910299999"


def test_a_customer_without_an_id_gets_one() -> None:
    made = plan(FTTH, relatedParty=[{"role": "customer", "name": "新示例"}, CONTACT])

    assert task(made, "crm.create").body["relatedParty"][0]["id"] == "CU-"
    assert task(made, "bill.sync").body["relatedParty"][0]["id"] == "CU-"


def test_each_item_has_its_own_tasks() -> None:
    made = plan(FTTH, {**CHOSEN, "id": "2"}, {"id": "3", "action": "noChange"})

    assert names(made) == [
        *("crm.create", "sps.provision", "crm.activate", "bill.sync"),
        *("crm.create#2", "rm.reserve#2", "sps.provision#2", "crm.activate#2", "bill.sync#2"),
    ]
    assert task(made, "sps.provision#2").after == ("crm.create#2", "rm.reserve#2")
    assert {i.task for i in task(made, "bill.sync#2").inputs} == {"crm.create#2", "sps.provision#2"}
    assert made.product_instance == "PI-1"
    assert task(made, "crm.create#2").body["product"]["id"] == "PI-2"


def test_the_template_of_one_order_does_not_leak_into_the_next() -> None:
    first = plan(FTTH)
    first.tasks[0].body["leak"] = True

    assert plan(FTTH).tasks[0].body == {k: v for k, v in first.tasks[0].body.items() if k != "leak"}
