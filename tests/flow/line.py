"""A product in service, and what every system holds of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.demo.orders import Network, Order, Product
from hub.demo.scenarios import FTTH, ONE
from tests.flow.house import House, Record


@dataclass
class Line:
    """A product in service, its first order and the instance."""

    house: House
    order: Order
    instance: str

    def ordered(self, action: str, channel: str = "soap", **changes: Any) -> Record:
        """The later order at its end."""
        later = self.order.followed(action, self.instance, **changes)
        return self.house.ended(self.house.taken(later, channel))

    def at_rm(self) -> dict[str, str]:
        """What RM holds for it: id -> state."""
        return {r["id"]: r["state"] for r in self.house.peers.state("RM")["holdings"].get(self.instance, [])}

    def in_network(self) -> Record:
        found: Record = self.house.peers.state("NMS")["services"][self.instance]
        return found

    def at_billing(self) -> Record:
        rows = self.house.peers.state("BILL")["subscriptions"]
        return next(row for row in rows if row["instance"] == self.instance)

    def in_crm(self) -> Record:
        customers = self.house.hubs.get("/api/v1/peers/CRM/state")["customers"]
        mine = (i | {"owner": c["id"]} for c in customers for i in c["instances"] if i["id"] == self.instance)
        return next(mine, {})

    def in_97(self) -> Record:
        found: Record = self.house.peers.state("97")["users"][self.instance]
        return found

    def number(self, offset: int) -> str:
        """A number of the same network that no install of this house asks for."""
        network, _, serial = self.order.number.partition("-81")
        return f"{network}-81{int(serial) + offset:06d}"

    def everywhere(self) -> Record:
        """What stands at every peer and in CRM for it, in a form that is equal for equal situations."""
        network = self.house.peers.state("NMS")["services"].get(self.instance, {"state": "closed"})
        billing = [r for r in self.house.peers.state("BILL")["subscriptions"] if r["instance"] == self.instance]
        work = self.house.peers.state("WFM")["work_orders"].values()
        legacy = self.house.peers.state("97")["users"].get(self.instance)
        return {
            "RM": self.at_rm(),
            "NMS": network if network["state"] != "closed" else {},
            "BILL": billing,
            "WFM": [w for w in work if w["owner"] == self.instance and w["state"] == "dispatched"],
            "97": legacy,
            "CRM": self.in_crm(),
        }


def install(house: House, network: Network = ONE, product: Product = FTTH, chosen: bool = False) -> Line:
    """A new customer's product, in service."""
    order = house.order(network, product, chosen)
    record = house.ended(house.taken(order))
    assert record["reached"] == "completed", record["reason"]
    return Line(house, order, record["product_instance"])
