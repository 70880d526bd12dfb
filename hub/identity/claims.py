"""What a message claims, held against whose it is: the source it names, what it asks for, its local network."""

from __future__ import annotations

from dataclasses import replace

from hub.identity.who import Subscription
from interfaces.agreement import Received
from interfaces.failure import Failure


def settled(received: Received, by: Subscription) -> Received:
    """The message as its caller's own; one that names no source is given the caller's.

    Failure ``forbidden`` when it speaks for somebody else, or asks for what the subscription leaves out.
    """
    operation, message = received.operation, received.message
    if by.operations and operation.name not in by.operations:
        raise _no(by, f"may not call {operation.name}", f"it may call {', '.join(sorted(by.operations))}")
    if received.claims and not by.speaks_for(message.source):
        raise _no(by, "names another system as the source", f"name {by.system}")
    return spoken(received, by.system)


def spoken(received: Received, system: str) -> Received:
    """The message as ``system``'s own where it names no source itself."""
    message = received.message
    if received.claims or message.source == system:
        return received
    reply_to = system if message.reply_to == message.source else message.reply_to
    return replace(received, message=replace(message, source=system, reply_to=reply_to))


def check_area(area: str, by: Subscription | None) -> None:
    """Failure ``forbidden`` for a local network that the subscription leaves out, or none where it names some."""
    if by is not None and by.areas and area not in by.areas:
        named = f"local network {area}" if area else "an unnamed local network"
        raise _no(by, f"has no business in {named}", f"its networks are {', '.join(sorted(by.areas))}")


def _no(by: Subscription, what: str, advice: str) -> Failure:
    return Failure("forbidden", f"{by.system} {what} by {by.interface}", where=by.interface, advice=advice)
