from __future__ import annotations

from typing import Any

import pytest

from crm_core.catalogue import bundled_catalogue
from crm_core.order import check
from interfaces.clock import from_rfc3339
from tests.crm_core.orders import ADSL, CHOSEN, CUSTOMER, FTTH, NEW_NETWORK, OLD_NETWORK, VOICE, item, order

ADDRESS = "330100-ADDR-0042"


def faults(
    body: dict[str, Any], network: dict[str, frozenset[str]] = NEW_NETWORK, **more: Any
) -> list[tuple[str, str]]:
    found = check(body, bundled_catalogue(), body.get("area", ""), network.get, **more)
    return [(fault["path"].removeprefix("productOrderItem[0]."), fault["message"]) for fault in found]


@pytest.mark.parametrize("wanted", [FTTH, VOICE, CHOSEN])
def test_a_sound_order_has_no_faults(wanted: dict[str, Any]) -> None:
    assert faults(order(wanted)) == []


@pytest.mark.parametrize("wanted", [ADSL, VOICE, CHOSEN])
def test_a_network_on_97_takes_copper_and_voice(wanted: dict[str, Any]) -> None:
    assert faults(order(wanted), OLD_NETWORK) == []


def test_fibre_is_not_served_where_97_serves() -> None:
    assert faults(order(FTTH, area="8330300"), OLD_NETWORK) == [
        ("productOffering.id", "FTTH is not served in area 8330300")
    ]


def test_copper_goes_on_where_the_new_systems_serve() -> None:
    assert faults(order(ADSL)) == []


def test_an_offering_is_refused_where_no_system_serves_one_of_its_tasks() -> None:
    without_sps = {name: caps for name, caps in NEW_NETWORK.items() if name != "SPS"}

    assert faults(order(FTTH), without_sps) == [
        ("productOffering.id", "FTTH-300M cannot be delivered in area 8330100: no system serves SPS")
    ]


@pytest.mark.parametrize(
    ("wanted", "path", "message"),
    [
        (item("FTTH-9G", SPEED="9G"), "productOffering.id", "unknown offering 'FTTH-9G'"),
        (item(""), "productOffering.id", "the item names no offering"),
        (item("FTTH-300M"), "product.productCharacteristic", "ADDRESS_ID is missing"),
        (
            item("FTTH-300M", SPEED="500M", ADDRESS_ID=ADDRESS),
            "product.productCharacteristic[0].value",
            "FTTH-300M has SPEED 300M",
        ),
        (
            item("FTTH-300M", SPEED="3", ADDRESS_ID=ADDRESS),
            "product.productCharacteristic[0].value",
            "SPEED must be one of 100M, 300M, 500M, 1000M",
        ),
        (
            item("FTTH-300M", ADDRESS_ID="!!"),
            "product.productCharacteristic[0].value",
            "ADDRESS_ID does not match [0-9A-Za-z-]{4,64}",
        ),
        (
            item("VOICE", COLOUR="red"),
            "product.productCharacteristic[0].name",
            "VOICE has no characteristic 'COLOUR'",
        ),
        (
            item("VOICE", number="12"),
            "product.serviceNumber",
            "the service number does not match 0[0-9]{2,3}-?[0-9]{7,8}",
        ),
        ({**FTTH, "businessAction": "replaceCard"}, "businessAction", "replaceCard cannot be ordered for FTTH"),
        (
            {**FTTH, "businessAction": None, "action": "modify"},
            "businessAction",
            "item action 'modify' needs a business action",
        ),
        (
            {**FTTH, "product": {**FTTH["product"], "productSpecification": {"id": "VOICE"}}},
            "product.productSpecification.id",
            "FTTH-300M is an offering of FTTH, not of VOICE",
        ),
    ],
)
def test_what_an_item_may_get_wrong(wanted: dict[str, Any], path: str, message: str) -> None:
    assert faults(order(wanted)) == [(path, message)]


def test_all_faults_are_told_at_once() -> None:
    found = faults(order(item("FTTH-300M", SPEED="1M"), item("NONE", item_id="1"), relatedParty=[]))

    assert [path for path, _ in found] == [
        "relatedParty[role=customer]",
        "productOrderItem[*].id",
        "product.productCharacteristic[0].value",
        "product.productCharacteristic",
        "productOrderItem[1].productOffering.id",
    ]


def test_the_address_may_stand_in_place() -> None:
    placed = {**item("FTTH-300M"), "product": {"place": [{"id": ADDRESS, "role": "installation"}]}}

    assert faults(order(placed)) == []


def test_a_new_customer_needs_a_name() -> None:
    assert faults(order(FTTH, relatedParty=[{"role": "customer", "name": "新示例"}])) == []
    assert faults(order(FTTH, relatedParty=[{"role": "customer"}]))[0][0] == "relatedParty[role=customer]"


def test_an_order_without_a_network_is_refused() -> None:
    body = order(VOICE)
    del body["area"]

    assert faults(body)[0] == ("area", "the order names no local network (area)")


def test_an_order_that_changes_nothing_is_refused() -> None:
    assert faults(order({"id": "1", "action": "noChange"})) == [("productOrderItem", "no item asks for a change")]


def test_an_instance_that_exists_cannot_be_installed_again() -> None:
    taken = {**VOICE, "product": {"id": "910200001"}}

    assert faults(order(taken), known=lambda _: True) == [("product.id", "product instance 910200001 already exists")]
    assert faults(order(taken), known=lambda _: False) == []


def test_an_offering_is_sold_only_from_its_first_day() -> None:
    assert faults(order(FTTH), at=from_rfc3339("2019-12-31T15:00:00Z"))[0][1] == "FTTH-300M is not sold at this date"
    assert faults(order(FTTH), at=from_rfc3339("2019-12-31T16:00:00Z")) == []


def test_the_customer_of_the_samples_is_fine() -> None:
    assert CUSTOMER["id"] == "200000000042"
    assert faults(order(FTTH, relatedParty=[CUSTOMER])) == []
