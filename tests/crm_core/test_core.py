"""The CRM's use cases over a database in memory, in a file and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from crm_core.core import CrmCore
from crm_core.customers import FINDERS
from interfaces.canonical import schema
from interfaces.clock import Deadline
from interfaces.failure import Failure
from tests.crm_core.orders import CUSTOMER
from tests.stores import ENGINES, empty_schema

NEWCOMER = {"id": "CU-1", "role": "customer", "name": "新示例"}


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database that outlives its core."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/crm.db"
    return empty_schema(request.getfixturevalue("postgres_url"), "crm")


@pytest.fixture
def crm(url: str) -> Iterator[CrmCore]:
    core = CrmCore(url)
    yield core
    core.close()


@pytest.fixture
def memory() -> Iterator[CrmCore]:
    core = CrmCore("sqlite://")
    yield core
    core.close()


def change(key: str, instance: str = "PI-1", who: dict[str, Any] = CUSTOMER, **parts: Any) -> dict[str, Any]:
    product = {
        "id": instance,
        "productOffering": {"id": "FTTH-300M"},
        "productSpecification": {"id": "FTTH"},
        **parts.pop("product", {}),
    }
    base = {"externalId": key, "orderId": "ORDER-1", "area": "8330100", "action": "create", "relatedParty": [who]}
    return {**base, "product": product, **parts}


def products(crm: CrmCore, customer: str = CUSTOMER["id"]) -> dict[str, Any]:
    owner = next((c for c in crm.state()["customers"] if c["id"] == customer), {"instances": []})
    return {instance["id"]: instance for instance in owner["instances"]}


def test_an_instance_is_created_and_activated(crm: CrmCore) -> None:
    created = crm.change("create", change("t1"))
    done = crm.change(
        "activate",
        change(
            "t2",
            completionDate="2026-10-15T16:45:00+08:00",
            serviceNumber="0571-80009999",
            resource=[{"type": "port", "id": "P-1"}],
        ),
    )

    assert (created["state"], created["product"]["status"]) == ("completed", "pendingActive")
    assert created["customer"] == {"id": "200000000042"}
    assert created["billingAccount"] == {"id": "510000042"}
    assert done["product"]["startDate"] == "2026-10-15T08:45:00Z"
    assert products(crm)["PI-1"]["state"] == "active"
    assert products(crm)["PI-1"]["number"] == "0571-80009999"


def test_a_repeat_gets_the_first_answer_and_does_nothing(crm: CrmCore) -> None:
    first = crm.change("create", change("t1"))
    crm.change("discard", change("t2"))

    assert crm.change("create", change("t1")) == first
    assert "PI-1" not in products(crm), "the repeat did not bring the instance back"


def test_other_content_under_the_same_key_is_a_conflict(crm: CrmCore) -> None:
    crm.change("create", change("t1"))

    with pytest.raises(Failure) as caught:
        crm.change("create", change("t1", instance="PI-2"))
    assert caught.value.code == "conflict"
    assert "PI-2" not in products(crm)


def test_one_key_stands_for_one_action(crm: CrmCore) -> None:
    crm.change("create", change("t1", action="create"))

    with pytest.raises(Failure, match="another change"):
        crm.change("discard", change("t1", action="create"))


@pytest.mark.parametrize(
    ("before", "action", "code"),
    [
        ((), "activate", "not_found"),
        (("create",), "create", "rejected"),
        (("create", "activate"), "activate", "rejected"),
        (("create", "discard"), "activate", "rejected"),
        (("create",), "terminate", "rejected"),
    ],
)
def test_what_the_table_does_not_hold_is_refused(crm: CrmCore, before: tuple[str, ...], action: str, code: str) -> None:
    for number, step in enumerate(before):
        crm.change(step, change(f"t{number}"))

    with pytest.raises(Failure) as caught:
        crm.change(action, change("last"))
    assert caught.value.code == code


def test_a_discard_leaves_nothing_and_may_come_first_or_twice(crm: CrmCore) -> None:
    before = crm.state()

    crm.change("discard", change("t0"))
    crm.change("create", change("t1", who=NEWCOMER))
    crm.change("activate", change("t2", who=NEWCOMER))
    crm.change("discard", change("t3"))
    crm.change("discard", change("t4"))

    assert crm.state() == before


def test_only_the_order_that_brought_an_instance_may_discard_it(crm: CrmCore) -> None:
    crm.change("create", change("t1"))

    for instance in ("PI-1", "910200001"):
        with pytest.raises(Failure, match="belongs to another order"):
            crm.change("discard", change(f"t-{instance}", instance=instance, orderId="ORDER-2"))


def test_a_new_customer_comes_with_the_order_and_stays_when_another_order_needs_it(crm: CrmCore) -> None:
    created = crm.change("create", change("t1", who=NEWCOMER))
    crm.change("create", change("t2", instance="PI-2", who=NEWCOMER, orderId="ORDER-2"))
    crm.change("discard", change("t3"))

    assert created["billingAccount"] == {"id": "ACU-1"}
    assert list(products(crm, "CU-1")) == ["PI-2"]


def test_an_unknown_customer_without_a_name_is_refused(crm: CrmCore) -> None:
    with pytest.raises(Failure, match="unknown customer CU-9"):
        crm.change("create", change("t1", who={"id": "CU-9", "role": "customer"}))


def test_an_account_of_somebody_else_is_refused(crm: CrmCore) -> None:
    with pytest.raises(Failure, match="belongs to another customer"):
        crm.change("create", change("t1", billingAccount={"id": "510000101"}))


def test_one_number_serves_one_living_instance(crm: CrmCore) -> None:
    number = {"product": {"serviceNumber": "0571-80000042"}}

    with pytest.raises(Failure) as caught:
        crm.change("create", change("t1", **number))
    assert caught.value.code == "conflict"


@pytest.mark.parametrize(
    ("code_type", "code"),
    [
        ("customerId", "200000000042"),
        ("externalCustomerId", "200000000042"),
        ("serviceNumber", "0571-80000042"),
        ("identification", "110101199001010000"),
        ("productId", "910200001"),
    ],
)
def test_a_customer_is_found_by_any_of_its_codes(crm: CrmCore, code_type: str, code: str) -> None:
    found = crm.customer({"codeType": code_type, "code": code, "infoType": "31", "area": "8330100"})

    assert (found["id"], found["name"], found["infoType"]) == ("200000000042", "张示例", "31")
    assert found["product"][0]["id"] == "910200001"
    assert found["product"][0]["serviceNumber"] == "0571-80000042"
    assert "identification" not in found


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"codeType": "customerId", "code": "1"}, "not_found"),
        ({"codeType": "serviceNumber", "code": "0571-80000042", "area": "8330200"}, "not_found"),
        ({"codeType": "shoeSize", "code": "42"}, "invalid"),
    ],
)
def test_a_query_that_finds_nobody_says_so(crm: CrmCore, query: dict[str, str], code: str) -> None:
    with pytest.raises(Failure) as caught:
        crm.customer(query)
    assert caught.value.code == code


def test_there_is_a_way_to_find_a_customer_by_every_code_type() -> None:
    assert set(FINDERS) == set(schema("CustomerQuery")["properties"]["codeType"]["enum"])


def test_many_threads_make_each_change_once(crm: CrmCore) -> None:
    def make(number: int) -> str:
        return str(crm.change("create", change(f"t{number % 20}", instance=f"PI-{number % 20}"))["state"])

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(make, range(60))) == {"completed"}
    assert len(products(crm)) == 21


def test_a_database_in_memory_serves_as_well(memory: CrmCore) -> None:
    test_an_instance_is_created_and_activated(memory)


def test_the_same_change_come_at_once_by_two_cores_is_done_once(url: str) -> None:
    cores = [CrmCore(url), CrmCore(url)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: cores[n % 2].change("create", change("t1")), range(16)))
    assert all(answer == answers[0] for answer in answers)
    assert len(products(cores[0])) == 2
    for core in cores:
        core.close()


def test_what_was_done_is_there_after_a_restart_and_the_seed_is_not_loaded_twice(url: str) -> None:
    first = CrmCore(url)
    first.change("create", change("t1"))
    state = first.state()
    first.close()

    again = CrmCore(url)
    assert again.state() == state
    again.close()


def test_a_busy_database_is_unavailable_within_the_deadline(url: str) -> None:
    one, other = CrmCore(url), CrmCore(url)

    with one._database.write(), pytest.raises(Failure) as caught:
        other.change("create", change("t1"), Deadline.after(0.05))
    assert caught.value.code == "unavailable"
    assert other.change("create", change("t1"))["state"] == "completed", "nothing was done the first time"


def test_a_database_that_cannot_be_opened_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot be used") as caught:
        CrmCore(f"sqlite:///{tmp_path}/no/such/folder/crm.db")
    assert caught.value.code == "unavailable"


def test_a_broken_seed_names_file_and_line(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text('customers:\n  - {id: "1", name: 甲, area: "8330100", account: A1}\n  - {id: "2", name: 乙}\n')

    with pytest.raises(Failure) as caught:
        CrmCore("sqlite://", seed)
    assert caught.value.where == "seed.yaml:3"


@pytest.mark.parametrize("text", ["clients: []", "customers: {}", "customers: [one]", "- 1"])
def test_a_seed_without_a_list_of_customers_is_refused(tmp_path: Path, text: str) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(text)

    with pytest.raises(Failure, match="list of customers"):
        CrmCore("sqlite://", seed)
