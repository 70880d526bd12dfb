"""The peer's side of an inbound interface: it calls the hub as the spec says, over whatever the spec says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import httpx

from interfaces.agreement import Agreement
from interfaces.amqp import AmqpMessage, Broker
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Body, Message
from interfaces.wire import WireMessage
from mocks.caller import TIMEOUT
from mocks.generic.book import key_of

PROPERTIES = ("message_id", "correlation_id", "reply_to")
"""Headers of a WireMessage that are AMQP properties; the others are application headers."""
OWN = ("soapaction", "idempotency-key")
"""HTTP headers that an envelope writes."""


@dataclass(frozen=True)
class Exchanged:
    """One call as it was on the wire. reply: None when the other side said no, and ``failure`` what it said."""

    sent: WireMessage
    got: WireMessage
    reply: Message | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class Hub:
    """The hub's base URLs (by spaces), our API key there and the broker that both use, at the time of the call."""

    url: Callable[[], str]
    key: Callable[[], str] = str
    broker: Callable[[], Broker] | None = None


class Client:
    """Calls one inbound interface. Thread-safe."""

    def __init__(self, agreement: Agreement, hub: Hub) -> None:
        self.agreement = agreement
        self._hub = hub
        self._http = httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        self._http.close()

    def message(self, body: Body, correlation_id: str = "") -> Message:
        """A message of this system; ``correlation_id`` where the interface matches by that and not by a key."""
        spec, key = self.agreement.spec, "" if correlation_id else key_of(body)
        return Message(
            id=new_id("msg"),
            type="",
            source=spec.system,
            body=body,
            key=key,
            correlation_id=correlation_id,
            exchange_id=new_id("mock"),
            area=str(body.get("area", "")),
        )

    def send(self, operation: str, message: Message, queue: str = "") -> Exchanged:
        """One call. queue: where a message goes, "" = the spec's own.

        Failure(invalid) for a body that the agreement cannot write, unavailable or timeout when there was no answer.
        """
        request = self.agreement.write_request(operation, message)
        kind = self.agreement.spec.transport.kind
        got = self._publish(operation, request, queue) if kind == "amqp" else self._post(operation, request)
        try:
            return Exchanged(request, got, reply=self.agreement.read_reply(operation, got, message))
        except Failure as failure:
            return Exchanged(request, got, failure=failure)

    def _post(self, operation: str, request: WireMessage) -> WireMessage:
        """To the first of the hub's addresses at which somebody listens."""
        urls = [url.rstrip("/") for url in self._hub.url().split()]
        if not urls:
            raise Failure("unavailable", "the hub's address is not known", advice="--hub URL, or POST it to config")
        for url in urls[:-1]:
            with suppress(httpx.ConnectError):  # nothing was sent
                return self._exchanged(operation, request, url)
        try:
            return self._exchanged(operation, request, urls[-1])
        except (httpx.ConnectError, httpx.InvalidURL) as error:
            raise Failure("unavailable", f"cannot reach the hub: {type(error).__name__}", where=urls[-1]) from error

    def _exchanged(self, operation: str, request: WireMessage, base: str) -> WireMessage:
        method, url = self._place(operation, request, base)
        headers = {name: request.headers[name] for name in OWN if name in request.headers}
        if "soapaction" in headers:
            headers["soapaction"] = f'"{headers["soapaction"]}"'
        headers |= {"x-api-key": key} if (key := self._hub.key()) else {}
        headers |= {"content-type": request.content_type} if request.body else {}
        try:
            got = self._http.request(method, url, content=request.body, headers=headers)
        except httpx.ConnectError:
            raise
        except httpx.HTTPError as error:
            raise Failure("timeout", f"no answer of the hub: {type(error).__name__}", where=url) from error
        return WireMessage(got.content, got.headers.get("content-type", ""), {":status": str(got.status_code)})

    def _place(self, operation: str, request: WireMessage, base: str) -> tuple[str, str]:
        """(method, URL)."""
        spec = self.agreement.spec
        if spec.transport.envelope == "rest":
            query = request.headers.get(":query", "")
            path = request.headers.get(":path", "/")
            return request.headers.get(":method", "POST"), f"{base}{path}{'?' if query else ''}{query}"
        place = {"soap-plain": f"/soap/{spec.id}", "contract-root": "/http/exchange"}.get(spec.transport.envelope)
        if place is None:
            where, advice = f"{spec.ref}/{operation}", "SOAP, ContractRoot, REST and AMQP interfaces can be called"
            raise Failure("invalid", f"nobody calls over {spec.transport.kind} here", where=where, advice=advice)
        return "POST", base + place

    def _publish(self, operation: str, request: WireMessage, queue: str) -> WireMessage:
        spec = self.agreement.spec
        if self._hub.broker is None:
            raise Failure("unavailable", "the broker's address is not known", where=spec.ref, advice="say --amqp")
        settings = {**spec.transport.settings, **self.agreement.operation(operation).wire}
        named = str(settings.get("routingKey") or settings.get("queue", ""))
        exchange, key = ("", queue) if queue else (str(settings.get("exchange", "")), named)
        if self._hub.broker().publish([published(request, key, exchange)]):
            raise Failure("unavailable", f"nobody has declared {key}", where=spec.ref, advice="start the hub first")
        return WireMessage(b"", "", {})


def published(wire: WireMessage, routing_key: str, exchange: str = "") -> AmqpMessage:
    """A wire message as it goes to the broker."""
    properties: Mapping[str, str] = {name: wire.headers.get(name, "") for name in PROPERTIES}
    more = {n: v for n, v in wire.headers.items() if n not in PROPERTIES and not n.startswith(":")}
    return AmqpMessage(wire.body, routing_key, exchange, content_type=wire.content_type, headers=more, **properties)


def text(wire: WireMessage) -> str:
    """A message as the journal shows it; a GET shows where it went."""
    place = " ".join(wire.headers.get(name, "") for name in (":method", ":path", ":query")).strip()
    return wire.body.decode("utf-8", "replace") or place
