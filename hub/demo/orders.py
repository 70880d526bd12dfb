"""What the day's customers want: invented people, addresses and numbers, all told by a serial number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from interfaces.clock import DAY, SECOND, real_now

CHINA: Final = 8 * 3600
"""Seconds that Chinese wall clocks are ahead of UTC."""
AHEAD: Final = 3
"""Days until the field appointment."""


@dataclass(frozen=True)
class Network:
    """A local network: LAN_ID, administrative code (begins an address id), dialling code (begins a number)."""

    area: str
    admin: str
    dial: str


@dataclass(frozen=True)
class Product:
    """``business``: how it is ordered first, where that is not an install; ``placed``: it is built at an address;
    ``family``: by which some networks choose the system that serves it."""

    code: str
    offer: str
    attributes: tuple[tuple[str, str], ...] = ()
    business: str = ""
    placed: bool = True
    family: str = ""


@dataclass(frozen=True)
class Order:
    """One order as its sender knows it. "" = what it does not speak of: a number where none is chosen, an address or
    an offer where none is to change.

    action, instance  business action, and the product instance it is about (an install has none yet)
    sender            system that orders by SOAP: a sales channel, or billing for who owes and who has paid
    """

    external_id: str
    network: Network
    product: Product
    customer: str
    customer_name: str
    certificate: str
    phone: str
    address: str
    appointment: str
    number: str = ""
    action: str = "install"
    instance: str = ""
    sender: str = "CHAN"

    @property
    def attributes(self) -> list[tuple[str, str]]:
        """Name and value of every product attribute, the address among them."""
        return [*self.product.attributes, *([("ADDRESS_ID", self.address)] if self.address else [])]

    def followed(self, action: str, instance: str, **changes: Any) -> Order:
        """A later order of the same customer on what this one brought; it says no more than what is to change."""
        blank: dict[str, Any] = {"product": Product(self.product.code, ""), "address": "", "number": ""}
        number = f"{self.external_id}-{action}"
        if sender := changes.get("sender"):
            number = f"{number}-{sender}"
        return replace(self, **blank | changes, external_id=number, action=action, instance=instance)


def wall_clock() -> datetime:
    """Now, as clocks in China show it, without a zone: the form of ContractRoot times."""
    return datetime.fromtimestamp(real_now() / SECOND + CHINA, UTC).replace(tzinfo=None)


def make_order(serial: int, network: Network, product: Product, number: str = "") -> Order:
    """The order of the day's ``serial``-th customer. Identity numbers fail their check digit on purpose."""
    when = datetime.fromtimestamp((real_now() + AHEAD * DAY) / SECOND, UTC) + timedelta(seconds=CHINA)
    return Order(
        external_id=f"DAY-{serial:06d}",
        network=network,
        product=product,
        customer=f"2100{serial:08d}",
        customer_name=f"示例客户{serial:06d}",
        certificate=f"11010119900101{serial % 10000:04d}",
        phone=f"1890{serial:07d}",
        address=f"{network.admin}-ADDR-{serial:06d}" if product.placed else "",
        appointment=when.date().isoformat(),
        number=number,
        action=product.business or "install",
    )
