"""What the hub sends: numbered once per key, seen only whole, the flag last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.channels.file import FileChannel
from interfaces.agreement import Agreement
from interfaces.clock import Deadline, VirtualClock
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.wire import WireMessage
from tests.files.parts import WHOLE, file_bytes, line, name, peer, spec


@pytest.fixture
def outbound(tmp_path: Path) -> Any:
    return spec(tmp_path, "outbound", "file", operations=WHOLE)


@pytest.fixture
def channel(outbound: Any, tmp_path: Path) -> Iterator[FileChannel]:
    channel = FileChannel(outbound, peer(tmp_path))
    yield channel
    channel.close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "exchange" / "in"


def call(channel: FileChannel, key: str, day: str = "20261101", **row: str) -> dict[str, str]:
    tree = {"MX": [line(1) | row]}
    wire = WireMessage(json.dumps(tree).encode(), "application/json", {"file-key": key, "file-date": day})
    reply = channel.call(Operation, wire, Deadline.after(20))
    return dict(json.loads(reply.body))


Operation: Any = replace  # the file channel asks nothing of it


def there(place: Path) -> list[str]:
    return sorted(item.name for item in place.iterdir()) if place.is_dir() else []


def test_the_receipt_names_the_file_that_lies_there(channel: FileChannel, place: Path) -> None:
    receipt = call(channel, "send/t-1")
    assert receipt["file"] == "JS_20261101_0001.txt"
    assert (receipt["date"], receipt["sequence"], receipt["records"]) == ("20261101", "1", "1")
    assert there(place) == ["JS_20261101_0001.txt", "JS_20261101_0001.txt.ok"]
    assert (place / receipt["file"]).read_bytes() == file_bytes(channel._codec, line(1))
    assert int(receipt["bytes"]) == (place / receipt["file"]).stat().st_size


def test_numbers_count_up_and_begin_again_with_the_day(channel: FileChannel) -> None:
    names = [call(channel, f"send/{day}{n}", day)["file"][3:16] for day in ("20261101", "20261102") for n in range(2)]
    assert names == ["20261101_0001", "20261101_0002", "20261102_0001", "20261102_0002"]


def test_the_same_key_gives_the_same_file_and_never_a_second(channel: FileChannel, place: Path) -> None:
    first = call(channel, "send/t-1")
    assert call(channel, "send/t-1", day="20261102") == first, "on another day, too"
    assert len(there(place)) == 2


def test_a_file_that_the_peer_has_lost_is_laid_out_again_as_it_was(channel: FileChannel, place: Path) -> None:
    receipt = call(channel, "send/t-1")
    call(channel, "send/t-2")
    for item in place.iterdir():
        item.unlink()
    assert call(channel, "send/t-1") == receipt
    assert there(place) == ["JS_20261101_0001.txt", "JS_20261101_0001.txt.ok"]


def test_another_process_goes_on_with_the_numbers(channel: FileChannel, outbound: Any, tmp_path: Path) -> None:
    call(channel, "send/t-1")
    channel.close()
    again = FileChannel(outbound, peer(tmp_path))
    assert call(again, "send/t-1")["sequence"] == "1"
    assert call(again, "send/t-2")["sequence"] == "2"
    again.close()


def test_other_content_under_a_key_that_was_used_is_a_conflict(channel: FileChannel, place: Path) -> None:
    call(channel, "send/t-1")
    with pytest.raises(Failure) as caught:
        call(channel, "send/t-1", JE="9.99")
    assert caught.value.code == "conflict"
    assert len(there(place)) == 2


def test_rows_the_layout_refuses_use_up_no_number(channel: FileChannel, place: Path) -> None:
    with pytest.raises(Failure, match="bytes") as caught:
        call(channel, "send/t-1", MC="字" * 11)
    assert caught.value.code == "invalid"
    assert there(place) == []
    assert call(channel, "send/t-2")["sequence"] == "1"


def test_somebody_elses_file_of_our_name_is_never_written_over(channel: FileChannel, place: Path) -> None:
    place.mkdir()
    (place / "JS_20261101_0001.txt").write_bytes(b"theirs")
    with pytest.raises(Failure) as caught:
        call(channel, "send/t-1")
    assert caught.value.code == "conflict"
    assert (place / "JS_20261101_0001.txt").read_bytes() == b"theirs"


def test_a_crash_before_the_flag_is_made_good_by_sending_again(channel: FileChannel, place: Path) -> None:
    receipt = call(channel, "send/t-1")
    (place / "JS_20261101_0001.txt.ok").unlink()
    channel._ledger.note("send/t-1", receipt["sha256"], False, Deadline.after(5))
    assert call(channel, "send/t-1") == receipt
    assert there(place) == ["JS_20261101_0001.txt", "JS_20261101_0001.txt.ok"]


def test_a_crash_after_the_number_keeps_it_for_its_key(channel: FileChannel) -> None:
    channel._ledger.number("send/t-1", "20261101", 1, lambda n: name(n).name, Deadline.after(5))
    assert call(channel, "send/t-2")["sequence"] == "2"
    assert call(channel, "send/t-1")["sequence"] == "1"


def test_a_folder_that_is_not_there_uses_up_no_number(outbound: Any, tmp_path: Path) -> None:
    lost = FileChannel(outbound, peer(tmp_path, f"file://{tmp_path.parent}/not-mounted"))
    with pytest.raises(Failure) as caught:
        call(lost, "send/t-1")
    assert caught.value.code == "unavailable"
    lost.close()
    found = FileChannel(outbound, peer(tmp_path))
    assert call(found, "send/t-2")["sequence"] == "1"
    found.close()


def test_a_message_becomes_a_file_by_its_agreement(outbound: Any, channel: FileChannel, place: Path) -> None:
    body = {"externalId": "T-1", "state": "completed", "reason": {"code": "示例"}}
    agreement = Agreement(outbound, clock=VirtualClock())
    wire = agreement.write_request("send", Message("msg_1", "OrderEvent", "HUB", body, key="T-1"))
    reply = channel.call(outbound.operations["send"], wire, Deadline.after(20))
    assert json.loads(reply.body)["file"] == "JS_20260921_0001.txt", "of the business day"
    received = agreement.read_request(WireMessage((place / "JS_20260921_0001.txt").read_bytes()))
    assert received.message.body == body
