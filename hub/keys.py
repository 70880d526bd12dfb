"""One key, one effect (invariant 2): the digest of what was ordered, and what a repeat means."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from hub.store.engine import plain
from interfaces.failure import Failure

# numbers and times of the exchange, not of the business
VOLATILE = frozenset({"externalId", "orderDate", "priority"})


def digest(body: Mapping[str, Any], volatile: Sequence[str] = ()) -> str:
    """sha256 of the canonical business content without volatile paths (top-level or dotted)."""
    left_out = VOLATILE.union(volatile)
    text = orjson.dumps(_without(body, left_out), default=plain, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


def _without(body: Mapping[str, Any], paths: frozenset[str]) -> dict[str, Any]:
    inner: dict[str, set[str]] = {}
    for path in paths:
        head, dot, rest = path.partition(".")
        if dot:
            inner.setdefault(head, set()).add(rest)
    kept = {}
    for name, value in body.items():
        if name in paths:
            continue
        if name in inner and isinstance(value, Mapping):
            value = _without(value, frozenset(inner[name]))
        kept[name] = value
    return kept


def duplicate_exchange(exchange_id: str, first_message: str, order_id: str) -> Failure:
    """``first_message`` is the journal row that took it; ``order_id`` "" where it was a question."""
    first = f"message {first_message}" + (f", order {order_id}" if order_id else "")
    return Failure(
        "duplicate",
        f"exchange id {exchange_id} was accepted before as {first}",
        where=first,
        advice="send a retry with a new exchange id and the same business number",
        detail={"first": first_message, "order": order_id},
    )


def other_content(source: str, external_id: str, order_id: str) -> Failure:
    return Failure(
        "conflict",
        f"number {external_id} of {source} was used before for other content, by order {order_id}",
        where=f"order {order_id}",
        advice="use a new number, or send the same content to get the first answer again",
        detail={"order": order_id},
    )


def other_number(exchange_id: str, order_id: str) -> Failure:
    """A second order under the exchange id of the first is no repeat: its answer would not be true."""
    return Failure(
        "conflict",
        f"exchange id {exchange_id} was used before for another order, {order_id}",
        where=f"order {order_id}",
        advice="send every order under an exchange id of its own",
        detail={"order": order_id},
    )


def in_transit(order: Mapping[str, Any]) -> Failure:
    """在途: the product instance has an open order."""
    return Failure(
        "conflict",
        f"product instance {order['product_instance']} has an open order {order['id']} ({order['action']})",
        where=f"order {order['id']}, number {order['external_id']} of {order['source']}",
        advice="wait for it, or cancel it first",
        detail={"order": order["id"], "external_id": order["external_id"]},
    )
