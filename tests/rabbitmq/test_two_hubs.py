"""Two hubs read the same queues; one is stopped and started again meanwhile: every message is taken, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pika
import pytest
import sqlalchemy as sa

from hub.bootstrap import build
from hub.config import load
from hub.runtime import Hub
from hub.store import schema
from interfaces.spec.registry import bundled_folder
from tests.flow.house import until
from tests.rabbit import own_names, raw
from tests.services import Databases

QUEUE = "hub.bill.reply"
GOOD = (bundled_folder() / "BILL/bill-reply/examples/done.request.json").read_bytes()
EACH = 120


class Pair:
    """Two hubs on one store and one broker."""

    def __init__(self, data: Path, db: str, url: str, prefix: str) -> None:
        self._data, self._db, self.url, self.prefix = data, db, url, prefix
        self._address = data / "amqp.url"
        self._address.write_text(f"{url}?prefix={prefix}")
        self.hubs = [self._open() for _ in range(2)]
        self._sent = 0

    def _open(self) -> Hub:
        hub = build(load(self._data, amqp=f"file:{self._address}", db=self._db, db_schema="mboss"))
        hub.start()
        return hub

    def restart(self, n: int) -> None:
        self.hubs[n].stop()
        self.hubs[n] = self._open()

    def close(self) -> None:
        for hub in self.hubs:
            hub.stop()

    def send(self, count: int) -> None:
        with raw(self.url) as channel:
            channel.confirm_delivery()
            for _ in range(count):
                self._sent += 1
                name = pika.BasicProperties(content_type="application/json", message_id=f"m{self._sent}")
                channel.basic_publish("", self.prefix + QUEUE, GOOD, name, mandatory=True)

    def taken(self) -> Counter[str]:
        """Message id -> how often it is in the journal."""
        t = schema.message
        with self.hubs[1].store.read() as connection:
            rows = connection.execute(sa.select(t.c.headers).where(t.c.endpoint == f"amqp:{QUEUE}"))
            return Counter(str(row.headers["message_id"]) for row in rows)

    def all_taken(self) -> Counter[str]:
        return until(self.taken, lambda taken: len(taken) == self._sent)

    def readers(self) -> int:
        """Consumers of the queue at the broker."""
        with raw(self.url) as channel:
            return int(channel.queue_declare(self.prefix + QUEUE, passive=True).method.consumer_count)

    def left(self) -> int:
        with raw(self.url) as channel:
            names = (self.prefix + QUEUE, f"{self.prefix}{QUEUE}.dead")
            return sum(channel.queue_declare(name, passive=True).method.message_count for name in names)


@pytest.fixture
def pair(rabbitmq_url: str, postgres: Databases, tmp_path: Path) -> Iterator[Pair]:
    queues = (QUEUE, "hub.wfm.result")
    with ExitStack() as stack:
        address = stack.enter_context(own_names(rabbitmq_url, *queues, *(f"{name}.dead" for name in queues)))
        made = Pair(tmp_path, postgres.new(), rabbitmq_url, address.partition("?prefix=")[2])
        stack.callback(made.close)
        yield made


def test_every_message_is_taken_once_though_one_of_two_readers_comes_and_goes(pair: Pair) -> None:
    until(pair.readers, lambda count: count == 2)
    pair.send(EACH)
    pair.restart(0)
    pair.send(EACH)
    until(pair.readers, lambda count: count == 2)
    pair.restart(1)
    pair.send(EACH)
    assert set(pair.all_taken().values()) == {1}
    assert until(pair.left, lambda count: count == 0) == 0
