"""Which local network an order belongs to, by declared precedence; a disagreement is refused with both values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.topology import Topology
from interfaces.failure import Failure


def derive(body: Mapping[str, Any], topology: Topology) -> str:
    """The LAN_ID of a ProductOrder body: explicit area, else installation address, else number range.

    Raises Failure ``invalid`` when two sources disagree or none tells, ``rejected`` for an unknown area.
    """
    told = list(_told(body, topology))
    if not told:
        raise Failure(
            "invalid",
            "the order does not say which local network it belongs to",
            reason="structure",
            advice="give the LAN_ID (area), an installation address or a service number",
            errors=[{"path": "area", "message": "missing, and neither address nor number tells it"}],
        )
    (how, area), *others = told
    for other_how, other in others:
        if other != area:
            raise Failure(
                "invalid",
                f"{how} says local network {area}, {other_how} says {other}",
                reason="structure",
                advice="correct the one that is wrong",
                errors=[{"path": other_how, "message": f"{other} contradicts {how} {area}"}],
            )
    if topology.areas and not topology.area_known(area):
        raise Failure("rejected", f"local network {area} is not known here", where="area")
    return area


def _told(body: Mapping[str, Any], topology: Topology) -> Iterator[tuple[str, str]]:
    if body.get("area"):
        yield "area", body["area"]
    for item in body.get("productOrderItem", ()):
        product = item.get("product", {})
        for place in product.get("place", ()):
            if area := _by_prefix(place.get("id", ""), topology, "adminCode"):
                yield "product.place.id", area
        if area := _by_prefix(product.get("serviceNumber", ""), topology, "areaCode"):
            yield "product.serviceNumber", area


def _by_prefix(text: str, topology: Topology, column: str) -> str | None:
    """Longest prefix wins; areas that share a prefix tell nothing."""
    fitting = [a for a in topology.areas if a.get(column) and text.startswith(str(a[column]))]
    longest = max((len(str(a[column])) for a in fitting), default=0)
    best = {str(a["area"]) for a in fitting if len(str(a[column])) == longest}
    return best.pop() if len(best) == 1 else None
