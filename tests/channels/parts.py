"""A tiny spec and a raw TCP peer that answers exactly the bytes it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from interfaces.spec.model import InterfaceSpec, Operation, Side, Transport

Talk = Callable[[socket.socket], None]


def operation(**wire: Any) -> Operation:
    return Operation("reserve", "request-reply", Side("ResourceOrder@1"), Side("ResourceOrderResult@1"), wire=wire)


def spec(kind: str, wire: dict[str, Any] | None = None, **settings: Any) -> InterfaceSpec:
    return InterfaceSpec(
        id="rm-resource",
        version="1.0.0",
        system="RM",
        title={"en": "Resources"},
        owner="team:resources",
        lifecycle="production",
        direction="outbound",
        transport=Transport(kind=kind, envelope="soap-plain", settings=settings),  # type: ignore[arg-type]
        operations={"reserve": operation(**(wire or {}))},
    )


LAYOUT = """
charset: gbk
request: REQ
status: STA
tables:
  REQ:
    columns:
      DJH:  {type: text, bytes: 10, required: true, key: true}
      NOTE: {type: text, bytes: 40}
  STA:
    read_mark: MARK
    columns:
      SEQ:  {type: int, required: true, key: true}
      DJH:  {type: text, bytes: 10, required: true}
      ZT:   {type: text, bytes: 1, required: true}
      NOTE: {type: text, bytes: 20}
      MARK: {type: int, required: true}
"""


def table_spec(folder: Path) -> InterfaceSpec:
    """A spec whose layout file lies in ``folder``."""
    (folder / "tables.yaml").write_text(LAYOUT, "utf-8")
    settings = {"missing": {"ZT": "N"}, "waiting": {"ZT": "S"}}
    transport = Transport("table", "table", "tables.yaml", "gbk", settings)
    return replace(spec("table"), id="order97", system="97", transport=transport, folder=folder)


@contextmanager
def raw_peer(talk: Talk) -> Iterator[str]:
    """``talk`` gets each accepted connection in its own thread; yields the URL."""
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(server, talk), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


def _accept(server: socket.socket, talk: Talk) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, talk), daemon=True).start()


def _serve(connection: socket.socket, talk: Talk) -> None:
    with connection:
        try:
            talk(connection)
        except OSError:
            return


def read_request(connection: socket.socket) -> bytes:
    """One HTTP request with a Content-Length, head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (part := connection.recv(65536)):
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(h.split(b":")[1]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http_reply(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
