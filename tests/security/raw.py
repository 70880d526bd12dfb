"""HTTP as bytes: requests that no client library would send, and answers read without the code under test."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PATIENCE = 30.0
"""Seconds without a byte after which a test gives up; guards against hangs, measures nothing."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer; header names in lower case. status 0: the connection ended without one."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        charset = self.headers.get("content-type", "").rpartition("charset=")[2].strip('" ') or "utf-8"
        return self.body.decode(charset if charset in ("utf-8", "utf-16", "gb18030") else "utf-8")


NOTHING = Answer(0, {}, b"")


def request(
    path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, method: str = "POST", version: str = "1.1"
) -> bytes:
    """A whole request; a header of ``headers`` replaces the usual one, None-like "" leaves it out."""
    usual = {"Host": "127.0.0.1", "Content-Length": str(len(body)), "Connection": "close"}
    lines = {**usual, **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{method} {path} HTTP/{version}\r\n{head}\r\n".encode("latin-1") + body


class Wire:
    """One connection to the hub; ``raw`` is its socket."""

    def __init__(self, port: int) -> None:
        self.raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._file = self.raw.makefile("rb")

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()
        self.raw.close()

    def send(self, *parts: bytes) -> None:
        """Who is cut off while sending may still have an answer to read."""
        try:
            for part in parts:
                self.raw.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            return

    def end(self) -> None:
        """Nothing more will be sent."""
        self.raw.shutdown(socket.SHUT_WR)

    def answer(self, bodyless: bool = False) -> Answer:
        """The next answer, interim ones (1xx) skipped; NOTHING when the connection ends first."""
        try:
            while True:
                found = self._next(bodyless)
                if not 100 <= found.status < 200:
                    return found
        except ConnectionResetError:
            return NOTHING

    def _next(self, bodyless: bool) -> Answer:
        first = self._file.readline()
        if not first:
            return NOTHING
        headers = {name.lower(): value for name, value in self._headers()}
        status = int(first.split()[1])
        without = bodyless or status in (204, 304) or status < 200
        return Answer(status, headers, b"" if without else self._body(headers))

    def _headers(self) -> Iterable[tuple[str, str]]:
        while (line := self._file.readline().strip()) != b"":
            name, _, value = line.decode("latin-1").partition(":")
            yield name, value.strip()

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if "content-length" in headers:
            return self._file.read(int(headers["content-length"]))
        if headers.get("transfer-encoding") != "chunked":
            return self._file.read()
        body = b""
        while size := int(self._file.readline(), 16):
            body += self._file.read(size)
            self._file.readline()
        self._file.readline()
        return body

    def ended(self) -> bool:
        """Whether the hub has closed the connection (waits for it)."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True


def ask(port: int, *parts: bytes) -> Answer:
    """One request, sent as it is, and its answer."""
    with Wire(port) as wire:
        wire.send(*parts)
        return wire.answer(bodyless=parts[0].startswith(b"HEAD "))
