"""The CRM core's rules behind the hub's Planner port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from crm_core.catalogue import Catalogue, bundled_catalogue
from crm_core.order import check, decompose
from crm_core.order.items import found_in
from hub.planner import Planner, Served
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.plan import Plan


class CataloguePlanner:
    """Checks a ProductOrder against a catalogue and decomposes it. Pure, thread-safe."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def plan(self, message: Message, served: Served) -> Plan:
        """See hub.planner. A refusal is Failure ``rejected`` with every fault in ``errors``."""
        order = message.body
        area = message.area or order.get("area", "")
        family = self._family(order)

        def capabilities(function: str) -> frozenset[str] | None:
            return served(function, family)

        wrong = check(order, self._catalogue, area, capabilities, at=message.at, source=message.source)
        if wrong:
            raise _refusal(wrong, message)
        return decompose(order, self._catalogue, capabilities, ids_of(message, area), message.source)

    def _family(self, order: Mapping[str, Any]) -> str:
        """Product family of the order, by which its tasks are bound: its first item's; "" when nobody sells that."""
        items = order.get("productOrderItem", ())
        product, _ = found_in(self._catalogue, items[0]) if items else (None, None)
        return product.family if product else ""


def _refusal(wrong: list[dict[str, str]], message: Message) -> Failure:
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    return Failure(
        "rejected",
        wrong[0]["message"] + more,
        where=f"order {message.body['externalId']} of {message.source}: {wrong[0]['path']}",
        advice="correct the order and send it again",
        errors=wrong,
    )


def ids_of(message: Message, area: str) -> Callable[[str, str], str]:
    """Ids that the same order of the same source always gets: kind + 16 digits of a hash."""
    stem = f"{message.source}|{area}|{message.body['externalId']}|"

    def made(kind: str, item: str) -> str:
        number = int.from_bytes(sha256(f"{stem}{kind}|{item}".encode()).digest()[:8], "big")
        return f"{kind}{number % 10**16:016d}"

    return made


def build(hub: Any) -> Planner:
    """Named in hub/wiring.py. The bundled catalogue; a broken one is found here, at start."""
    return CataloguePlanner(bundled_catalogue())
