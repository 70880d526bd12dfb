"""The channel suite on the drivers SOAP, REST, embedded AMQP, interface table."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from urllib.parse import urlsplit, urlunsplit

import pytest

from adapters.channels.amqp import AmqpChannel, open_broker
from adapters.channels.amqp_embedded import Broker
from adapters.channels.rest import RestChannel
from adapters.channels.soap import SoapChannel
from adapters.channels.table import TableChannel
from interfaces.channel import Channel, Peer
from interfaces.clock import Deadline
from interfaces.spec.model import Operation
from interfaces.wire import WireMessage
from tests.channels.parts import free_port, http_reply, operation, raw_peer, read_request, spec, table_spec
from tests.conformance.channel_suite import SECRET, ChannelSuite, Harness
from tests.rabbit import drained, own_names, proxied


class HttpHarness:
    stuck_code = "timeout"

    def __init__(self, url: str, driver: type[SoapChannel] | type[RestChannel], bodies: list[bytes]) -> None:
        self._url = url
        self._driver = driver
        self._bodies = bodies
        self.operation: Operation = operation(action="urn:reserve", method="POST", path="/orders")

    def channel(self) -> Channel:
        return self._open(self._url)

    def absent(self) -> Channel:
        return self._open(f"http://127.0.0.1:{free_port()}")

    @contextmanager
    def stuck(self) -> Iterator[Channel]:
        release = threading.Event()

        def silence(connection: socket) -> None:
            release.wait(20)

        with raw_peer(silence) as url:
            yield self._open(url)
            release.set()

    def taken(self) -> list[bytes]:
        return self._bodies

    def request(self, number: int = 1) -> WireMessage:
        return WireMessage(self.stored(number), "text/xml; charset=GB18030")

    def stored(self, number: int = 1) -> bytes:
        return f"<订单 no='{number}'>{SECRET}</订单>\r\n".encode("gb18030")

    def _open(self, url: str) -> Channel:
        return self._driver(spec("soap"), Peer("RM", url))


class AmqpHarness:
    stuck_code = "unavailable"

    def __init__(self, folder: Path) -> None:
        self._path = folder / "amqp.db"
        self._broker = Broker(self._path)
        self._broker.declare("work")
        self.operation: Operation = operation(routingKey="work")

    def channel(self) -> Channel:
        return self._open(self._path)

    def absent(self) -> Channel:
        return self._open(self._path.parent / "nowhere" / "amqp.db")

    @contextmanager
    def stuck(self) -> Iterator[Channel]:
        other = sqlite3.connect(self._path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        yield self.channel()
        other.close()

    def taken(self) -> list[bytes]:
        return [one.body for one in self._broker.get("work", 99)]

    def request(self, number: int = 1) -> WireMessage:
        return WireMessage(self.stored(number), "application/json", {"message_id": f"m-{number}"})

    def stored(self, number: int = 1) -> bytes:
        return f'{{"no": {number}, "名": "{SECRET}"}}'.encode("gb18030")

    def _open(self, path: Path) -> Channel:
        return AmqpChannel(spec("amqp"), Peer("WFM", f"amqp+file://{path}"))


class RabbitHarness:
    stuck_code = "timeout"

    def __init__(self, address: str) -> None:
        self._address = address
        parts = urlsplit(address)
        self._url, self._prefix = urlunsplit(parts._replace(query="")), parts.query.removeprefix("prefix=")
        broker = open_broker(address)
        broker.declare("work")
        broker.close()
        self.operation: Operation = operation(routingKey="work")

    def channel(self) -> Channel:
        return AmqpChannel(spec("amqp"), Peer("BILL", self._address))

    def absent(self) -> Channel:
        return AmqpChannel(spec("amqp"), Peer("BILL", f"amqp://127.0.0.1:{free_port()}/"))

    @contextmanager
    def stuck(self) -> Iterator[Channel]:
        with proxied(self._address) as (address, proxy):
            channel = AmqpChannel(spec("amqp"), Peer("BILL", address))
            channel.call(self.operation, self.request(), Deadline.after(20))
            proxy.freeze()
            yield channel
            proxy.cut()
            channel.close()

    def taken(self) -> list[bytes]:
        return drained(self._url, f"{self._prefix}work")

    def request(self, number: int = 1) -> WireMessage:
        return WireMessage(self.stored(number), "application/json", {"message_id": f"m-{number}"})

    def stored(self, number: int = 1) -> bytes:
        return f'{{"n": {number}, "note": "{SECRET}"}}'.encode()


class TableHarness:
    stuck_code = "unavailable"
    operation: Operation = operation(request="REQ", key="DJH")

    def __init__(self, folder: Path) -> None:
        self._path = folder / "97.db"
        self._spec = table_spec(folder)
        self._db = sqlite3.connect(self._path, isolation_level=None)
        self._db.execute("CREATE TABLE REQ (DJH TEXT PRIMARY KEY, NOTE TEXT)")

    def channel(self) -> Channel:
        return TableChannel(self._spec, Peer("97", f"sqlite:///{self._path}"))

    def absent(self) -> Channel:
        return TableChannel(self._spec, Peer("97", f"sqlite:///{self._path.parent}/nowhere/97.db"))

    @contextmanager
    def stuck(self) -> Iterator[Channel]:
        other = sqlite3.connect(self._path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        yield self.channel()
        other.close()

    def taken(self) -> list[bytes]:
        return [row[0] + row[1] for row in self._db.execute("SELECT DJH, NOTE FROM REQ")]

    def request(self, number: int = 1) -> WireMessage:
        row = {"DJH": f"T-{number}", "NOTE": SECRET}
        return WireMessage(json.dumps(row).encode(), "application/json", {"table": "REQ"})

    def stored(self, number: int = 1) -> bytes:
        return f"T-{number}{SECRET}".encode("gbk")


@pytest.fixture
def bodies() -> list[bytes]:
    return []


@pytest.fixture
def http_peer(bodies: list[bytes]) -> Iterator[str]:
    def answer(connection: socket) -> None:
        while request := read_request(connection):
            bodies.append(request.partition(b"\r\n\r\n")[2])
            connection.sendall(http_reply(b"<ok/>"))

    with raw_peer(answer) as url:
        yield url


class TestSoap(ChannelSuite):
    @pytest.fixture
    def harness(self, http_peer: str, bodies: list[bytes]) -> Harness:
        return HttpHarness(http_peer, SoapChannel, bodies)


class TestRest(ChannelSuite):
    @pytest.fixture
    def harness(self, http_peer: str, bodies: list[bytes]) -> Harness:
        return HttpHarness(http_peer, RestChannel, bodies)


class TestTable(ChannelSuite):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> Harness:
        return TableHarness(tmp_path)


class TestRabbitMQ(ChannelSuite):
    @pytest.fixture
    def harness(self, rabbitmq_url: str) -> Iterator[Harness]:
        with own_names(rabbitmq_url, "work") as address:
            yield RabbitHarness(address)


class TestAmqpEmbedded(ChannelSuite):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> Harness:
        return AmqpHarness(tmp_path)
