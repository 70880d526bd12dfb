"""/api/v1/login, /me, /subscriptions, /users, /audit: who may come in, and what was done by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.api.entry import COOKIE, Who
from hub.api.parts import Cursor, HubOf, JsonBody, Limit, Text
from hub.identity import office, people
from hub.identity.subscriptions import Proof, Wanted, find, records
from hub.views.audit import list_audit
from hub.views.base import when
from interfaces.failure import Failure

router = APIRouter(prefix="/api/v1", tags=["identity"])

Names = Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=200)]
Word = Annotated[str, Field(max_length=200)]
Seconds = Annotated[int, Field(ge=0, le=10 * 366 * 86400)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Why(_Asked):
    reason: Annotated[str, Field(max_length=400)] = ""


class Credential(_Asked):
    """kind: api-key (made here), sign, username-token; secret: env:NAME or file:PATH; lasts: seconds, 0 = for ever."""

    kind: Word = "api-key"
    secret: Word = ""
    recipe: Word = ""
    lasts: Seconds = 0

    def proof(self) -> Proof:
        return Proof(self.kind, self.secret, self.recipe, self.lasts)


class NewSubscription(_Asked):
    """A system instance may use an interface. limits: ``50/s``, ``10000/d``; empty lists = all. callbacks
    (``https://host:port``) are noted only: the hub calls systems where its configuration says, and nowhere else."""

    system: Word
    interface: Word
    operations: Names = ()
    areas: Names = ()
    callbacks: Names = ()
    limits: Names = ()
    concurrency: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    credential: Credential = Credential()


class Rotation(_Asked):
    """overlap: seconds for which the old credentials of the kind stay good."""

    credential: Credential = Credential()
    overlap: Seconds = 86400


class NewUser(_Asked):
    name: Word
    password: Word
    roles: Names
    areas: Names = ()


class Password(_Asked):
    password: Word


class Login(_Asked):
    name: Word
    password: Word


M = TypeVar("M", bound=BaseModel)


def asked(kind: type[M], body: Mapping[str, Any]) -> M:
    """The body as its record; Failure ``invalid`` with every fault. No value is quoted: some are passwords."""
    try:
        return kind.model_validate(_tupled(body))
    except ValidationError as error:
        faults = [{"path": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()]
        raise Failure("invalid", "the request is not as agreed", advice="see /docs", errors=faults) from None


def _tupled(body: Mapping[str, Any]) -> dict[str, Any]:
    """JSON's lists as the records' tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}


@router.post("/login")
def login(hub: HubOf, body: JsonBody) -> dict[str, Any]:
    """``{"name", "password"}``: a token for ``Authorization: Bearer``, and until when it is good."""
    who = asked(Login, body)
    made = hub.gate.people.login(who.name, who.password)
    return {"token": made.token, "until": when(made.until)}


@router.post("/logout")
def logout(request: Request, hub: HubOf, who: Who) -> dict[str, Any]:
    """The session of the token or cookie sent ends."""
    token = request.headers.get("authorization", "").partition(" ")[2].strip() or request.cookies.get(COOKIE, "")
    hub.gate.people.logout(token)
    return {"name": who.name, "ended": who.kind == "person"}


@router.get("/me")
def me(who: Who) -> dict[str, Any]:
    """Who the hub takes the caller for: kind (local, person, partner), name, roles, local networks ([] = all)."""
    by = who.subscription
    known = {"kind": who.kind, "name": who.name, "roles": sorted(who.roles)}
    areas = sorted(by.areas if by else who.areas)
    return known | {"areas": areas} | ({"interface": by.interface, "subscription": by.id} if by else {})


@router.get("/subscriptions")
def subscriptions(hub: HubOf, system: Text = None, revoked: bool = False) -> dict[str, Any]:
    """Which system may use which interface, by what credential and within which limits; no secrets."""
    with hub.store.read() as connection:
        return {"items": records(connection, system or "", revoked)}


@router.post("/subscriptions", status_code=201)
def subscribe(hub: HubOf, who: Who, body: JsonBody) -> dict[str, Any]:
    """Let a partner in. An API key is made unless ``credential`` says otherwise; ``key`` is shown this once."""
    want = asked(NewSubscription, body)
    given = want.model_dump(exclude={"credential"})
    return _desk(hub).add(Wanted(**given, proof=want.credential.proof()), who.name)


@router.get("/subscriptions/{subscription_id}")
def subscription(hub: HubOf, subscription_id: str) -> dict[str, Any]:
    """One subscription."""
    with hub.store.read() as connection:
        return find(connection, subscription_id)


@router.post("/subscriptions/{subscription_id}/rotate")
def rotate(hub: HubOf, who: Who, subscription_id: str, body: JsonBody) -> dict[str, Any]:
    """A new credential; the old ones of its kind end after ``overlap`` seconds (a day). ``key`` is shown this once."""
    want = asked(Rotation, body)
    return _desk(hub).rotate(subscription_id, want.credential.proof(), want.overlap, who.name)


@router.post("/subscriptions/{subscription_id}/revoke")
def revoke(hub: HubOf, who: Who, subscription_id: str, body: JsonBody) -> dict[str, Any]:
    """Shut a partner out of an interface, now: ``{"reason": why}``."""
    return _desk(hub).revoke(subscription_id, asked(Why, body).reason, who.name)


@router.get("/users")
def users(hub: HubOf) -> dict[str, Any]:
    """Local users, their roles and local networks."""
    with hub.store.read() as connection:
        return {"items": people.records(connection)}


@router.post("/users", status_code=201)
def add_user(hub: HubOf, who: Who, body: JsonBody) -> dict[str, Any]:
    """A user with roles; areas limit him to local networks."""
    want = asked(NewUser, body)
    return _desk(hub).user("add", want.name, who.name, want.password, want.roles, want.areas)


@router.post("/users/{name}/{action}")
def change_user(hub: HubOf, who: Who, name: str, action: str, body: JsonBody) -> dict[str, Any]:
    """disable, enable, or password (``{"password": the new one}``). All sessions of the user end."""
    if action not in people.ACTIONS or action == "add":
        raise Failure("not_found", "there is no such action", advice="there are disable, enable, password")
    if action == "password":
        return _desk(hub).user(action, name, who.name, asked(Password, body).password)
    asked(Why, body)
    return _desk(hub).user(action, name, who.name)


@router.get("/audit")
def audit(
    hub: HubOf,
    who: Text = None,
    action: Text = None,
    object: Annotated[str | None, Query(max_length=200, description="id of what was acted on")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Who did what, when and why, the newest first."""
    with hub.store.read() as connection:
        return list_audit(connection, {"who": who, "action": action, "object": object}, limit, cursor)


def _desk(hub: HubOf) -> office.Office:
    known: Sequence[str] = [spec.id for spec in hub.registry.specs() if spec.direction == "inbound"]
    return office.Office(hub.store, hub.clock, hub.gate.book, known)
