"""Attacks 39 to 42, and the HTTP that careless clients and proxies send: whole requests as bytes."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.security import bodies
from tests.security.bodies import CERT, EXCHANGE, HTTP, SOAP, TMF
from tests.security.case import JSON, XML, Case
from tests.security.raw import request

TYPE = {SOAP: XML, EXCHANGE: XML, HTTP: XML, TMF: JSON}
_BUILD: dict[str, Callable[[], str]] = {
    SOAP: lambda: bodies.soap(bodies.query()),
    EXCHANGE: lambda: bodies.wrapped(bodies.contract_root()),
    HTTP: bodies.contract_root,
    TMF: bodies.tmf,
}


def honest(path: str = SOAP) -> bytes:
    return _BUILD[path]().encode()


def head(*lines: str, path: str = SOAP, method: str = "POST", version: str = "1.1") -> bytes:
    """A request's head, exactly these lines after the request line and the type."""
    return "\r\n".join(
        [f"{method} {path} HTTP/{version}", f"Content-Type: {TYPE.get(path, XML)}", *lines, "", ""]
    ).encode("latin-1")


def chunked(*parts: bytes, extension: str = "", trailer: str = "") -> bytes:
    cut = b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension.encode(), part) for part in parts)
    return cut + b"0\r\n" + trailer.encode() + b"\r\n"


@dataclass(frozen=True)
class RawCase:
    """``data`` is all that is sent; ``want`` lists the answers, one for each request it holds."""

    number: int
    what: str
    data: Callable[[], bytes]
    want: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.number}-{self.what.replace(' ', '_')}"


HOST, CLOSE, CHUNKED = "Host: 127.0.0.1", "Connection: close", "Transfer-Encoding: chunked"


def _halves(path: str = SOAP) -> tuple[bytes, bytes]:
    body = honest(path)
    return body[:100], body[100:]


def _length(body: bytes) -> str:
    return f"Content-Length: {len(body)}"


def _with(*lines: str, path: str = SOAP, target: str = "", **more: str) -> bytes:
    """Head with a true Content-Length, and body."""
    body = honest(path)
    return head(HOST, CLOSE, _length(body), *lines, path=target or path, **more) + body


def _kept(path: str = SOAP) -> bytes:
    return request(path, honest(path), {"Content-Type": TYPE[path], "Connection": "keep-alive"})


SERVED: list[tuple[int, str, Callable[[], bytes], tuple[str, ...]]] = [
    (42, "chunked", lambda: head(HOST, CLOSE, CHUNKED) + chunked(*_halves()), ("200 reply",)),
    (42, "chunk extensions", lambda: head(HOST, CLOSE, CHUNKED) + chunked(*_halves(), extension=";a=b"), ("200 reply",)),
    (42, "trailers", lambda: head(HOST, CLOSE, CHUNKED) + chunked(*_halves(), trailer="X-Sum: 1\r\n"), ("200 reply",)),
    (42, "one byte a chunk", lambda: head(HOST, CLOSE, CHUNKED) + chunked(*(bytes([b]) for b in honest())), ("200 reply",)),
    (42, "upper case Chunked", lambda: head(HOST, CLOSE, "TRANSFER-ENCODING: Chunked") + chunked(honest()), ("200 reply",)),
    (42, "HTTP 1.0", lambda: _with(version="1.0"), ("200 reply",)),
    (42, "HTTP 1.0 without Host", lambda: head(_length(b := honest()), version="1.0") + b, ("200 reply",)),
    (42, "no User-Agent, no Accept", lambda: _with(), ("200 reply",)),
    (42, "header names in any case", lambda: _with().replace(b"Content-Type", b"cOnTeNt-TyPe"), ("200 reply",)),
    (42, "line ends without CR before the request", lambda: b"\r\n\r\n" + _with(), ("200 reply",)),
    (42, "two requests in one packet", lambda: _kept() + _with(), ("200 reply", "200 reply")),
    (42, "four doors in one packet", lambda: _kept() + _kept(EXCHANGE) + _kept(HTTP) + _with(path=TMF), ("200 reply", "200 root 0000", "200 root 0000", "201 json")),
    (42, "chunked, then another", lambda: head(HOST, CHUNKED) + chunked(*_halves()) + _with(), ("200 reply", "200 reply")),
    (42, "a refusal, then another", lambda: request(SOAP, b"<a", {"Content-Type": XML, "Connection": "keep-alive"}) + _with(), ("500 fault Client", "200 reply")),
    (42, "identity encoding", lambda: _with("Content-Encoding: identity"), ("200 reply",)),
    (42, "an upgrade nobody speaks", lambda: _with("Upgrade: h2c", "HTTP2-Settings: AAMAAABk").replace(CLOSE.encode(), b"Connection: close, Upgrade, HTTP2-Settings"), ("200 reply",)),
]  # fmt: skip

BAD: list[tuple[int, str, Callable[[], bytes], tuple[str, ...]]] = [
    (41, "CL and TE", lambda: head(HOST, CLOSE, "Content-Length: 5", CHUNKED) + chunked(honest()), ("400 problem invalid",)),
    (41, "TE and CL", lambda: head(HOST, CLOSE, CHUNKED, "Content-Length: 5") + chunked(honest()), ("400 problem invalid",)),
    (41, "two lengths", lambda: _with("Content-Length: 5"), ("400 problem invalid",)),
    (41, "length in letters", lambda: head(HOST, CLOSE, "Content-Length: abc") + honest(), ("400 problem invalid",)),
    (41, "negative length", lambda: head(HOST, CLOSE, "Content-Length: -1") + honest(), ("400 problem invalid",)),
    (41, "signed length", lambda: head(HOST, CLOSE, f"Content-Length: +{len(b := honest())}") + b, ("400 problem invalid",)),
    (41, "length beyond 64 bits", lambda: head(HOST, CLOSE, f"Content-Length: {'9' * 30}") + honest(), ("400 problem invalid",)),
    (41, "bad chunk size", lambda: head(HOST, CLOSE, CHUNKED) + b"zz\r\nabc\r\n0\r\n\r\n", ("400 problem invalid",)),
    (41, "chunk size beyond 64 bits", lambda: head(HOST, CLOSE, CHUNKED) + b"f" * 20 + b"\r\nabc\r\n0\r\n\r\n", ("400 problem invalid",)),
    (41, "chunk longer than it says", lambda: head(HOST, CLOSE, CHUNKED) + b"2\r\nabcdef\r\n0\r\n\r\n", ("400 problem invalid",)),
    (41, "TE of another coding", lambda: head(HOST, CLOSE, "Transfer-Encoding: gzip") + honest(), ("400 problem invalid",)),
    (41, "TE chunked not last", lambda: head(HOST, CLOSE, "Transfer-Encoding: chunked, gzip") + chunked(honest()), ("400 problem invalid",)),
    (41, "TE with a hidden blank", lambda: head(HOST, CLOSE, "Transfer-Encoding : chunked") + chunked(honest()), ("400 problem invalid",)),
    (41, "TE with a control character", lambda: head(HOST, CLOSE, "Transfer-Encoding:\x0bchunked") + chunked(honest()), ("400 problem invalid",)),
    (41, "folded header", lambda: head(HOST, CLOSE, "X-A: b\r\n c", _length(b := honest())) + b, ("400 problem invalid",)),
    (41, "NUL in a header", lambda: _with("X-A: b\0c"), ("400 problem invalid",)),
    (41, "header without a name", lambda: _with(": b"), ("400 problem invalid",)),
    (41, "header without a colon", lambda: _with("nonsense"), ("400 problem invalid",)),
    (41, "no HTTP at all", lambda: f"hello {CERT}\r\n\r\n".encode(), ("400 problem invalid",)),
    (41, "TLS to a plain port", lambda: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200, ("400 problem invalid",)),
    (41, "HTTP 2 preface", lambda: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ("400 problem invalid",)),
    (41, "HTTP 3.7", lambda: _with(version="3.7"), ("400 problem invalid",)),
    (41, "method of 1000 letters", lambda: _with(method="A" * 1000), ("400 problem invalid",)),
    (41, "unknown method", lambda: _with(method="FROBNICATE"), ("400 problem invalid",)),
    (41, "CONNECT", lambda: head("Host: 127.0.0.1:443", CLOSE, path="127.0.0.1:443", method="CONNECT"), ("400 problem invalid",)),
    (41, "blank in the target", lambda: _with(target=f"{SOAP} x"), ("400 problem invalid",)),
    (41, "raw UTF-8 in the target", lambda: _with().replace(SOAP.encode(), "/soap/订单".encode(), 1), ("400 problem invalid",)),
    (41, "garbage behind a good request", lambda: _kept() + b"\x00\x01garbage\r\n\r\n", ("200 reply",)),
    (42, "header of 256 KiB", lambda: _with(f"X-A: {'a' * (256 << 10)}"), ("431 problem too_large",)),
    (42, "4000 headers", lambda: _with(*(f"X-{n}: {'a' * 60}" for n in range(4000))), ("431 problem too_large",)),
    (42, "300 headers", lambda: _with(*(f"X-{n}: a" for n in range(300))), ("431 problem too_large",)),
    (42, "target of 256 KiB", lambda: _with(target=f"{SOAP}?{'a' * (256 << 10)}"), ("431 problem too_large",)),
    (42, "SOAPAction of 64 KiB", lambda: _with(f'SOAPAction: "{"a" * 65536}"'), ("431 problem too_large",)),
    (42, "head without end", lambda: b"POST / HTTP/1.1\r\n" + b"X-A: b\r\n" * 200_000, ("431 problem too_large",)),
    (42, "header name without end", lambda: b"POST / HTTP/1.1\r\n" + b"a" * (2 << 20), ("431 problem too_large",)),
    (42, "expectation nobody knows", lambda: _with("Expect: miracle"), ("200 reply",)),
    (42, "no Host", lambda: head(CLOSE, _length(b := honest())) + b, ("400 problem invalid",)),
    (42, "two Hosts", lambda: _with("Host: evil.example.cn"), ("400 problem invalid",)),
]  # fmt: skip


def _raw() -> Iterator[RawCase]:
    for number, what, data, want in SERVED + BAD:
        yield RawCase(number, what, data, want)


RAW = list(_raw())

TOO_LONG = {SOAP: "413 fault Client", EXCHANGE: "200 root 9043", HTTP: "200 root 9043", TMF: "413 tmf too_large"}
ENCODED = {SOAP: "415 fault Client", EXCHANGE: "200 root 9002", HTTP: "200 root 9002", TMF: "415 tmf invalid"}


def _encoded() -> Iterator[Case]:
    """Compressed bodies are refused before they are looked at."""
    for path, kind in TYPE.items():
        for coding, pack in {"gzip": gzip.compress, "deflate": zlib.compress}.items():
            yield Case(
                39,
                coding,
                path,
                lambda p=path, k=pack: k(honest(p)),
                ENCODED[path],
                {"Content-Type": kind, "Content-Encoding": coding},
            )  # type: ignore[misc]
        for coding in ("br", "zstd", "GZIP", "gzip, gzip", "x-gzip", "aes128gcm"):
            yield Case(
                39,
                f"coded {coding}",
                path,
                lambda p=path: honest(p),
                ENCODED[path],
                {"Content-Type": kind, "Content-Encoding": coding},
            )  # type: ignore[misc]
        yield Case(
            39,
            "gzip bomb",
            path,
            lambda: gzip.compress(bytes(300 << 20), 1)[: 900 << 10],
            ENCODED[path],
            {"Content-Type": kind, "Content-Encoding": "gzip"},
        )
        yield Case(
            39,
            "gzip unlabelled",
            path,
            lambda p=path: gzip.compress(honest(p)),
            {SOAP: "500 fault Client", TMF: "400 tmf invalid"}.get(path, "200 root 9241"),
            {"Content-Type": kind},
        )  # type: ignore[misc]


CASES = list(_encoded())
