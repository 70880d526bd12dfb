"""A generic peer on its port: the contract with the peer's own address, and requests over HTTP as the spec has them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from interfaces.codec.limits import DEFAULT
from interfaces.contract.documents import gather
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec
from interfaces.wire import WireMessage
from mocks.generic.peer import GenericPeer, Served
from mocks.shell import MANNER, Receive, Scope, Send

KEPT = {b"soapaction": "soapaction", b"idempotency-key": "idempotency-key"}
SOAP_MEDIA = frozenset({"text/xml", "application/xml"})
TYPES = {".wsdl": "text/xml; charset=utf-8", ".xsd": "text/xml; charset=utf-8", ".json": "application/json"}


class Endpoint:
    """ASGI app of one peer."""

    def __init__(self, peer: GenericPeer) -> None:
        self._peer = peer
        self._soap = peer.spec.transport.envelope == "soap-plain"
        self._files = contract_files(peer.spec)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (shown := self._contract(scope)) is not None:
            await _send(send, 200, shown[0], shown[1])
            return
        served = await self._served(scope, receive)
        assert served.wire is not None, "over HTTP everybody is answered"
        status = 500 if served.refused and self._soap else int(served.wire.headers.get(":status", 200))
        await _send(send, status, served.wire.body, served.wire.content_type, served.manner)

    async def _served(self, scope: Scope, receive: Receive) -> Served:
        wire = _heads(scope)
        try:
            wire = WireMessage(await _body(receive), wire.content_type, wire.headers)
            if self._soap:
                self._check_soap(wire)
        except Failure as failure:
            return self._peer.refuse(wire, failure)
        return self._peer.serve(wire)

    def _check_soap(self, wire: WireMessage) -> None:
        """SOAP 1.1 over HTTP: POST and text/xml."""
        if wire.headers[":method"] != "POST":
            raise Failure("invalid", "send a SOAP 1.1 request by POST, or GET ?wsdl", where=wire.headers[":method"])
        media = wire.content_type.partition(";")[0].strip().lower()
        if media not in SOAP_MEDIA:
            code = "VersionMismatch" if media == "application/soap+xml" else "Client"
            advice, detail = "send a SOAP 1.1 envelope as text/xml", {"faultcode": code}
            raise Failure("invalid", "the content type is not SOAP 1.1's", advice=advice, detail=detail)

    def _contract(self, scope: Scope) -> tuple[bytes, str] | None:
        """``?wsdl``, or a file that the WSDL imports, as bytes and media type."""
        if scope["method"] not in ("GET", "HEAD"):
            return None
        path = scope["path"].lstrip("/")
        if path in self._files:
            file = self._files[path]
            return file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream")
        if self._soap and scope["query_string"].lower().startswith((b"wsdl", b"singlewsdl")):
            host, port = scope["server"]  # of the connection, never what the caller says it is
            return self._peer.agreement.contract(f"http://{host}:{port}/{self._peer.spec.id}"), TYPES[".wsdl"]
        return None


def contract_files(spec: InterfaceSpec) -> Mapping[str, Path]:
    """Path on the port -> file, for what the contract imports: as they lie to it, so that its relative names hold."""
    if not spec.transport.contract.endswith(".wsdl"):
        return {}
    main = (spec.folder / spec.transport.contract).resolve()
    found = [f.resolve() for f in gather(main, spec.folder).files]
    return {f.relative_to(main.parent).as_posix(): f for f in found if f != main and f.is_relative_to(main.parent)}


def _heads(scope: Scope) -> WireMessage:
    names: dict[bytes, str] = {name: value.decode("latin-1") for name, value in scope["headers"]}
    headers = {kept: names[name] for name, kept in KEPT.items() if name in names}
    place = {":method": scope["method"], ":path": scope["path"], ":query": scope["query_string"].decode("latin-1")}
    return WireMessage(b"", names.get(b"content-type", ""), headers | place)


async def _body(receive: Receive) -> bytes:
    """Failure(too_large) for a longer one than any codec here reads."""
    body, more = b"", True
    while more and len(body) <= DEFAULT.size:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
    if len(body) > DEFAULT.size:
        raise Failure("too_large", f"the body is longer than {DEFAULT.size} bytes", where="body")
    return body


async def _send(send: Send, status: int, body: bytes, content_type: str, manner: str = "") -> None:
    headers = [(b"content-type", content_type.encode("latin-1")), (b"content-length", b"%d" % len(body))]
    if manner:
        headers.append((MANNER, manner.encode("latin-1")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
