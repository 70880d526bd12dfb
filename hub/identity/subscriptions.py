"""Letting partners in: subscriptions and their credentials as writes of the store, and as records for people.

A refusal comes back as a Failure value, so that neighbours commit. Every change is in the audit with who made it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import sqlalchemy as sa

from hub import journal
from hub.identity import apikey, limits, sign
from hub.identity.book import VERSION
from hub.secrets import is_reference
from hub.store.schema import credential, subscription
from hub.store.versions import count_change
from hub.views.base import Record, missing, when
from interfaces.clock import SECOND, real_now
from interfaces.failure import Failure
from interfaces.ids import new_id

Row = Mapping[Any, Any]

SYSTEM: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}")
KINDS: Final[Mapping[str, str]] = {
    "api-key": "HTTP header Authorization: Bearer or X-API-Key",
    "sign": "SrcSysSign of ContractRoot",
    "username-token": "WS-Security UsernameToken, PasswordText or PasswordDigest",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What a credential is made of.

    reference  env:NAME or file:PATH, for sign and username-token
    lasts      seconds, 0 = for ever
    """

    kind: str = "api-key"
    reference: str = ""
    recipe: str = ""
    lasts: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A new subscription."""

    system: str
    interface: str
    operations: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    callbacks: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    concurrency: int = 0
    proof: Proof = Proof()


@dataclass(frozen=True, slots=True)
class Change:
    """One change: ``of`` is a Wanted (add), or a subscription's id. at: business time, for the audit.

    overlap  seconds the credentials that were there stay good beside a new one
    """

    of: Wanted | str
    who: str
    at: int
    proof: Proof = Proof()
    overlap: int = 0
    reason: str = ""


def add(connection: sa.Connection, batch: Sequence[Change]) -> list[Record | Failure]:
    """Write: the subscription with its credential; an API key stands in the record once, as ``key``."""
    return [_tried(_add, connection, change) for change in batch]


def rotate(connection: sa.Connection, batch: Sequence[Change]) -> list[Record | Failure]:
    """Write: a new credential; those of its kind that were there end after the overlap."""
    return [_tried(_rotate, connection, change) for change in batch]


def revoke(connection: sa.Connection, batch: Sequence[Change]) -> list[Record | Failure]:
    """Write: the subscription and all its credentials end now."""
    return [_tried(_revoke, connection, change) for change in batch]


def records(connection: sa.Connection, system: str = "", everything: bool = False) -> list[Record]:
    """Subscriptions by system and interface, without secrets; revoked ones where ``everything`` is asked for."""
    t = subscription
    query = sa.select(t).order_by(t.c.system, t.c.interface, t.c.id)
    query = query.where(t.c.system == system) if system else query
    query = query if everything else query.where(t.c.state == "active")
    return [_record(connection, row) for row in connection.execute(query).mappings().all()]


def find(connection: sa.Connection, id_: str) -> Record:
    """One; Failure ``not_found``."""
    row = connection.execute(sa.select(subscription).where(subscription.c.id == id_)).mappings().first()
    if row is None:
        raise missing("subscription", id_)
    return _record(connection, row)


def _tried(
    do: Callable[[sa.Connection, Change], Record], connection: sa.Connection, change: Change
) -> Record | Failure:
    try:
        return do(connection, change)
    except Failure as failure:
        return failure


def _add(connection: sa.Connection, change: Change) -> Record:
    wanted = change.of
    assert isinstance(wanted, Wanted)
    _check(wanted)
    t = subscription
    there = sa.select(t.c.id).where(
        t.c.system == wanted.system, t.c.interface == wanted.interface, t.c.state == "active"
    )
    if known := connection.scalar(there):
        raise Failure(
            "conflict",
            f"{wanted.system} has a subscription to {wanted.interface} already",
            where=known,
            advice="give it another credential with rotate, or revoke it first",
        )
    id_ = new_id("sub")
    row = {
        "id": id_,
        "system": wanted.system,
        "interface": wanted.interface,
        "operations": list(wanted.operations),
        "areas": list(wanted.areas),
        "callbacks": list(wanted.callbacks),
        "limits": list(wanted.limits),
        "concurrency": wanted.concurrency,
        "state": "active",
        "created_at": real_now(),
    }
    connection.execute(sa.insert(t).values(row))
    key = _credit(connection, id_, wanted.proof)
    return _done(connection, change, "subscription.add", id_) | key


def _rotate(connection: sa.Connection, change: Change) -> Record:
    record = _active(connection, change)
    now, t = real_now(), credential
    _check_proof(change.proof)
    ends = now + change.overlap * SECOND
    old = sa.and_(t.c.subscription_id == record["id"], t.c.kind == change.proof.kind)
    sooner = sa.and_(old, sa.or_(t.c.expires_at == 0, t.c.expires_at > ends))
    connection.execute(sa.update(t).where(sooner).values(expires_at=ends))
    key = _credit(connection, record["id"], change.proof)
    return _done(connection, change, "subscription.rotate", record["id"]) | key


def _revoke(connection: sa.Connection, change: Change) -> Record:
    record = _active(connection, change)
    t = subscription
    connection.execute(sa.update(t).where(t.c.id == record["id"]).values(state="revoked", revoked_at=real_now()))
    connection.execute(sa.delete(credential).where(credential.c.subscription_id == record["id"]))
    return _done(connection, change, "subscription.revoke", record["id"])


def _active(connection: sa.Connection, change: Change) -> Record:
    record = find(connection, str(change.of))
    if record["state"] != "active":
        raise Failure("conflict", f"the subscription was revoked at {record['revoked_at']}", where=record["id"])
    return record


def _credit(connection: sa.Connection, subscription_id: str, proof: Proof) -> Record:
    """Keep a new credential; ``{"key": ...}`` where one was made."""
    now = real_now()
    made = apikey.make() if proof.kind == "api-key" else None
    row = {
        "id": new_id("cred"),
        "subscription_id": subscription_id,
        "kind": proof.kind,
        "prefix": made.prefix if made else "",
        "hash": made.hash if made else "",
        "reference": proof.reference,
        "recipe": proof.recipe,
        "created_at": now,
        "expires_at": now + proof.lasts * SECOND if proof.lasts else 0,
    }
    connection.execute(sa.insert(credential).values(row))
    return {"key": made.key} if made else {}


def _done(connection: sa.Connection, change: Change, action: str, id_: str) -> Record:
    count_change(connection, VERSION)
    record = find(connection, id_)
    detail = {"system": record["system"], "interface": record["interface"]}
    entry = {"at": change.at, "who": change.who, "action": action, "object": id_, "reason": change.reason}
    journal.audit(connection, [entry | {"detail": detail}])
    return record


def _record(connection: sa.Connection, row: Row) -> Record:
    t = credential
    mine = connection.execute(sa.select(t).where(t.c.subscription_id == row["id"]).order_by(t.c.id)).mappings()
    said = {name: row[name] for name in ("id", "system", "interface", "operations", "areas", "callbacks", "limits")}
    return said | {
        "concurrency": row["concurrency"],
        "state": row["state"],
        "created_at": when(row["created_at"]),
        "revoked_at": when(row["revoked_at"]),
        "credentials": [_credential_record(one) for one in mine],
    }


def _credential_record(row: Row) -> Record:
    """A credential as people see it: which, never what."""
    named = f"{apikey.MARK}{row['prefix']}_..." if row["prefix"] else row["reference"]
    return {
        "id": row["id"],
        "kind": row["kind"],
        "name": named,
        "recipe": row["recipe"],
        "created_at": when(row["created_at"]),
        "expires_at": when(row["expires_at"]),
        "valid": not row["expires_at"] or real_now() < row["expires_at"],
    }


def _check(wanted: Wanted) -> None:
    if not SYSTEM.fullmatch(wanted.system):
        raise Failure("invalid", "a system's code is capital letters, digits and -, like BILL-PHS", where="system")
    if wanted.concurrency < 0:
        raise Failure("invalid", "concurrency is 0 (any) or more", where="concurrency")
    for text in wanted.limits:
        limits.parse(text)
    spans = [limits.parse(text).span for text in wanted.limits]
    if len(set(spans)) < len(spans):
        raise Failure("invalid", "one limit per unit of time", where="limits")
    for address in wanted.callbacks:
        _check_callback(address)
    _check_proof(wanted.proof)


def _check_callback(address: str) -> None:
    """scheme://host:port and nothing else: it is noted for people, and never called by the hub."""
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port and not parts.username
        good = good and address == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        good = False
    if not good:
        raise Failure(
            "invalid", f"{address[:80]!r} is no callback address", where="callbacks", advice="write https://host:port"
        )


def _check_proof(proof: Proof) -> None:
    if proof.kind not in KINDS:
        raise Failure("invalid", f"no credential kind {proof.kind[:40]!r}", advice=f"there are: {', '.join(KINDS)}")
    if proof.lasts < 0:
        raise Failure("invalid", "a credential lasts some time", where="expires")
    if (proof.kind == "api-key") == bool(proof.reference):
        raise Failure(
            "invalid",
            "an API key is made here; a sign and a username-token have a secret of their own",
            where="secret",
            advice="name the secret, never write it: env:NAME or file:PATH",
        )
    if proof.reference and not is_reference(proof.reference):
        raise Failure(
            "invalid", "the secret stands there in clear", where="secret", advice="write env:NAME or file:PATH"
        )
    if proof.recipe:
        if proof.kind != "sign":
            raise Failure("invalid", "only a sign has a recipe", where="recipe")
        sign.parse(proof.recipe)
