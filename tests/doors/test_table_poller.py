from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.doors.consumer import Consumer
from adapters.doors.consumers import wanted
from adapters.doors.table_poller import TableSource
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import InterfaceSpec, Transport
from tests.doors.parts import Agreement, fake_hub, spec
from tests.doors.test_consumers import eventually

LAYOUT = """
charset: gbk
request: REQ
status: STA
tables:
  REQ:
    columns:
      DJH: {type: text, bytes: 10, required: true, key: true}
  STA:
    read_mark: MARK
    columns:
      SEQ: {type: int, required: true, key: true}
      DJH: {type: text, bytes: 10}
      NOTE: {type: text, bytes: 20}
      MARK: {type: int, required: true}
"""
TABLE = "CREATE TABLE STA (SEQ INTEGER PRIMARY KEY, DJH TEXT, NOTE TEXT, MARK INTEGER NOT NULL)"


@pytest.fixture
def status97(tmp_path: Path) -> InterfaceSpec:
    (tmp_path / "tables.yaml").write_text(LAYOUT, "utf-8")
    transport = Transport("table", "table", "tables.yaml", "gbk", {"poll": "20ms"})
    return spec(id="status97", system="97", transport=transport, folder=tmp_path)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(tmp_path / "97.db", isolation_level=None)
    db.execute(TABLE)
    yield db
    db.close()


@pytest.fixture
def hub(status97: InterfaceSpec) -> Any:
    return fake_hub({"status97": Agreement(status97)})


@pytest.fixture
def consumer(hub: Any, status97: InterfaceSpec, tmp_path: Path) -> Iterator[Consumer]:
    consumer = Consumer(hub, TableSource(status97, f"sqlite:///{tmp_path}/97.db"))
    yield consumer
    consumer.stop()


def write(db: sqlite3.Connection, number: int, note: bytes, mark: int = 0) -> None:
    db.execute("INSERT INTO STA VALUES (?, ?, ?, ?)", (number, b"T-1", note, mark))


def unread(db: sqlite3.Connection) -> list[int]:
    return [row[0] for row in db.execute("SELECT SEQ FROM STA WHERE MARK = 0 ORDER BY SEQ")]


def test_unread_rows_come_in_order_as_text_and_are_marked_after_the_commit(
    hub: Any, consumer: Consumer, db: sqlite3.Connection
) -> None:
    write(db, 2, "竣工".encode("gbk"))
    write(db, 1, "受理".encode("gbk"))
    write(db, 0, b"old", mark=1)
    consumer.start()
    eventually(lambda: unread(db) == [])
    first, second = (one.wire for one in hub.intake.submitted)
    assert json.loads(first.body) == {"SEQ": 1, "DJH": "T-1", "NOTE": "受理", "MARK": 0}
    assert (second.headers, second.content_type) == ({"table": "STA"}, "application/json")
    assert hub.intake.submitted[0].endpoint == "table:97"


def test_a_row_the_hub_cannot_take_now_stays_unread(hub: Any, consumer: Consumer, db: sqlite3.Connection) -> None:
    tries: list[int] = []

    def later(inbound: Any) -> Message:
        tries.append(1)
        if len(tries) < 3:
            raise Failure("unavailable", "the store is busy")
        message: Message = inbound.received.message
        return message

    hub.intake.outcome = later
    write(db, 1, b"x")
    consumer.start()
    eventually(lambda: unread(db) == [])
    assert len(tries) == 3


def test_a_row_that_cannot_be_read_is_journalled_marked_and_passed_by(
    hub: Any, consumer: Consumer, db: sqlite3.Connection
) -> None:
    def strict(wire: Any) -> Any:
        if wire.content_type != "application/json":
            raise Failure("invalid", "no row", reason="json")
        return read(wire)

    agreement = hub.registry.get("status97")
    read, agreement.read_request = agreement.read_request, strict
    write(db, 1, b"\xff\xff")
    write(db, 2, b"good")
    consumer.start()
    eventually(lambda: unread(db) == [])
    assert len(hub.intake.refused) == 1
    assert len(hub.intake.submitted) == 1


def test_a_database_that_is_not_there_yet_is_waited_for(hub: Any, consumer: Consumer, tmp_path: Path) -> None:
    consumer.start()
    db = sqlite3.connect(tmp_path / "97.db", isolation_level=None)
    db.execute(TABLE)
    write(db, 1, b"x")
    eventually(lambda: unread(db) == [])
    db.close()


def test_every_fetched_interface_with_a_known_peer_gets_a_consumer(hub: Any, tmp_path: Path) -> None:
    from interfaces.channel import Peer

    hub.config.peers = {}
    hub.config.peer = lambda code, kind, interface="": Peer(code, f"sqlite:///{tmp_path}/97.db")
    (make,) = wanted(hub).values()
    assert make().source.endpoint == "table:97"
    hub.config.peer = lambda code, kind, interface="": Peer(code, "")
    assert wanted(hub) == {}


def test_each_instance_of_a_system_is_read_as_itself(hub: Any, tmp_path: Path) -> None:
    from interfaces.channel import Peer

    hub.config.peers = {"97-DATA": ..., "97": ..., "SPS": ..., "97-PILOT": ...}
    places = {"97": "97", "97-DATA": "data", "97-PILOT": "97"}  # the pilot has no tables of its own: nothing to read
    hub.config.peer = lambda code, kind, interface="": Peer(code, f"sqlite:///{tmp_path}/{places.get(code, '')}.db")
    consumers = [make() for make in wanted(hub).values()]
    assert [consumer.source.endpoint for consumer in consumers] == ["table:97", "table:97-DATA"]
    db = sqlite3.connect(tmp_path / "data.db", isolation_level=None)
    db.execute(TABLE)
    write(db, 1, b"x")
    consumers[1].start()
    eventually(lambda: hub.intake.submitted)
    consumers[1].stop()
    assert hub.intake.submitted[0].received.message.source == "97-DATA"
    db.close()
