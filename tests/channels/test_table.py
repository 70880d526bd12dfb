from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.channels.table import TableChannel
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.spec.model import Operation
from interfaces.wire import WireMessage
from tests.channels.parts import operation, table_spec

SUBMIT = operation(request="REQ", key="DJH")
ASK = operation(request="REQ", reply="STA", key="DJH")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(tmp_path / "97.db", isolation_level=None)
    db.execute("CREATE TABLE REQ (DJH TEXT PRIMARY KEY, NOTE TEXT)")
    db.execute("CREATE TABLE STA (SEQ INTEGER PRIMARY KEY, DJH TEXT, ZT TEXT, NOTE TEXT, MARK INTEGER)")
    yield db
    db.close()


@pytest.fixture
def channel(tmp_path: Path, db: sqlite3.Connection) -> Iterator[TableChannel]:
    channel = TableChannel(table_spec(tmp_path), Peer("97", f"sqlite:///{tmp_path}/97.db"))
    yield channel
    channel.close()


def call(channel: TableChannel, operation: Operation = SUBMIT, /, **row: Any) -> dict[str, Any]:
    body = json.dumps(row, ensure_ascii=False).encode()
    reply = channel.call(operation, WireMessage(body, "application/json"), Deadline.after(5))
    return dict(json.loads(reply.body)) if reply.body else {}


def test_a_row_is_inserted_once_and_left_alone_afterwards(channel: TableChannel, db: sqlite3.Connection) -> None:
    assert call(channel, DJH="T-1", NOTE="张示例") == {}
    db.execute("UPDATE REQ SET NOTE = 'taken'")
    call(channel, DJH="T-1", NOTE="张示例")
    assert db.execute("SELECT DJH, NOTE FROM REQ").fetchall() == [(b"T-1", "taken")]


def test_text_is_stored_in_the_bytes_of_the_charset(channel: TableChannel, db: sqlite3.Connection) -> None:
    call(channel, DJH="T-1", NOTE="装机地址")
    assert db.execute("SELECT NOTE FROM REQ").fetchone() == ("装机地址".encode("gbk"),)


@pytest.mark.parametrize(
    "row",
    [
        {"DJH": "T-1", "NOTE": "字" * 21},
        {"DJH": "T-1", "NOTE": "𠮷"},
        {"NOTE": "no key"},
        {"DJH": "T-1", "OTHER": "x"},
    ],
    ids=["too long in bytes", "a character the charset lacks", "a required column missing", "no such column"],
)
def test_a_row_the_layout_does_not_allow_is_refused_whole(
    channel: TableChannel, db: sqlite3.Connection, row: dict[str, str]
) -> None:
    with pytest.raises(Failure) as caught:
        call(channel, **row)
    assert (caught.value.code, caught.value.reason) == ("invalid", "structure")
    assert db.execute("SELECT count(*) FROM REQ").fetchone() == (0,)


@pytest.mark.parametrize("address", ["", "no url", "nosuchdb://h/x", "oracle://h/x", "sqlite://h:port/x"])
def test_an_address_that_is_no_database_is_refused_in_words(tmp_path: Path, address: str) -> None:
    with pytest.raises(Failure) as caught:
        TableChannel(table_spec(tmp_path), Peer("97", address))
    assert caught.value.code == "invalid"
    assert "SQLAlchemy URL" in caught.value.advice


def test_the_newest_status_row_answers_a_question(channel: TableChannel, db: sqlite3.Connection) -> None:
    for number, (order, state, note) in enumerate([("T-1", "S", ""), ("T-1", "W", "竣工"), ("T-2", "T", "")]):
        row = (number, order.encode(), state.encode(), note.encode("gbk"))
        db.execute("INSERT INTO STA VALUES (?, ?, ?, ?, 1)", row)
    assert call(channel, ASK, DJH="T-1") == {"SEQ": 1, "DJH": "T-1", "ZT": "W", "NOTE": "竣工", "MARK": 1}


def test_an_order_nobody_has_touched_yet_is_waiting_and_one_never_inserted_is_missing(channel: TableChannel) -> None:
    call(channel, DJH="T-1")
    assert call(channel, ASK, DJH="T-1") == {"DJH": "T-1", "ZT": "S"}
    assert call(channel, ASK, DJH="T-9") == {"DJH": "T-9", "ZT": "N"}
