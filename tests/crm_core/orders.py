"""Orders and networks to try the rules on. All data is invented."""

from __future__ import annotations

from typing import Any

NEW_NETWORK: dict[str, frozenset[str]] = {name: frozenset() for name in ("CRM", "SPS", "RM", "BILL", "VAS")}
OLD_NETWORK: dict[str, frozenset[str]] = {
    **dict.fromkeys(("CRM", "BILL", "VAS"), frozenset[str]()),
    "SPS": frozenset({"combined"}),
}
CUSTOMER = {
    "id": "200000000042",
    "role": "customer",
    "name": "张示例",
    "identification": {"type": "1", "number": "110101199001010000"},
}
CONTACT = {"role": "contact", "name": "张示例", "phone": "18900000042"}


def ids(kind: str, item: str) -> str:
    return f"{kind}-{item}"


def item(offering: str, number: str = "", item_id: str = "1", **values: str) -> dict[str, Any]:
    """One install item; keyword arguments are its characteristics."""
    product: dict[str, Any] = {
        "productCharacteristic": [{"name": name, "value": value} for name, value in values.items()]
    }
    if number:
        product["serviceNumber"] = number
    return {
        "id": item_id,
        "action": "add",
        "businessAction": "install",
        "productOffering": {"id": offering},
        "product": product,
    }


def order(*items: dict[str, Any], **parts: Any) -> dict[str, Any]:
    base = {"externalId": "PORTAL-20261012-0042", "area": "8330100", "relatedParty": [CUSTOMER, CONTACT]}
    return {**base, **parts, "productOrderItem": list(items)}


FTTH = item("FTTH-300M", SPEED="300M", ADDRESS_ID="330100-ADDR-0042")
VOICE = item("VOICE", ADDRESS_ID="330100-ADDR-0042")
CHOSEN = item("VOICE", number="0571-80001234", ADDRESS_ID="330100-ADDR-0042")
RINGTONE = item("RINGTONE-MONTHLY", number="0571-80001234", TONE="春江花月夜")
ADSL = item("ADSL-4M", SPEED="4M", ADDRESS_ID="330300-ADDR-0001")


def stamped(type_name: str, body: dict[str, Any]) -> dict[str, Any]:
    """A task's body with what the engine adds."""
    added = {"InventoryChange": {"orderId": "ord_1"}, "BillingSync": {}}.get(type_name, {"parentOrder": "ord_1"})
    return {**body, **added, "externalId": "tsk_1", "area": "8330100"}
