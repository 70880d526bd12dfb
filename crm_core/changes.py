"""What an order may do to a product instance that is there already: begin, complete, withdraw.

Theory: ``begin`` checks the business action against the instance's state (``ALLOWED``) and notes what is wanted;
nothing of the instance changes yet, so old and new are both known until ``complete`` puts the new in its place.
``withdraw`` takes either back: the order is as if it had never come. Two orders may be open on an instance only where
they touch different things (``TOUCHES``); the hub's conflict table decides before, this is the last word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from crm_core import suspension
from crm_core.customers import LIVING, drop_customer, find_account, find_or_create_customer
from crm_core.store.schema import pending, product
from interfaces.clock import from_rfc3339
from interfaces.failure import Failure

Body = Mapping[str, Any]
Instance = Row[Any]
Values = dict[str, Any]

CHANGING = ("changeSpeed", "changeAttribute", "changeOffer")
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "remove": ("active", "suspended"),
    "move": ("active",),
    **dict.fromkeys(CHANGING, ("active",)),
    "changeNumber": ("active",),
    "transfer": ("active",),
    "suspend": ("active", "suspended"),
    "resume": ("suspended",),
}
"""Business action -> states of an instance in which it may begin. Everything else is refused with a reason."""

BARRING = "BARRING"
"""Characteristic that tells the network what to bar: a level of suspension_reasons.yaml."""

TOUCHES: Mapping[str, frozenset[str]] = {
    "remove": frozenset({"product", "network", "owner", "suspension"}),
    "move": frozenset({"product", "network"}),
    **dict.fromkeys(CHANGING, frozenset({"product", "network"})),
    "changeNumber": frozenset({"product", "network"}),
    "transfer": frozenset({"owner", "network"}),
    "suspend": frozenset({"suspension"}),
    "resume": frozenset({"suspension"}),
}


def begin(connection: Connection, instance: Instance | None, body: Body) -> Values:
    """Note what the order wants. Returns what the answer says beyond the instance as it still is.

    Failure ``not_found``; ``rejected`` for a state, an owner, a reason or another open order that forbids it.
    """
    action = body.get("businessAction", "")
    if instance is None:
        raise Failure("not_found", f"unknown product instance {body['product']['id']}", where="product.id")
    if instance.status not in ALLOWED.get(action, ()):
        raise _refused(f"{action} is not allowed: product instance {instance.id} is {instance.status}")
    _check_others(connection, instance, body)
    wanted = WANTED[action](connection, instance, body)
    row = {"instance": instance.id, "order_id": body["orderId"], "action": action, "wanted": wanted, "done": 0}
    connection.execute(insert(pending).values(**row, before={name: getattr(instance, name) for name in wanted}))
    return _told(wanted)


def complete(connection: Connection, instance: Instance | None, body: Body) -> Values:
    """Put what was wanted in its place, with what was built. Failure ``rejected`` when the order never began."""
    noted = _noted(connection, body)
    if instance is None or noted is None:
        raise _refused(f"order {body['orderId']} has begun nothing on product instance {body['product']['id']}")
    values = {**noted.wanted, **_built(noted.action, body)}
    connection.execute(update(product).where(product.c.id == instance.id).values(**values))
    connection.execute(update(pending).where(_mine(body)).values(done=1))
    return {}


def withdraw(connection: Connection, instance: Instance | None, body: Body) -> Values:
    """Take back what this order began or completed; nothing when it never came."""
    noted = _noted(connection, body)
    if instance is None or noted is None:
        return {}
    if noted.done:
        connection.execute(update(product).where(product.c.id == instance.id).values(**noted.before))
    connection.execute(delete(pending).where(_mine(body)))
    if "customer_id" in noted.wanted:
        drop_customer(connection, noted.wanted["customer_id"], body["orderId"])
    return {}


# -- what each action wants --------------------------------------------------------------------------------------


def _of_owner(connection: Connection, instance: Instance, body: Body) -> None:
    named = next((p.get("id") for p in body.get("relatedParty", ()) if p["role"] == "customer"), None)
    if named not in (None, instance.customer_id):
        raise _refused(f"product instance {instance.id} belongs to another customer", "relatedParty[role=customer].id")


def _removal(connection: Connection, instance: Instance, body: Body) -> Values:
    _of_owner(connection, instance, body)
    return {"status": "terminated", "ended_at": None, "suspensions": [], "resources": []}


def _move(connection: Connection, instance: Instance, body: Body) -> Values:
    _of_owner(connection, instance, body)
    places = body["product"].get("place", [])
    if not places or places == instance.places:
        raise _refused("a move needs another place than the present one", "product.place")
    return {"places": places, "resources": instance.resources, "characteristics": _merged(instance, body)}


def _change(connection: Connection, instance: Instance, body: Body) -> Values:
    _of_owner(connection, instance, body)
    wanted = body["product"]
    offering = wanted.get("productOffering", {}).get("id", instance.offering)
    values = {"offering": offering, "characteristics": _merged(instance, body)}
    if all(getattr(instance, name) == value for name, value in values.items()):
        raise _refused(f"product instance {instance.id} is as it is wanted already", "product")
    return values


def _number(connection: Connection, instance: Instance, body: Body) -> Values:
    _of_owner(connection, instance, body)
    wanted = body["product"].get("serviceNumber")
    if not wanted or wanted == instance.service_number:
        raise _refused("a change of number needs another number than the present one", "product.serviceNumber")
    living = select(product.c.id).where(
        product.c.service_number == wanted,
        product.c.area == instance.area,
        product.c.specification == instance.specification,
        product.c.status.in_(LIVING),
    )
    if connection.execute(living).first() is not None:
        raise _refused("the number serves another product instance", "product.serviceNumber")
    return {"service_number": wanted, "resources": instance.resources}


def _transfer(connection: Connection, instance: Instance, body: Body) -> Values:
    taker = find_or_create_customer(connection, body)
    account = find_account(connection, taker, body.get("billingAccount", {}).get("id", ""))
    if (taker, account) == (instance.customer_id, instance.account_id):
        raise _refused(f"product instance {instance.id} is this customer's already", "relatedParty[role=customer].id")
    return {"customer_id": taker, "account_id": account}


def _suspend(connection: Connection, instance: Instance, body: Body) -> Values:
    _of_owner(connection, instance, body)
    reason = _reason(body)
    if reason not in suspension.table()["reasons"]:
        raise _refused(f"say which of them: {', '.join(suspension.members(reason))}", "product.suspensionReason")
    if reason in instance.suspensions:
        raise _refused(f"product instance {instance.id} is suspended for this reason already: {reason}")
    return _standing(suspension.added(instance.suspensions, reason))


def _resume(connection: Connection, instance: Instance, body: Body) -> Values:
    _of_owner(connection, instance, body)
    left = suspension.lifted(instance.suspensions, _reason(body))
    if left == instance.suspensions:
        there = ", ".join(instance.suspensions)
        raise _refused(f"product instance {instance.id} is not suspended for this reason; it is for: {there}")
    return _standing(left)


WANTED: Mapping[str, Callable[[Connection, Instance, Body], Values]] = {
    "remove": _removal,
    "move": _move,
    **dict.fromkeys(CHANGING, _change),
    "changeNumber": _number,
    "transfer": _transfer,
    "suspend": _suspend,
    "resume": _resume,
}
"""Business action -> the columns it wants to have, checked against what there is."""


def _standing(reasons: list[str]) -> Values:
    return {"suspensions": reasons, "status": "suspended" if reasons else "active"}


def _reason(body: Body) -> str:
    named = body["product"].get("suspensionReason") or [""]
    if named[0] not in suspension.known():
        raise _refused(f"no such reason: {named[0] or 'none given'}", "product.suspensionReason")
    return str(named[0])


def _merged(instance: Instance, body: Body) -> list[Body]:
    values = {entry["name"]: entry["value"] for entry in instance.characteristics}
    values |= {entry["name"]: entry["value"] for entry in body["product"].get("productCharacteristic", ())}
    return [{"name": name, "value": value} for name, value in values.items()]


def _told(wanted: Values) -> Values:
    """What the work that follows has to know: what to bar, which account is charged from now on."""
    told: Values = {}
    if "suspensions" in wanted and wanted["status"] != "terminated":
        told["characteristic"] = [{"name": BARRING, "value": suspension.barring(wanted["suspensions"])}]
    if "account_id" in wanted:
        told["billingAccount"] = {"id": wanted["account_id"]}
    return told


# -- what was built ----------------------------------------------------------------------------------------------


def _built(action: str, body: Body) -> Values:
    """What the work has brought: the end of service, the resources now in use."""
    if action == "remove":
        done = body.get("completionDate")
        return {"ended_at": from_rfc3339(done) if done else None}
    if action in ("move", "changeNumber") and "resource" in body:
        return {"resources": body["resource"]}
    return {}


# -- shared ------------------------------------------------------------------------------------------------------


def _check_others(connection: Connection, instance: Instance, body: Body) -> None:
    mine = TOUCHES[body["businessAction"]]
    others = select(pending.c.order_id, pending.c.action).where(pending.c.instance == instance.id, pending.c.done == 0)
    for other in connection.execute(others):
        if mine & TOUCHES[other.action]:
            raise _refused(f"order {other.order_id} ({other.action}) is open on product instance {instance.id}")


def _mine(body: Body) -> Any:
    return (pending.c.instance == body["product"]["id"]) & (pending.c.order_id == body["orderId"])


def _noted(connection: Connection, body: Body) -> Row[Any] | None:
    return connection.execute(select(pending).where(_mine(body))).one_or_none()


def _refused(message: str, where: str = "action") -> Failure:
    return Failure("rejected", message, where=where)
