"""/api/v1/interfaces: agreements with their versions; registering one, and bringing it into and out of force."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.exceptions import HTTPException

from hub.api.entry import Who
from hub.api.parts import Body, HubOf, JsonBody, specs
from hub.checks import short_leases
from hub.register.calling import call_by_hand
from hub.register.desk import REASON, Registrar, Wish, unexplained
from hub.register.kept import kept_version
from hub.runtime import Hub
from hub.views import interfaces as views
from hub.views.agreements import interface_record
from interfaces.admission import Rollout, parse_waiver
from interfaces.failure import Failure
from interfaces.spec.archive import read_zip, write_zip

router = APIRouter(prefix="/api/v1/interfaces", tags=["interfaces"])

Waivers = Annotated[list[str], Query(max_length=50, description="RULE=reason@YYYY-MM-DD")]
Reason = Annotated[str, Query(max_length=REASON)]


@router.get("")
def interfaces(hub: HubOf) -> dict[str, Any]:
    """The version in force of every interface."""
    return {"items": [interface_record(spec) for spec in specs(hub)]}


@router.post("", status_code=201)
def register(
    request: Request,
    hub: HubOf,
    who: Who,
    body: Body,
    rollout: Rollout = "hub-first",
    waive: Waivers = [],  # noqa: B006, read by the framework and never changed
    activate: bool = False,
    draft: bool = False,
    reason: Reason = "",
) -> dict[str, Any]:
    """Register a spec: a zip of its folder (``application/zip``). It is examined (lint, proof, examples, compatibility
    with the version in force) and refused with every finding that is not waived."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/zip":
        raise HTTPException(415, "the body must be application/zip: the spec's folder")
    if activate and not reason.strip():
        raise unexplained("activate")
    wish = Wish(rollout, tuple(parse_waiver(text) for text in waive), draft, activate, reason)
    return registrar(hub).register(read_zip(body), wish, who.name)


@router.get("/{interface}")
def interface(hub: HubOf, interface: str) -> dict[str, Any]:
    """One interface: its versions, the newest first, with state, proof, waivers, and who speaks by which."""
    return views.interface(hub.store, interface)


@router.get("/{interface}/versions/{version}")
def version(hub: HubOf, interface: str, version: str) -> dict[str, Any]:
    """One version with the report of its examination."""
    with hub.store.read() as connection:
        return views.version(connection, interface, version)


@router.post("/{interface}/versions/{version}/{action}")
def move(hub: HubOf, who: Who, interface: str, version: str, action: str, body: JsonBody) -> dict[str, Any]:
    """activate, deprecate or retire: ``{"reason": why, "waive"?: [text]}``. Before a version comes into force, open
    orders are mapped by it; what they would meet is in ``replay``."""
    reason, waive = body.get("reason", ""), body.get("waive", [])
    if body.keys() - {"reason", "waive"} or not isinstance(reason, str) or not isinstance(waive, list):
        raise Failure("invalid", "the body has a reason and perhaps a list waive, nothing else", where="body")
    waivers = [parse_waiver(str(text)) for text in waive[:50]]
    return registrar(hub).move(interface, version, action, reason, who.name, waivers)


@router.get("/{interface}/versions/{version}/files", response_class=Response)
def files(hub: HubOf, interface: str, version: str) -> Response:
    """The spec's folder as a zip, as it was registered. ``version`` ``active``: the one in force."""
    with hub.store.read() as connection:
        found = kept_version(connection, interface, "" if version == "active" else version)
    name = f"{found.id}-{found.version}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_zip(found.files), media_type="application/zip", headers=headers)


@router.post("/{interface}/operations/{operation}/call")
def call(hub: HubOf, who: Who, interface: str, operation: str, body: JsonBody) -> dict[str, Any]:
    """Call the peer once, by hand: ``{"reason": why, "body"?: {...}, "example"?: name}``; without a body an example's.
    The call is real: what it does at the peer is done. Both messages are journalled."""
    reason, said, example = body.get("reason", ""), body.get("body"), body.get("example", "")
    if body.keys() - {"reason", "body", "example"} or not isinstance(reason, str) or not isinstance(example, str):
        raise Failure("invalid", "send a reason, and a body or the name of an example", where="body")
    if not reason.strip():
        raise unexplained("call")
    if said is not None and not isinstance(said, dict):
        raise Failure("invalid", "the canonical body is no JSON object", where="body.body")
    return call_by_hand(hub, interface, operation, said, example, reason.strip()[:REASON], who.name)


def registrar(hub: Hub) -> Registrar:
    """The desk of this hub."""
    return Registrar(
        hub.store, hub.registry, hub.clock, hub.follower.now, lambda found: short_leases(hub.config, found)
    )
