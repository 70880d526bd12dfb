"""Who asks: a partner by its subscription, a person by login, or this machine where authentication is off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from hub.identity.limits import Limit
from hub.views.base import Sight

Kind = Literal["nobody", "partner", "person", "local"]

ROLES: Final[Mapping[str, str]] = {
    "viewer": "sees orders, messages (masked), fallout, peers, topology",
    "integrator": "looks after agreements and partners: sees original bytes and subscriptions too",
    "tester": "sees what a viewer sees and what the in-process systems hold",
    "operator": "works on fallout and orders",
    "supervisor": "an operator who also lets partners and people in",
    "auditor": "sees everything, the audit too, and changes nothing",
}
"""Role -> what it is for. What each may do is the table in hub/identity/access.py."""


@dataclass(frozen=True, slots=True)
class Credential:
    """How a subscription's caller proves who it is.

    kind    api-key, sign, username-token
    hash    of an API key; secret: what must be known in clear, opened from its reference, None when it is not there
    recipe  of a sign; "" = the secret itself
    until   real time, microseconds UTC; 0 = for ever
    """

    id: str
    kind: str
    hash: str = ""
    secret: str | None = None
    recipe: str = ""
    until: int = 0

    def valid(self, now: int) -> bool:
        return not self.until or now < self.until


@dataclass(frozen=True, slots=True)
class Subscription:
    """A caller's system instance may use one interface.

    operations, areas  canonical names and local networks; empty = all
    callbacks          ``scheme://host:port`` where the caller says to be reached, noted for people: the hub calls
                       systems where its configuration says ([peers.CODE] url), and at no address of a message
    limits             requests per window; concurrency: requests open at a time, 0 = any
    family             the transport says who it is and not a credential, so instances of the system share it
    """

    id: str
    system: str
    interface: str
    operations: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    callbacks: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    concurrency: int = 0
    credentials: tuple[Credential, ...] = ()
    family: bool = False

    def speaks_for(self, system: str) -> bool:
        """Whether a message may name ``system`` as its source."""
        return system == self.system or (self.family and system.startswith(f"{self.system}-"))


@dataclass(frozen=True, slots=True)
class Caller:
    """One asker. ``areas`` empty = all. ``form``: the token that a page's forms carry, for a person with a session."""

    kind: Kind
    name: str = ""
    roles: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    subscription: Subscription | None = None
    form: str = ""

    @property
    def sight(self) -> Sight:
        """What of the store is there for this caller."""
        return Sight(system=self.name if self.kind == "partner" else "", areas=self.areas)


NOBODY: Final = Caller("nobody")
LOCAL: Final = Caller("local", "local", frozenset(ROLES))
"""Everybody on this machine, where authentication is off."""


def partner(subscription: Subscription) -> Caller:
    return Caller("partner", subscription.system, subscription=subscription)
