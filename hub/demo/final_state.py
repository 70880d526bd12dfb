"""What the day left behind, customer by customer, in a form that is equal for equal outcomes.

Taken from the systems themselves: CRM for customers and products, BILL for subscriptions. Internal ids, allotted
ports and times are left out: they differ between runs that ended alike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

State = dict[str, Any]


def final_state(crm: State, bills: Iterable[State]) -> State:
    """``{customer: [{"offer", "state", "number", "suspensions", "subscription", "charged", "ended"}]}``, sorted."""
    subscriptions = _subscriptions(bills)
    return {
        customer: sorted((_instance(i, subscriptions) for i in instances), key=digest_of)
        for customer, instances in sorted(_customers(crm).items())
    }


def digest_of(state: Any) -> str:
    """sha256 of canonical JSON."""
    text = json.dumps(state, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _customers(crm: State) -> dict[str, list[State]]:
    return {customer["id"]: customer.get("instances", []) for customer in crm.get("customers", [])}


def _subscriptions(bills: Iterable[State]) -> dict[str, State]:
    """Of all billing systems together; a product that two of them charge would be charged twice at the peers."""
    return {s["instance"]: s for bill in bills for s in bill.get("subscriptions", [])}


def _instance(instance: State, subscriptions: dict[str, State]) -> State:
    subscription = subscriptions.get(instance["id"], {})
    return {
        "offer": instance.get("offer"),
        "state": instance.get("state"),
        "number": instance.get("number"),
        "suspensions": sorted(instance.get("suspensions", [])),
        "subscription": subscription.get("state"),
        "charged": bool(subscription.get("charge_start")),
        "ended": bool(subscription.get("charge_end")),
    }
