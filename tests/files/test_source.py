"""What the hub takes: each file once, whole or not at all, whatever happens in between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.doors.consumer import Consumer
from adapters.doors.file_source import FileSource
from adapters.files.ledger import Ledger
from interfaces.agreement import Agreement
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import InterfaceSpec
from tests.doors.parts import fake_hub
from tests.doors.test_consumers import eventually
from tests.files.parts import CLOSE, RECORD, codec, file_bytes, line, name, peer, spec


class Peer:
    """The settlement system: it lays out files and looks at what became of them."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "exchange" / "in"
        self.place.mkdir(parents=True)
        theirs = folder / "theirs"
        theirs.mkdir()
        self._codec = codec(theirs)

    def file(self, *numbers: int, sequence: int = 1, **row: str) -> bytes:
        return file_bytes(self._codec, *[line(n) | row for n in numbers], sequence=sequence)

    def put(self, *numbers: int, sequence: int = 1, data: bytes | None = None, flag: bool = True, **row: str) -> Path:
        path = self.place / name(sequence).name
        path.write_bytes(self.file(*numbers, sequence=sequence, **row) if data is None else data)
        if flag:
            path.with_name(f"{path.name}.ok").touch()
        return path

    def inbox(self) -> list[str]:
        return sorted(item.name for item in self.place.iterdir() if item.is_file())

    def archive(self) -> list[str]:
        return self._names("archive")

    def refused(self) -> list[str]:
        return self._names("refused")

    def reasons(self, file: str = "JS_20261101_0001.txt", folder: str = "refused") -> str:
        return (self.place / folder / f"{file}.reasons.txt").read_text("utf-8")

    def _names(self, folder: str) -> list[str]:
        return sorted(item.name for item in (self.place / folder).iterdir()) if (self.place / folder).is_dir() else []


class World:
    """A consumer on the peer's folder; ``again`` is another process on the same ledger."""

    def __init__(self, folder: Path, inbound: InterfaceSpec) -> None:
        self.folder, self.spec = folder, inbound
        self.told: list[tuple[str, str, str]] = []
        self.hub = fake_hub({inbound.id: Agreement(inbound)})  # type: ignore[dict-item]
        self.consumers: list[Consumer] = []

    def start(self) -> Consumer:
        consumer = Consumer(self.hub, self.source())
        self.consumers.append(consumer)
        consumer.start()
        return consumer

    def source(self) -> FileSource:
        return FileSource(self.spec, peer(self.folder), lambda *said: self.told.append(said[:3]))

    def stop(self) -> None:
        for consumer in self.consumers:
            consumer.stop()

    def keys(self) -> list[str]:
        return [one.received.message.key for one in self.hub.intake.submitted]

    def exchanges(self) -> list[str]:
        return [one.received.message.exchange_id for one in self.hub.intake.submitted]

    def refusals(self) -> list[Failure]:
        return [failure for _, failure, _ in self.hub.intake.refused]

    def said(self, what: str) -> list[tuple[str, str, str]]:
        return [said for said in self.told if said[0] == what]


@pytest.fixture
def settle(tmp_path: Path) -> Peer:
    return Peer(tmp_path)


@pytest.fixture
def make(tmp_path: Path, settle: Peer) -> Iterator[Any]:
    made: list[World] = []

    def make(**how: Any) -> World:
        made.append(World(tmp_path, spec(tmp_path, **how)))
        return made[-1]

    yield make
    for world in made:
        world.stop()


@pytest.fixture
def world(make: Any) -> World:
    made: World = make()
    return made


def test_every_record_is_a_message_and_the_file_goes_to_the_archive(world: World, settle: Peer) -> None:
    settle.put(1, 2, 3)
    world.start()
    eventually(lambda: settle.inbox() == [])
    assert world.keys() == ["T-1", "T-2", "T-3"]
    assert settle.archive() == ["JS_20261101_0001.txt", "JS_20261101_0001.txt.ok"]
    first = world.hub.intake.submitted[0]
    assert first.wire.body == settle.file(1).split(b"\r\n90")[0] + b"\r\n", (
        "the header's line and its own, as they came"
    )
    assert first.wire.headers["file-line"] == "2"
    assert first.endpoint == "file:SETTLE/in"
    assert len(set(world.exchanges())) == 3
    eventually(lambda: world.said("file taken") == [("file taken", "JS_20261101_0001.txt", "")])


def test_the_trailer_comes_last_with_what_became_of_the_records(make: Any, settle: Peer) -> None:
    world = make(operations=RECORD + CLOSE)
    settle.put(1, 2, 3, data=settle.file(1, 2, 3).replace(b"T-2             W", b"T-2             Q"))
    world.start()
    eventually(lambda: settle.inbox() == [])
    assert world.keys() == ["T-1", "T-3", "JS_20261101_0001.txt"]
    assert world.hub.intake.submitted[-1].received.message.body["step"] == "3"
    assert world.hub.intake.submitted[-1].received.message.body["reason"] == {"code": "1"}
    assert "line 3: invalid" in settle.reasons(folder="archive")
    assert "incident msg_refused1" in settle.reasons(folder="archive")


def test_a_file_may_be_one_message(make: Any, settle: Peer) -> None:
    operations = (
        RECORD.replace("        wire: MX\n", "").replace(", DH]", ', "MX[0].DH"]').replace("ZT,", '"MX[0].ZT",')
    )
    world = make(messages="file", operations=operations.replace("          - [reason.code, MC]\n", ""))
    settle.put(1)
    settle.put(2, sequence=2, ZT="Q")
    world.start()
    eventually(lambda: settle.inbox() == [])
    assert world.keys() == ["T-1"]
    assert world.hub.intake.submitted[0].wire.body == settle.file(1)
    assert settle.archive() == ["JS_20261101_0001.txt", "JS_20261101_0001.txt.ok"]
    assert "STATE" in settle.reasons("JS_20261101_0002.txt")


BROKEN = {
    "a bad trailer": (lambda d: d.replace(b"90000002", b"90000003"), "number of details is 2"),
    "cut off": (lambda d: d[:-40], "cut off"),
    "the wrong charset": (lambda d: d.decode("gbk").encode("utf-8"), "has"),
    "nothing in it": (lambda d: b"", "empty"),
    "another number than its name": (lambda d: d.replace(b"202611010001", b"202611010002"), "sequence in the file"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_refused_whole_moved_aside_and_journalled(world: World, settle: Peer, what: str) -> None:
    change, said = BROKEN[what]
    settle.put(data=change(settle.file(1, 2)))
    world.start()
    eventually(lambda: settle.inbox() == [])
    assert world.keys() == []
    assert settle.refused() == [f"JS_20261101_0001.txt{end}" for end in ("", ".ok", ".reasons.txt")]
    assert said in settle.reasons()
    assert "incident msg_refused1" in settle.reasons()
    (failure,) = world.refusals()
    assert failure.errors
    eventually(lambda: bool(world.said("file refused")))


def test_a_corrected_file_may_come_under_the_number_of_the_refused_one(world: World, settle: Peer) -> None:
    settle.put(data=settle.file(1)[:-5])
    world.start()
    eventually(lambda: settle.refused() != [] and settle.inbox() == [])
    settle.put(1)
    eventually(lambda: settle.archive() != [] and settle.inbox() == [])
    assert world.keys() == ["T-1"]


def test_a_file_without_its_flag_is_left_alone(make: Any, settle: Peer) -> None:
    world = make(more=', flag: "{name}.ok", late: 0s')
    path = settle.put(1, flag=False)
    world.start()
    eventually(lambda: bool(world.said("file alarm: no flag")))
    assert (world.keys(), settle.inbox()) == ([], [path.name])
    path.with_name(f"{path.name}.ok").touch()
    eventually(lambda: settle.inbox() == [])
    assert len(world.said("file alarm: no flag")) == 1, "told once"


def test_a_file_still_being_written_is_waited_for_without_flags(make: Any, settle: Peer) -> None:
    world = make(more=", stable: 300ms")
    whole = settle.file(1, 2)
    path = settle.put(data=whole[:50], flag=False)
    world.start()
    for end in range(60, len(whole), 20):
        path.write_bytes(whole[:end])
    path.write_bytes(whole)
    eventually(lambda: settle.inbox() == [])
    assert world.keys() == ["T-1", "T-2"]
    assert settle.refused() == []


def test_after_a_missing_number_the_files_wait(make: Any, settle: Peer) -> None:
    world = make(more=', flag: "{name}.ok", late: 0s')
    settle.put(7, sequence=7)
    for n in (1, 2, 3, 4, 5):
        settle.put(n, sequence=n)
    world.start()
    eventually(lambda: len(settle.archive()) == 10 and bool(world.said("file alarm: gap")))
    assert settle.inbox() == ["JS_20261101_0007.txt", "JS_20261101_0007.txt.ok"]
    assert "number 6 of 20261101" in world.said("file alarm: gap")[-1][2]
    settle.put(6, sequence=6)
    eventually(lambda: settle.inbox() == [])
    assert world.keys() == [f"T-{n}" for n in range(1, 8)]


def test_where_declared_a_gap_is_an_alarm_and_the_late_file_is_taken_when_it_comes(make: Any, settle: Peer) -> None:
    world = make(more=', flag: "{name}.ok", late: 0s, gap: alarm')
    settle.put(2, sequence=2)
    world.start()
    eventually(lambda: settle.inbox() == [])
    assert len(world.said("file alarm: gap")) == 1
    settle.put(1, sequence=1)
    eventually(lambda: settle.inbox() == [])
    assert world.keys() == ["T-2", "T-1"]


def test_a_number_from_nowhere_costs_nothing(world: World, settle: Peer) -> None:
    settle.put(1, sequence=9999)
    settle.put(2, sequence=1)
    world.start()
    eventually(lambda: len(settle.inbox()) == 2)
    assert world.keys() == ["T-2"]


def test_the_same_file_again_is_a_duplicate_and_taken_once(world: World, settle: Peer) -> None:
    settle.put(1)
    world.start()
    eventually(lambda: settle.inbox() == [])
    settle.put(1)
    eventually(lambda: bool(world.said("file duplicate")) and settle.inbox() == [])
    assert world.keys() == ["T-1"]
    assert settle.archive() == [f"JS_20261101_0001.txt{end}" for end in ("", ".2", ".ok", ".ok.2")]


def test_the_same_number_with_other_content_is_a_conflict(world: World, settle: Peer) -> None:
    settle.put(1)
    world.start()
    eventually(lambda: settle.inbox() == [])
    settle.put(2)
    eventually(lambda: settle.refused() != [] and settle.inbox() == [])
    assert world.keys() == ["T-1"]
    assert "conflict" in settle.reasons()
    assert [failure.code for failure in world.refusals()] == ["conflict"]


def test_names_in_another_case_are_the_same_file(world: World, settle: Peer) -> None:
    settle.put(1)
    world.start()
    eventually(lambda: settle.inbox() == [])
    (settle.place / "js_20261101_0001.TXT").write_bytes(settle.file(1))
    (settle.place / "js_20261101_0001.TXT.ok").touch()
    eventually(lambda: bool(world.said("file duplicate")))
    assert world.keys() == ["T-1"]


def test_strangers_links_and_folders_are_left_alone(world: World, settle: Peer, tmp_path: Path) -> None:
    (settle.place / "notes.txt").write_bytes(b"x")
    (settle.place / "JS_20261399_0001.txt").write_bytes(b"x")
    (tmp_path / "elsewhere").write_bytes(settle.file(1))
    os.symlink(tmp_path / "elsewhere", settle.place / "JS_20261101_0001.txt")
    (settle.place / "JS_20261101_0001.txt.ok").touch()
    (settle.place / "JS_20261101_0002.txt").mkdir()
    world.start()
    eventually(lambda: len(world.said("file alarm: stranger")) >= 2)
    assert world.keys() == []


def test_a_hub_that_is_busy_gets_the_records_later(world: World, settle: Peer) -> None:
    tries: list[str] = []

    def later(inbound: Any) -> Message:
        tries.append(inbound.received.message.key)
        if len(tries) in (1, 2):
            raise Failure("unavailable", "the store is busy")
        if len(tries) == 4:
            raise Failure("internal", "once")
        message: Message = inbound.received.message
        return message

    world.hub.intake.outcome = later
    settle.put(1, 2)
    world.start()
    eventually(lambda: settle.inbox() == [])
    assert tries == ["T-1", "T-2", "T-1", "T-2", "T-2"]
    assert settle.refused() == []


def test_a_record_that_fails_every_time_does_not_hold_up_the_file(world: World, settle: Peer) -> None:
    def broken(inbound: Any) -> Message:
        message: Message = inbound.received.message
        if message.key == "T-1":
            raise Failure("internal", "always")
        return message

    world.hub.intake.outcome = broken
    settle.put(1, 2)
    world.start()
    eventually(lambda: settle.inbox() == [])
    assert world.keys().count("T-1") == 5
    assert "line 2: internal" in settle.reasons(folder="archive")


def test_what_a_killed_process_had_not_kept_comes_again_under_the_same_ids(world: World, settle: Peer) -> None:
    settle.put(*range(500))
    first = world.source()
    first.open()
    batches = [first.take()]
    first.done([taken.token for taken in batches[0]])
    batches.append(first.take())  # and dies: of these nothing was kept
    world.start()
    eventually(lambda: settle.inbox() == [])
    assert world.keys() == [f"T-{n}" for n in range(200, 500)]
    lost = [Agreement(world.spec).read_request(taken.wire).message.exchange_id for taken in batches[1]]
    assert world.exchanges()[:200] == lost, "so the hub knows that it had them"


def test_a_process_that_dies_before_the_archive_leaves_a_duplicate_and_no_second_effect(
    world: World, settle: Peer
) -> None:
    settle.put(1)
    first = world.source()
    first.open()
    first.done([taken.token for taken in first.take()])
    ledger: Ledger = first._ledger
    known = ledger.taken("20261101/1", Deadline.after(5))
    assert known is not None
    ledger.keep(type(known)(**{n: getattr(known, n) for n in known.__slots__} | {"state": "taken"}), Deadline.after(5))
    world.start()
    eventually(lambda: settle.inbox() == [])
    assert world.keys() == []


def test_two_processes_never_read_one_folder_at_a_time(world: World, settle: Peer) -> None:
    settle.put(1)
    one, other = world.source(), world.source()
    one._owner, other._owner = "one", "other"
    one.open()
    other.open()
    assert len(one.take()) == 1
    assert other.take() == []
    one.close()
    assert len(other.take()) == 1, "what it had not settled"


def test_a_folder_that_is_not_there_yet_is_waited_for(make: Any, settle: Peer) -> None:
    world = make()
    away = settle.place.parent.with_name("away")
    settle.put(1)
    settle.place.parent.rename(away)
    source = FileSource(world.spec, peer_without_folder(world.folder), lambda *said: None)
    consumer = Consumer(world.hub, source)
    world.consumers.append(consumer)
    consumer.start()
    away.rename(settle.place.parent)
    eventually(lambda: settle.inbox() == [])
    assert world.keys() == ["T-1"]


def peer_without_folder(folder: Path) -> Any:
    from interfaces.channel import Peer as Configured

    options = {"ledger": f"sqlite:///{folder}/files.db", "work": str(folder / "elsewhere" / "work")}
    return Configured("SETTLE", f"file://{folder}/exchange", options)
