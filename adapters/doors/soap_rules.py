"""What SOAP 1.1 over HTTP asks of a request beside its envelope, and a Fault where no agreement is known."""

from __future__ import annotations

from interfaces.envelope.soap_plain import SoapPlain
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec, Transport
from interfaces.wire import WireMessage

XML = "text/xml; charset=utf-8"

_MEDIA = frozenset({"text/xml", "application/xml"})
"""SOAP 1.1; ``application/soap+xml`` would be 1.2."""

_NOBODY = InterfaceSpec(
    id="soap",
    version="1.0.0",
    system="HUB",
    title={"en": "An address without an agreement"},
    owner="team:hub",
    lifecycle="production",
    direction="inbound",
    transport=Transport("soap", "soap-plain"),
    operations={},
)
PLAIN = SoapPlain(_NOBODY)
"""The envelope's own rules, where no agreement brings them."""


def check_media(wire: WireMessage) -> None:
    """Failure(invalid) unless the content type is SOAP 1.1's."""
    media = wire.content_type.partition(";")[0].strip().lower()
    if media not in _MEDIA:
        raise Failure(
            "invalid",
            "the content type is not SOAP 1.1's",
            where="Content-Type",
            reason="header",
            advice="send text/xml; SOAP 1.2 (application/soap+xml) is not served",
        )


def check_action(agreed: str, wire: WireMessage) -> None:
    """The body decides what runs; a SOAPAction that names something else is refused, not followed.

    An empty or absent SOAPAction says nothing and is fine (SOAP 1.1, section 6.1.1); where the contract names
    none, there is nothing to contradict.
    """
    given = wire.headers.get("soapaction", "").strip().strip('"')
    if agreed and given not in ("", agreed):
        raise Failure(
            "invalid",
            "SOAPAction names another operation than the body",
            where="SOAPAction",
            reason="header",
            advice=f"send {agreed!r} or none",
        )


def fault(failure: Failure, code: str) -> WireMessage:
    """A SOAP 1.1 Fault for an address that has no agreement to write it."""
    return PLAIN.fault(failure.header, failure, code)
