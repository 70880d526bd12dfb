"""RabbitMQ for tests: names of our own in a virtual host, and a raw channel of pika for what no driver of ours does."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pika


@contextmanager
def own_names(url: str, *queues: str) -> Iterator[str]:
    """The address under a prefix that nobody else uses; these queues are gone afterwards."""
    prefix = f"t{secrets.token_hex(4)}."
    try:
        yield f"{url}?prefix={prefix}"
    finally:
        with raw(url) as channel:
            for queue in queues:
                channel.queue_delete(prefix + queue)


@contextmanager
def raw(url: str) -> Iterator[Any]:
    """A channel as any client of the broker has one."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        yield connection.channel()
    finally:
        if connection.is_open:
            connection.close()


def drained(url: str, queue: str) -> list[bytes]:
    """The bodies that lie in a queue, oldest first; they are taken out."""
    found = []
    with raw(url) as channel:
        while (got := channel.basic_get(queue, auto_ack=True))[0] is not None:
            found.append(got[2])
    return found


class Proxy:
    """A wire to the broker that can go dead (``freeze``: nothing passes any more) or be cut."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._flows = threading.Event()
        self._flows.set()
        self._open: list[socket.socket] = []
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        self._flows.clear()

    def cut(self) -> None:
        """Every connection ends at once; new ones are taken."""
        while self._open:
            with suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)
        self._flows.set()

    def close(self) -> None:
        self._server.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client = self._server.accept()[0]
                broker = socket.create_connection(self._to)
            except OSError:
                return
            self._open += [client, broker]
            for pair in ((client, broker), (broker, client)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self._flows.wait()
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxied(url: str) -> Iterator[tuple[str, Proxy]]:
    """The address of the same broker through a wire that tests can spoil."""
    parts = urlsplit(url)
    proxy = Proxy(parts.hostname or "", parts.port or 5672)
    try:
        yield urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{proxy.port}")), proxy
    finally:
        proxy.close()
