"""The other way round (section 4c of the list): what a hostile or broken peer answers, and what becomes of it.

Whatever comes back is an outcome in the kernel's words: ``timeout`` (unknown what was done) unless the peer surely did
nothing. Never success, never another exception, and nothing of the reply's size or nesting is held.
"""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from zeep import Client
from zeep.exceptions import Error as ZeepError

from adapters.channels.rest import RestChannel
from adapters.channels.soap import SoapChannel
from adapters.channels.zeep_transport import ZeepTransport
from adapters.http_pool import MAX_REPLY
from interfaces.agreement import Agreement
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.registry import BundledRegistry, bundled_folder
from interfaces.wire import WireMessage
from tests.channels.parts import http_reply, operation, raw_peer, read_request, spec
from tests.security.bodies import CERT

FOLDER = bundled_folder() / "RM/rm-resource"
GOOD = (FOLDER / "examples/reserve.reply.xml").read_text("utf-8")
XML = "Content-Type: text/xml; charset=utf-8"
NEVER = 20.0
"""Seconds: what hangs that long hangs."""


@cache
def agreement() -> Agreement:
    return BundledRegistry().get("rm-resource")


def request() -> Message:
    body = json.loads((FOLDER / "examples/reserve.canonical.json").read_text("utf-8"))
    return Message("msg_1", "ResourceOrder", "CRM", body, key="RQ-1", area="8330100")


def _inside(markup: str) -> bytes:
    """The good reply with markup in front of its result."""
    return GOOD.replace("<rm:resultCode>", f"{markup}<rm:resultCode>", 1).encode()


def _good(*lines: str, status: str = "200 OK", body: bytes | None = None) -> bytes:
    return http_reply(GOOD.encode() if body is None else body, status, XML, *lines)


def _fault(code: str, status: str) -> bytes:
    text = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        f"<faultcode>{code}</faultcode><faultstring>no {CERT}</faultstring></s:Fault></s:Body></s:Envelope>"
    )
    return _good(status=status, body=text.encode())


_BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))

# what the peer answers -> the Failure code, "" for a good answer
REPLIES: dict[str, tuple[Callable[[], bytes], str]] = {
    "as agreed": (_good, ""),
    "as agreed, by HTTP 202": (lambda: _good(status="202 Accepted"), ""),
    "in GBK by header only": (lambda: http_reply(GOOD.partition("?>")[2].encode("gbk"), "200 OK", "Content-Type: text/xml; charset=GBK"), ""),
    "in UTF-16": (lambda: http_reply(GOOD.partition("?>")[2].encode("utf-16"), "200 OK", "Content-Type: text/xml"), ""),
    "XXE": (lambda: _good(body=b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + GOOD.partition("?>")[2].encode()), "timeout"),
    "billion laughs": (lambda: _good(body=f'<!DOCTYPE x [<!ENTITY l0 "lol">{_BOMB}]><x>&l9;</x>'.encode()), "timeout"),
    "bare DOCTYPE": (lambda: _good(body=b"<!DOCTYPE x>" + GOOD.partition("?>")[2].encode()), "timeout"),
    "depth 300": (lambda: _good(body=_inside("<a>" * 300 + "</a>" * 300)), "timeout"),
    "2500000 elements": (lambda: _good(body=_inside("<a/>" * 2_500_000)), "timeout"),
    "100000 elements": (lambda: _good(body=_inside("<a/>" * 100_000)), "timeout"),
    "11 MiB of text": (lambda: _good(body=_inside("x" * (11 << 20))), "timeout"),
    "multi-ref": (lambda: _good(body=_inside('<m id="i"/><a href="#i"/>')), "timeout"),
    "gzip bomb": (lambda: _good("Content-Encoding: gzip", body=gzip.compress(bytes(50 << 20), 1)), "timeout"),
    "gzip": (lambda: _good("Content-Encoding: gzip", body=gzip.compress(GOOD.encode())), "timeout"),
    "unknown coding": (lambda: _good("Content-Encoding: evil"), "timeout"),
    "wrong root element": (lambda: _good(body=GOOD.replace("reserveResourceResponse", "releaseResourceResponse").encode()), "timeout"),
    "another envelope": (lambda: _good(body=GOOD.replace("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope").encode()), "timeout"),
    "required element missing": (lambda: _good(body=GOOD.replace("<rm:resultCode>0</rm:resultCode>", "").encode()), "timeout"),
    "unknown element": (lambda: _good(body=_inside("<rm:surprise/>")), "timeout"),
    "two Bodies": (lambda: _good(body=GOOD.replace("</soapenv:Envelope>", "<soapenv:Body/></soapenv:Envelope>").encode()), "timeout"),
    "cut in the middle": (lambda: _good()[:-80], "timeout"),
    "longer than it says": (lambda: _good().replace(f"Content-Length: {len(GOOD.encode())}".encode(), b"Content-Length: 50"), "timeout"),
    "nothing": (lambda: _good(body=b""), "timeout"),
    "JSON": (lambda: _good(body=b'{"resultCode": "0"}'), "timeout"),
    "HTML by HTTP 200": (lambda: _good(body=b"<html><body>login</body></html>"), "timeout"),
    "HTML by HTTP 500": (lambda: _good(status="500 X", body=b"<html><body>sorry</body></html>"), "timeout"),
    "as agreed, by HTTP 500": (lambda: _good(status="500 X"), "timeout"),
    "HTTP 503": (lambda: _good("Retry-After: 5", status="503 X", body=b"busy"), "unavailable"),
    "HTTP 429": (lambda: _good(status="429 X", body=b"slow down"), "unavailable"),
    "Fault Client by 500": (lambda: _fault("s:Client", "500 X"), "internal"),
    "Fault Client by 200": (lambda: _fault("s:Client", "200 OK"), "internal"),
    "Fault Server by 200": (lambda: _fault("s:Server", "200 OK"), "timeout"),
    "redirect": (lambda: _good("Location: http://127.0.0.1:9/elsewhere", status="307 X"), "timeout"),
    "charset punycode": (lambda: http_reply(GOOD.partition("?>")[2].encode(), "200 OK", "Content-Type: text/xml; charset=punycode"), "timeout"),
    "GBK labelled UTF-8": (lambda: http_reply(GOOD.replace("?>", "?><!--测试-->", 1).encode("gbk"), "200 OK", XML), "timeout"),
    "not HTTP": (lambda: b"hello " + CERT.encode() + b"\r\n\r\n", "timeout"),
    "header of 256 KiB": (lambda: _good(f"X-A: {'a' * (256 << 10)}"), "timeout"),
    "HTTP 100 for ever": (lambda: b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000, "timeout"),
}  # fmt: skip


def talk(reply: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(reply)

    return answer


@pytest.mark.parametrize("words", REPLIES)
def test_a_reply_is_the_answer_agreed_or_a_failure_that_says_so(words: str) -> None:
    build, wanted = REPLIES[words]
    sent = agreement().write_request("reserve", request())
    with raw_peer(talk(build())) as url:
        channel = SoapChannel(agreement().spec, Peer("RM", url))
        assert outcome(lambda: channel.call(agreement().operation("reserve"), sent, Deadline.after(NEVER))) == wanted


def outcome(call: Callable[[], WireMessage]) -> str:
    """The code of the Failure that comes of a reply, "" when it is the answer agreed."""
    try:
        answer = agreement().read_reply("reserve", call(), request())
    except Failure as failure:
        return failure.code
    return "" if answer.body["state"] == "completed" else "another answer"


OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "body without end": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"y" * 0x10000 + b"\r\n"),
    "body without length": (OK + b"\r\n", b"y" * 0x10000),
    "headers without end": (OK, b"X-A: y\r\n" * 8192),
}
"""Words -> (what comes first, what comes again and again)."""


@pytest.mark.parametrize("words", ENDLESS)
def test_an_endless_reply_is_cut_at_the_cap(words: str) -> None:
    """Long before the deadline, and without holding more than the cap."""
    taken, (first, part) = 0, ENDLESS[words]

    def flood(connection: socket.socket) -> None:
        nonlocal taken
        read_request(connection)
        connection.sendall(first)
        while True:
            connection.sendall(part)
            taken += len(part)

    sent = agreement().write_request("reserve", request())
    with raw_peer(flood) as url:
        channel = SoapChannel(agreement().spec, Peer("RM", url))
        assert outcome(lambda: channel.call(operation(), sent, Deadline.after(NEVER))) == "timeout"
    assert taken < 4 * MAX_REPLY + (8 << 20), "with what the sockets hold"


@pytest.mark.parametrize("location", ["http://169.254.169.254/latest/meta-data", "//127.0.0.1:9/", "/again"])
@pytest.mark.parametrize("status", ["301 X", "302 X", "303 X", "307 X", "308 X"])
def test_no_redirect_is_followed(status: str, location: str) -> None:
    asked: list[bytes] = []

    def redirect(connection: socket.socket) -> None:
        asked.append(read_request(connection))
        connection.sendall(http_reply(b"", status, f"Location: {location}", "Connection: close"))

    with raw_peer(redirect) as url:
        sent = agreement().write_request("reserve", request())
        for channel in (SoapChannel(agreement().spec, Peer("RM", url)), RestChannel(spec("rest"), Peer("RM", url))):
            reply = channel.call(operation(method="POST", path="/x"), sent, Deadline.after(NEVER))
            assert reply.headers[":status"] == status[:3]
    assert len(asked) == 2


# -- zeep, for what our codec declines, on the same pool -----------------------------------------------------------


def zeep_service(url: str) -> object:
    client = Client(str(FOLDER / "rm-resource.wsdl"), transport=ZeepTransport(timeout=NEVER))
    return client.create_service(next(iter(client.wsdl.bindings)), url)


@pytest.mark.parametrize(
    "words",
    [
        "XXE",
        "billion laughs",
        "depth 300",
        "2500000 elements",
        "11 MiB of text",
        "gzip bomb",
        "HTML by HTTP 500",
        "nothing",
        "cut in the middle",
    ],
)
def test_zeep_on_the_pool_is_no_weaker(words: str) -> None:
    with raw_peer(talk(REPLIES[words][0]())) as url, pytest.raises((Failure, ZeepError)):
        zeep_service(url).reserveResource(requestNo="1", opType="RSV", lanId="8330100")  # type: ignore[attr-defined]


LOADED = [
    "http://127.0.0.1:9/x.wsdl",
    "https://example.cn/x.wsdl",
    "ftp://127.0.0.1/x",
    "file:///nowhere/x.wsdl",
    "gopher://x",
    "//127.0.0.1/x",
]


@pytest.mark.parametrize("url", LOADED)
def test_zeep_reads_contracts_from_files_only(url: str) -> None:
    with pytest.raises(ZeepError, match="files only"):
        ZeepTransport().load(url)


@pytest.mark.parametrize("location", ["{}/evil.wsdl", "file:///etc/passwd", "../../../../etc/passwd", "{}/etc/../evil"])
def test_a_contract_that_imports_from_elsewhere_is_read_without(tmp_path: Path, location: str) -> None:
    asked: list[bytes] = []
    with raw_peer(lambda connection: asked.append(read_request(connection))) as url:
        text = (FOLDER / "rm-resource.wsdl").read_text("utf-8")
        evil = f'<wsdl:import namespace="urn:evil" location="{location.format(url)}"/>'
        (tmp_path / "rm.wsdl").write_text(text.replace("<wsdl:types>", f"{evil}<wsdl:types>", 1), "utf-8")
        from interfaces.codec.xml import XmlContract

        XmlContract.load(tmp_path / "rm.wsdl")
    assert asked == []
