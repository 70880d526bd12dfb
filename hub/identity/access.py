"""Who may use which route: one table over everything that is served, and the only place where it is decided.

A route that is not here is closed for everybody; a test walks the served app and wants a line for each. Partners see
what they ordered and what they said; people see the local networks they are for. What is not seen answers 404.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hub.identity.who import ROLES, Caller
from interfaces.failure import Failure


@dataclass(frozen=True, slots=True)
class Access:
    """roles: people who may; partner: so may an outside system, for what is its own; anyone: without a credential."""

    roles: frozenset[str] = frozenset()
    partner: bool = False
    anyone: bool = False


def _people(*roles: str) -> Access:
    return Access(frozenset(roles))


ANYONE: Final = Access(frozenset(ROLES), partner=True, anyone=True)
PERSON: Final = _people(*ROLES)
OWN: Final = Access(frozenset(ROLES), partner=True)
PARTNER: Final = Access(partner=True)
WORKS: Final = _people("operator", "supervisor")
BYTES: Final = Access(frozenset({"integrator", "operator", "supervisor", "auditor"}), partner=True)
HOLDINGS: Final = _people("integrator", "tester", "operator", "supervisor", "auditor")
PARTNERS: Final = _people("integrator", "supervisor", "auditor")
AGREES: Final = _people("integrator", "supervisor")
RULES: Final = _people("supervisor")
AUDIT: Final = _people("supervisor", "auditor")

TMF622: Final = "/tmf-api/productOrderingManagement/v4/productOrder"

# fmt: off
ACCESS: Final[dict[tuple[str, str], Access]] = {
    # the process
    ("GET",  "/healthz"):                             ANYONE,
    ("GET",  "/readyz"):                              ANYONE,
    ("GET",  "/metrics"):                             PERSON,
    ("GET",  "/docs"):                                OWN,
    ("GET",  "/openapi.json"):                        OWN,
    ("GET",  "/asyncapi.json"):                       OWN,
    # doors: the subscription decides, in adapters/doors; a contract is no secret
    ("GET",  "/soap/{interface}"):                    ANYONE,
    ("POST", "/soap/{interface}"):                    PARTNER,
    ("GET",  "/soap/exchange"):                       ANYONE,
    ("POST", "/soap/exchange"):                       PARTNER,
    ("POST", "/http/exchange"):                       PARTNER,
    ("POST", TMF622):                                 PARTNER,
    ("GET",  TMF622):                                 OWN,
    ("GET",  TMF622 + "/{order_id}"):                 OWN,
    # what became of orders
    ("GET",  "/api/v1/orders"):                       OWN,
    ("GET",  "/api/v1/orders/{order_id}"):            OWN,
    ("GET",  "/api/v1/orders/{order_id}/timeline"):   PERSON,
    ("POST", "/api/v1/orders/{order_id}/cancel"):     WORKS,
    ("GET",  "/api/v1/tasks"):                        PERSON,
    ("GET",  "/api/v1/tasks/{task_id}"):              PERSON,
    ("GET",  "/api/v1/messages"):                     OWN,
    ("GET",  "/api/v1/messages/{message_id}"):        OWN,
    ("GET",  "/api/v1/messages/{message_id}/raw"):    BYTES,
    ("GET",  "/api/v1/fallout"):                      PERSON,
    ("GET",  "/api/v1/fallout/{fallout_id}"):         PERSON,
    ("POST", "/api/v1/fallout/{fallout_id}/{action}"): WORKS,
    ("GET",  "/api/v1/balance"):                      PERSON,
    # whom the hub talks to
    ("GET",  "/api/v1/peers"):                        PERSON,
    ("GET",  "/api/v1/peers/{code}"):                 PERSON,
    ("GET",  "/api/v1/peers/{code}/state"):           HOLDINGS,
    ("POST", "/api/v1/peers/{code}/{action}"):        WORKS,
    ("GET",  "/api/v1/interfaces"):                   PERSON,
    ("POST", "/api/v1/interfaces"):                   AGREES,
    ("GET",  "/api/v1/interfaces/{interface}"):       PERSON,
    ("GET",  "/api/v1/interfaces/{interface}/versions/{version}"): PERSON,
    ("GET",  "/api/v1/interfaces/{interface}/versions/{version}/files"): PERSON,
    ("POST", "/api/v1/interfaces/{interface}/versions/{version}/{action}"): AGREES,
    ("POST", "/api/v1/interfaces/{interface}/operations/{operation}/call"): AGREES,
    ("GET",  "/api/v1/topology"):                     PERSON,
    # identity
    ("POST", "/api/v1/login"):                        ANYONE,
    ("POST", "/api/v1/logout"):                       ANYONE,
    ("GET",  "/api/v1/me"):                           OWN,
    ("GET",  "/api/v1/subscriptions"):                PARTNERS,
    ("POST", "/api/v1/subscriptions"):                RULES,
    ("GET",  "/api/v1/subscriptions/{subscription_id}"): PARTNERS,
    ("POST", "/api/v1/subscriptions/{subscription_id}/rotate"): RULES,
    ("POST", "/api/v1/subscriptions/{subscription_id}/revoke"): RULES,
    ("GET",  "/api/v1/users"):                        AUDIT,
    ("POST", "/api/v1/users"):                        RULES,
    ("POST", "/api/v1/users/{name}/{action}"):        RULES,
    ("GET",  "/api/v1/audit"):                        AUDIT,
    # pages
    ("GET",  "/"):                                    PERSON,
    ("GET",  "/orders/{order_id}"):                   PERSON,
    ("GET",  "/messages"):                            PERSON,
    ("GET",  "/messages/{message_id}"):               PERSON,
    ("GET",  "/fallout"):                             PERSON,
    ("POST", "/fallout/{fallout_id}"):                WORKS,
    ("GET",  "/peers"):                               PERSON,
    ("POST", "/peers/{code}"):                        WORKS,
    ("GET",  "/login"):                               ANYONE,
    ("POST", "/login"):                               ANYONE,
    ("POST", "/logout"):                              ANYONE,
    ("GET",  "/static/style.css"):                    ANYONE,
}
# fmt: on


def check(method: str, route: str, caller: Caller) -> None:
    """Failure ``unauthenticated`` for who did not say who he is, ``forbidden`` for who may not."""
    if may(method, route, caller):
        return
    if caller.kind == "nobody":
        raise Failure("unauthenticated", "this needs a credential", advice="log in, or send an API key")
    access = _access(method, route)
    who = " or ".join(sorted(access.roles)) or "no person"
    advice = f"it is for {who}{' and for partners' if access.partner else ''}"
    raise Failure("forbidden", f"{caller.name} may not do this", where=f"{method} {route}", advice=advice)


def may(method: str, route: str, caller: Caller) -> bool:
    """Whether the caller may use a route, for pages that show only what he can do."""
    access = _access(method, route)
    if access.anyone or caller.kind == "local":
        return (method, route) in ACCESS or method == "HEAD"
    return access.partner if caller.kind == "partner" else bool(access.roles & caller.roles)


def _access(method: str, route: str) -> Access:
    return ACCESS.get(("GET" if method == "HEAD" else method, route), Access())


def lines() -> Iterator[str]:
    """The table in Markdown, for the docs."""
    yield "| route | nobody | partner | " + " | ".join(ROLES) + " |"
    yield "|---|---|---|" + "---|" * len(ROLES)
    for (method, path), access in ACCESS.items():
        cells = [access.anyone, access.partner, *(role in access.roles for role in ROLES)]
        yield f"| `{method} {path}` | " + " | ".join("yes" if cell else "" for cell in cells) + " |"
