"""What SOAP 1.1 over HTTP asks of a request beside its envelope, and a Fault where no agreement is known."""

from __future__ import annotations

from collections.abc import Callable

from adapters.doors.http_io import ALLOW, Answer, HttpRefusal, Scope
from interfaces.envelope.soap_plain import SoapPlain
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec, Transport
from interfaces.wire import WireMessage

XML = "text/xml; charset=utf-8"

_MEDIA = frozenset({"text/xml", "application/xml"})
"""SOAP 1.1 (WS-I Basic Profile 1.1 would have 415 for others)."""
_SOAP12 = "application/soap+xml"
_CONTRACT = (b"wsdl", b"singlewsdl")

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
    """HttpRefusal unless the content type is SOAP 1.1's."""
    media = wire.content_type.partition(";")[0].strip().lower()
    if media in _MEDIA:
        return
    where, advice = "Content-Type", "send a SOAP 1.1 envelope as text/xml"
    if media == _SOAP12:
        said, code = "SOAP 1.2 is not served here", "VersionMismatch"
        raise HttpRefusal(500, said, where=where, advice=advice, faultcode=code)
    if media.startswith("multipart/"):
        raise HttpRefusal(415, "attachments (MIME, MTOM, XOP) are not served here", where=where, advice=advice)
    raise HttpRefusal(415, "the content type is not SOAP 1.1's", where=where, advice=advice)


def without_body(scope: Scope, wsdl: Callable[[], bytes]) -> Answer | None:
    """The answer to GET ?wsdl (?singleWsdl), HEAD and OPTIONS; None for a POST; HttpRefusal for other methods."""
    method = scope["method"]
    if method == "POST":
        return None
    if method == "OPTIONS":
        return Answer(200, b"", XML, ALLOW)
    if method in ("GET", "HEAD") and scope["query_string"].lower().startswith(_CONTRACT):
        return Answer(200, wsdl(), XML)
    raise HttpRefusal(405, "send a SOAP 1.1 request by POST, or GET ?wsdl", where=method)


_STATUS = {"too_large": 413, "not_found": 404, "timeout": 408}
"""Refusals before a message was read that have an HTTP status of their own; all others are 500."""


def status_of(unread: Failure) -> int:
    """The HTTP status of the Fault for a request that was refused before its message was read."""
    return unread.status if isinstance(unread, HttpRefusal) else _STATUS.get(unread.code, 500)


def fault(failure: Failure, code: str) -> WireMessage:
    """A SOAP 1.1 Fault for an address that has no agreement to write it."""
    return PLAIN.fault(failure.header, failure, code)
