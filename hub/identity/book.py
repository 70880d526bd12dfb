"""The book of subscriptions: every process has a copy in memory and follows the store by a version number."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
import structlog

from hub.identity import limits
from hub.identity.who import Credential, Subscription
from hub.secrets import open_secret
from hub.store.schema import credential, subscription
from hub.store.versions import version_of
from hub.store.writer import Store
from interfaces.clock import monotonic

VERSION: Final = "identity_version"
FOLLOW: Final = 0.5
"""Seconds for which a change made by another process may go unseen."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """What the book says at one version.

    keys    prefix of an API key -> the key and whose it is
    pairs   (system, interface) -> subscription
    closed  pairs whose subscription was revoked and not made anew
    """

    version: int = -1
    keys: Mapping[str, tuple[Credential, Subscription]] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], Subscription] = field(default_factory=dict)
    closed: frozenset[tuple[str, str]] = frozenset()


class Book:
    """Thread-safe. ``now`` costs a look into the store every half second, and nothing in between."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._page = Page()
        self._looked_at = -FOLLOW
        self._lock = threading.Lock()

    def now(self) -> Page:
        """The page in force."""
        if monotonic() - self._looked_at >= FOLLOW:
            self.follow()
        return self._page

    def follow(self) -> None:
        """Look now; who has changed something himself calls it, so that he sees it at once."""
        with self._lock, self._store.read() as connection:
            version = version_of(connection, VERSION)
            if version != self._page.version:
                self._page = _read(connection, version)
            self._looked_at = monotonic()


def _read(connection: sa.Connection, version: int) -> Page:
    kept: dict[str, list[tuple[str, Credential]]] = {}
    for row in connection.execute(sa.select(credential).order_by(credential.c.id)).mappings():
        kept.setdefault(row["subscription_id"], []).append((row["prefix"], _credential(row)))
    keys: dict[str, tuple[Credential, Subscription]] = {}
    pairs: dict[tuple[str, str], Subscription] = {}
    closed: set[tuple[str, str]] = set()
    for row in connection.execute(sa.select(subscription)).mappings():
        if row["state"] != "active":
            closed.add((row["system"], row["interface"]))
            continue
        mine = kept.get(row["id"], [])
        one = _subscription(row, tuple(c for _, c in mine))
        pairs[one.system, one.interface] = one
        keys |= {prefix: (c, one) for prefix, c in mine if prefix}
    return Page(version, keys, pairs, frozenset(closed - pairs.keys()))


def _subscription(row: Any, credentials: tuple[Credential, ...]) -> Subscription:
    return Subscription(
        id=row["id"],
        system=row["system"],
        interface=row["interface"],
        operations=frozenset(row["operations"]),
        areas=frozenset(row["areas"]),
        callbacks=tuple(row["callbacks"]),
        limits=tuple(limits.parse(text) for text in row["limits"]),
        concurrency=row["concurrency"],
        credentials=credentials,
    )


def _credential(row: Any) -> Credential:
    secret = _opened(row["id"], row["reference"]) if row["reference"] else None
    return Credential(row["id"], row["kind"], row["hash"], secret, row["recipe"], row["expires_at"])


def _opened(credential_id: str, reference: str) -> str | None:
    """The secret a reference names. Without it the caller is refused; the hub's operator reads why in the log."""
    try:
        return open_secret(reference) or None
    except ValueError as error:
        log.error("a credential cannot be used", credential=credential_id, why=str(error))
        return None
