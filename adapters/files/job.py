"""One file being taken: its messages, what became of them, and how far that is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice, takewhile
from pathlib import Path
from typing import NamedTuple

from adapters.files.ledger import Taken
from interfaces.codec.file import Entry, FileCodec
from interfaces.contract.file_name import FileName
from interfaces.envelope.file import REFUSAL
from interfaces.failure import Failure
from interfaces.wire import WireMessage

TRIES = 5
"""Of one record, before it is given up as refused; like an AMQP message's deliveries."""
SHOWN = 1 << 16
"""Bytes of a refused file that the journal keeps; the file itself is moved aside whole."""


WHOLE = 0
"""Number of the message that is the file itself."""


class Part(NamedTuple):
    """One message of a file. number: of the record, from 1, or WHOLE. line: in the file."""

    number: int
    line: int
    wire: WireMessage


class Job:
    """``batch`` gives messages, ``settle`` and ``again`` hear what became of them. One thread.

    records  how many details the file holds
    refusal  why nothing of the file is taken; None while it is
    """

    def __init__(
        self, file: Taken, spool: Path, parts: Parts, records: int = 0, refusal: Failure | None = None
    ) -> None:
        self.file = file
        self.spool = spool
        self.records = records
        self.refusal = refusal
        self._parts = parts(self)
        self._open: dict[int, Part] = {}
        self._again: list[Part] = []
        self._tries: dict[int, int] = {}
        self._last = file.position

    @property
    def busy(self) -> bool:
        """Messages are out of which nothing was heard yet."""
        return len(self._open) > len(self._again)

    def batch(self, most: int) -> list[Part]:
        """The next messages; [] when all were given and settled."""
        batch, self._again = self._again, []
        # a barrier (None) ends a batch, so the first look may find it and nothing else
        batch = batch or self._next(most) or self._next(most)
        self._open |= {part.number: part for part in batch}
        return batch

    def _next(self, most: int) -> list[Part]:
        return [part for part in islice(takewhile(bool, self._parts), most) if part]

    def settle(self, numbers: Sequence[int], failures: Sequence[Failure] = ()) -> bool:
        """True when nothing is open any more: what is known of the file has moved on and may be kept."""
        for index, number in enumerate(numbers):
            part = self._open.pop(number)
            self._last = max(self._last, number)
            failure = failures[index] if failures else self.refusal
            if failure is not None:
                self._refused(part, failure)
        if self._open:
            return False
        self.file = replace(self.file, position=self._last)
        return True

    def again(self, numbers: Sequence[int]) -> None:
        """Not now. What fails every time does not hold up the file for ever."""
        for number in numbers:
            self._tries[number] = self._tries.get(number, 0) + 1
            if self._tries[number] < TRIES:
                self._again.append(self._open[number])
            else:
                self.settle([number], [Failure("internal", f"it could not be processed in {TRIES} tries")])

    def reasons(self) -> bytes:
        """What was refused, for a person, b"" when nothing was."""
        with suppress(FileNotFoundError):
            return b"\n".join(dict.fromkeys(self._reasons_file.read_bytes().splitlines())) + b"\n"
        return b""

    def end(self) -> None:
        """Nothing of the file is kept here any longer."""
        self.spool.unlink(missing_ok=True)
        self._reasons_file.unlink(missing_ok=True)

    @property
    def _reasons_file(self) -> Path:
        return self.spool.with_name(f"{self.spool.name}.reasons")

    def _refused(self, part: Part, failure: Failure) -> None:
        self.file = replace(self.file, refused=self.file.refused + 1)
        if part.number == WHOLE:
            self.refusal = failure
        with self._reasons_file.open("ab") as out:
            out.write(explained(part.line, failure))


Parts = Callable[[Job], Iterator[Part | None]]
"""The messages of a job; None where all before it must be settled first."""


def explained(line: int, failure: Failure) -> bytes:
    """One refusal as lines of text: what, where, what to do, the journal's number."""
    place = f"line {line}: " if line else ""
    text = [f"{place}{failure.code}: {failure.message}"]
    text += [f"  {fault.get('path', '')}: {fault.get('message', '')}" for fault in failure.errors]
    text += [f"  {failure.advice}"] if failure.advice else []
    incident = failure.detail.get("incident")
    text += [f"  incident {incident}"] if incident else []
    return "".join(f"{_one_line(part)}\n" for part in text).encode()


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def refused_parts(failure: Failure) -> Parts:
    """The message of a file that is refused whole: the agreement raises its failure, the journal keeps it."""

    def parts(job: Job) -> Iterator[Part]:
        with job.spool.open("rb") as stream:
            head = stream.read(SHOWN)
        headers = {**_facts(job.file), REFUSAL: json.dumps(failure.to_json(), ensure_ascii=False)}
        yield Part(WHOLE, 0, WireMessage(head, "text/plain", headers))

    return parts


def whole_parts(charset: str) -> Parts:
    """The file as one message."""

    def parts(job: Job) -> Iterator[Part]:
        body = job.spool.read_bytes()
        yield Part(WHOLE, 0, WireMessage(body, f"text/plain; charset={charset}", _facts(job.file)))

    return parts


def record_parts(codec: FileCodec, name: FileName, named: frozenset[str]) -> Parts:
    """The records of a file as messages, from where it was left.

    named  kinds of line that an operation takes: the trailer, when it is among them, comes when all details are
           settled, with what became of them
    """
    media = f"text/plain; charset={codec.layout.charset}"

    def part(job: Job, number: int, prefix: bytes, entry: Entry, more: Mapping[str, str]) -> Part:
        headers = _facts(job.file) | {"file-line": str(entry.line), "file-record": entry.record.name, **more}
        return Part(number, entry.line, WireMessage(prefix + entry.raw, media, headers))

    def parts(job: Job) -> Iterator[Part | None]:
        prefix, number, last = codec.prefix(b""), 0, None
        with job.spool.open("rb") as stream:
            for entry in codec.entries(stream, name):
                if entry.record.role == "header":
                    prefix = codec.prefix(entry.raw)
                elif entry.record.role == "trailer":
                    last = entry
                else:
                    number += 1
                    if number > job.file.position:
                        yield part(job, number, prefix, entry, {})
        yield None
        if last is not None and last.record.name in named and job.file.position <= number:
            facts = {"file-records": str(number), "file-refused": str(job.file.refused)}
            yield part(job, number + 1, prefix, last, facts)

    return parts


def _facts(file: Taken) -> dict[str, str]:
    facts = {"file-name": file.name, "file-date": file.day, "file-hash": file.sha256}
    return {**facts, "file-sequence": str(file.sequence)}
