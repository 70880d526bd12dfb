"""What happens to a peer's answer on its way out: late, never, cut, drip by drip, or not what was agreed.

The peer's behaviour says what to do in a header (``X-Mock-Manner``, JSON of the rule's args); this ASGI shell takes
it off and does it. Bytes that no HTTP server would send go straight to the connection, which ``mocks.server``
puts into the scope.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

MANNER = b"x-mock-manner"
TRANSPORT = "mock.transport"
ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
HELD = 30.0
"""Seconds a silent line is held when the rule does not say."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Settled = Callable[[str], bool]


@dataclass
class Reply:
    """A whole answer, held back until its manner is known."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    manner: Mapping[str, Any] = field(default_factory=dict)

    async def take(self, message: MutableMapping[str, Any]) -> None:
        """An ASGI ``send`` that keeps instead of sending."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [h for h in message["headers"] if h[0] not in (MANNER, b"content-length")]
            self.manner = next((json.loads(v) for n, v in message["headers"] if n == MANNER), {})
        else:
            self.body += message.get("body", b"")

    async def give(self, send: Send) -> None:
        headers = [*self.headers, (b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})

    @property
    def is_json(self) -> bool:
        return any(name == b"content-type" and b"json" in value for name, value in self.headers)

    def raw(self) -> tuple[bytes, bytes]:
        """Head and body as bytes on the wire; the connection closes after it."""
        lines = [b"HTTP/1.1 %d Answer" % self.status, *(b"%s: %s" % header for header in self.headers)]
        lines += [b"content-length: %d" % len(self.body), b"connection: close", b"", b""]
        return b"\r\n".join(lines), self.body


@dataclass
class Line:
    """One exchange: where it came from and what may be done with it."""

    scope: Scope
    receive: Receive
    send: Send
    settled: Settled

    @property
    def transport(self) -> asyncio.Transport:
        """The connection itself; see mocks/server.py."""
        found: asyncio.Transport = self.scope["extensions"][TRANSPORT]
        return found

    async def cut(self) -> None:
        """Close the connection without another byte, and wait until it is really gone."""
        self.transport.abort()
        await self.hung_up()

    async def hung_up(self) -> None:
        """Returns when the caller has gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def drip(self, data: bytes, seconds: float) -> None:
        transport = self.transport
        for at in range(len(data)):
            if transport.is_closing():
                return
            transport.write(data[at : at + 1])
            await asyncio.sleep(seconds)


async def plain(line: Line, reply: Reply) -> None:
    await reply.give(line.send)


async def slow(line: Line, reply: Reply) -> None:
    await asyncio.sleep(float(reply.manner.get("seconds", 1.0)))
    await reply.give(line.send)


async def silent(line: Line, reply: Reply) -> None:
    gone = asyncio.ensure_future(line.hung_up())
    await asyncio.wait([gone], timeout=float(reply.manner.get("seconds", HELD)))
    gone.cancel()
    await line.cut()


async def reset(line: Line, reply: Reply) -> None:
    await line.cut()


async def html_page(line: Line, reply: Reply) -> None:
    """What an application server says when the application does not."""
    status = int(reply.manner["do"].removeprefix("http_"))
    page = Reply(status, [(b"content-type", b"text/html")], b"<html><body>Error</body></html>")
    await page.give(line.send)


async def fault(line: Line, reply: Reply) -> None:
    code, text = reply.manner.get("code", "Server"), reply.manner.get("text", "out of order")
    if reply.is_json:
        body = json.dumps({"title": code, "status": 500, "detail": text}).encode()
        await Reply(500, [(b"content-type", b"application/problem+json")], body).give(line.send)
        return
    await Reply(500, reply.headers, soap_fault(code, text)).give(line.send)


async def wrong_root(line: Line, reply: Reply) -> None:
    body = b'{"somethingElse": %s}' % reply.body if reply.is_json else _spoilt(reply.body, _rename)
    await replace(reply, body=body).give(line.send)


async def missing_field(line: Line, reply: Reply) -> None:
    name = str(reply.manner.get("field", ""))
    body = _without(reply.body, name) if reply.is_json else _spoilt(reply.body, lambda result: _drop(result, name))
    await replace(reply, body=body).give(line.send)


async def header_drip(line: Line, reply: Reply) -> None:
    head, body = reply.raw()
    await line.drip(head + body, float(reply.manner.get("seconds", 0.2)))
    await line.cut()


async def body_drip(line: Line, reply: Reply) -> None:
    head, body = reply.raw()
    line.transport.write(head)
    await line.drip(body, float(reply.manner.get("seconds", 0.2)))
    await line.cut()


async def after_callback(line: Line, reply: Reply) -> None:
    """Holds the acknowledgement back until the final callback has gone out, or the given seconds."""
    for _ in range(int(float(reply.manner.get("seconds", 4.0)) / 0.01)):
        if line.settled(str(reply.manner.get("key", ""))):
            break
        await asyncio.sleep(0.01)
    await reply.give(line.send)


MANNERS: Mapping[str, Callable[[Line, Reply], Awaitable[None]]] = {
    "slow": slow,
    "timeout_but_done": silent,
    "timeout_not_done": silent,
    "reset": reset,
    "http_503": html_page,
    "http_500": html_page,
    "fault": fault,
    "wrong_root": wrong_root,
    "missing_field": missing_field,
    "header_drip": header_drip,
    "body_drip": body_drip,
    "callback_before_ack": after_callback,
}


def shelled(app: App, settled: Settled) -> App:
    """``app`` with its answers delivered in the manner they ask for."""

    async def shell(scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply()
        await app(scope, receive, reply.take)
        act = MANNERS.get(str(reply.manner.get("do", "")), plain)
        await act(Line(scope, receive, send, settled), reply)

    return shell


def soap_fault(code: str, text: str) -> bytes:
    envelope = etree.Element(f"{ENVELOPE}Envelope", nsmap={"s": ENVELOPE[1:-1]})
    part = etree.SubElement(etree.SubElement(envelope, f"{ENVELOPE}Body"), f"{ENVELOPE}Fault")
    etree.SubElement(part, "faultcode").text = f"s:{code}"
    etree.SubElement(part, "faultstring").text = text
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def _spoilt(document: bytes, change: Callable[[Any], None]) -> bytes:
    root: Any = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    change(root.find(f"{ENVELOPE}Body")[0])
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _rename(result: Any) -> None:
    result.tag = f"{{{etree.QName(result).namespace}}}somethingElse"


def _drop(result: Any, name: str) -> None:
    for child in result:
        if not name or etree.QName(child).localname == name:
            result.remove(child)
            return


def _without(document: bytes, name: str) -> bytes:
    """A JSON object without one of its members: the one named, else the first."""
    tree = json.loads(document)
    tree.pop(name or next(iter(tree), ""), None)
    return json.dumps(tree, ensure_ascii=False).encode()
