"""Product inventory: what a task of an order may do to a product instance.

Theory: an instance is born by ``create``, lives by ``activate`` and is taken back by ``discard``, which only the
order that brought it may do. Which action is allowed in which state is the table below; each action's own work is
one function. What happens to an instance that is there is in ``changes``: begin, complete, withdraw. A change is known
by its externalId: the same one again gets the same answer and does nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from crm_core import changes
from crm_core.customers import drop_customer, find_account, find_or_create_customer
from crm_core.store.schema import change, product
from crm_core.views import product_view
from interfaces.clock import from_rfc3339, real_now
from interfaces.failure import Failure

Body = Mapping[str, Any]
Instance = Row[Any]

ABSENT = "absent"
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (ABSENT, "create"): "pendingActive",
    ("aborted", "create"): "pendingActive",
    ("pendingActive", "activate"): "active",
    ("pendingActive", "discard"): "aborted",
    ("active", "discard"): "aborted",
    ("aborted", "discard"): "aborted",
    (ABSENT, "discard"): ABSENT,  # the create never came: nothing to take back
}
"""(state, action) -> state. What is not here is refused."""
CHANGES = {"begin": changes.begin, "complete": changes.complete, "withdraw": changes.withdraw}


def apply_change(connection: Connection, action: str, body: Body) -> dict[str, Any]:
    """Do one InventoryChange in the caller's transaction; returns an InventoryChangeResult.

    Failure ``rejected`` (state, owner, customer), ``conflict`` (other content under one key), ``not_found``,
    ``invalid``.
    """
    key, digest = body["externalId"], _digest(action, body)
    seen = connection.execute(select(change.c.digest, change.c.result).where(change.c.key == key)).one_or_none()
    if seen is not None:
        if seen.digest != digest:
            raise Failure("conflict", "another change was made under this externalId", where=key)
        return dict(seen.result)
    result = {"externalId": key, "state": "completed", **_apply(connection, action, body)}
    connection.execute(insert(change).values(key=key, digest=digest, result=result, at=real_now()))
    return result


def _digest(action: str, body: Body) -> str:
    text = json.dumps([action, body], sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _apply(connection: Connection, action: str, body: Body) -> dict[str, Any]:
    instance_id = body.get("product", {}).get("id", "")
    if not instance_id:
        raise Failure("invalid", "the change names no product instance", where="product.id")
    instance = connection.execute(select(product).where(product.c.id == instance_id)).one_or_none()
    if action in CHANGES:
        told = CHANGES[action](connection, instance, body)
        return {**_answer(connection, instance_id), **told}
    state = instance.status if instance else ABSENT
    target = TRANSITIONS.get((state, action))
    if target is None:
        raise _refused(instance_id, state, action)
    if target != ABSENT and target != state:
        WORK[action](connection, instance, {**body, "state": target})
    return _answer(connection, instance_id)


def _refused(instance_id: str, state: str, action: str) -> Failure:
    if state == ABSENT:
        return Failure("not_found", f"unknown product instance {instance_id}", where="product.id")
    return Failure("rejected", f"{action} is not allowed: product instance {instance_id} is {state}", where="action")


def _create(connection: Connection, instance: Instance | None, body: Body) -> None:
    owner = find_or_create_customer(connection, body)
    wanted = body["product"]
    row = {
        "id": wanted["id"],
        "customer_id": owner,
        "account_id": find_account(connection, owner, body.get("billingAccount", {}).get("id", "")),
        "order_id": body["orderId"],
        "area": body["area"],
        "offering": wanted.get("productOffering", {}).get("id", ""),
        "specification": wanted.get("productSpecification", {}).get("id", ""),
        "status": body["state"],
        "service_number": wanted.get("serviceNumber"),
        "started_at": None,
        "ended_at": None,
        "characteristics": wanted.get("productCharacteristic", []),
        "places": wanted.get("place", []),
        "resources": [],
        "suspensions": [],
    }
    if instance is None:
        connection.execute(insert(product).values(**row))
    else:
        connection.execute(update(product).where(product.c.id == row["id"]).values(**row))


def _activate(connection: Connection, instance: Instance | None, body: Body) -> None:
    built = _own(instance, body)
    done = body.get("completionDate")
    values = {
        "status": body["state"],
        "service_number": body.get("serviceNumber") or built.service_number,
        "started_at": from_rfc3339(done) if done else None,
        "resources": body.get("resource", []),
    }
    connection.execute(update(product).where(product.c.id == built.id).values(**values))


def _discard(connection: Connection, instance: Instance | None, body: Body) -> None:
    taken = _own(instance, body)
    values = {"status": body["state"], "resources": []}
    connection.execute(update(product).where(product.c.id == taken.id).values(**values))
    drop_customer(connection, taken.customer_id, body["orderId"])


def _own(instance: Instance | None, body: Body) -> Instance:
    assert instance is not None, "the transition table lets only create meet an absent instance"
    if instance.order_id != body["orderId"]:
        raise Failure("rejected", f"product instance {instance.id} belongs to another order", where="orderId")
    return instance


WORK: Mapping[str, Callable[[Connection, Instance | None, Body], None]] = {
    "create": _create,
    "activate": _activate,
    "discard": _discard,
}


def _answer(connection: Connection, instance_id: str) -> dict[str, Any]:
    row = connection.execute(select(product).where(product.c.id == instance_id)).one_or_none()
    if row is None:
        return {}
    return {
        "product": product_view(row),
        "billingAccount": {"id": row.account_id},
        "customer": {"id": row.customer_id},
    }
