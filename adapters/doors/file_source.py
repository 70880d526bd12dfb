"""A folder of exchange files as a source: each file taken once, whole or record by record, then put into the archive.

A file is copied, digested and checked whole before the first of its messages goes out. What is refused is moved aside
with the reasons beside it, and journalled; what was taken stands in the ledger, so a process that is killed goes on
where the last kept batch ended, and the exchange id of a line lets none of them count twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from itertools import chain, count
from pathlib import Path
from typing import Any

from adapters.doors.consumer import Taken as Fetched
from adapters.files.inbox import Inbox, Tell
from adapters.files.job import Job, Parts, record_parts, refused_parts, whole_parts
from adapters.files.ledger import DONE, Ledger, Taken
from adapters.folders import open_folder
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.codec.file import FileCodec, Totals
from interfaces.contract.file_layout import FileLayout
from interfaces.contract.file_name import FileName
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.spec.file_settings import FileSettings
from interfaces.spec.model import InterfaceSpec

BATCH = 200
SECONDS = 60.0
"""Total real seconds of one look, and of putting one file away."""
COPYING = 900.0
"""Total real seconds of fetching one file."""
LEASE = 2 * SECONDS
"""Real seconds for which one process is the reader of a folder."""
MOST = 16 << 20
"""Bytes of a file that is one message."""


class FileSource:
    """``adapters.doors.consumer.Source`` for ``transport.settings.file``.

    options of the peer: ``ledger`` (SQLAlchemy URL), ``work`` (folder for files in hand), and those of its folder.
    tell: where an operator hears of files taken, duplicates, gaps and strangers.
    """

    def __init__(self, spec: InterfaceSpec, peer: Peer, tell: Tell) -> None:
        self._settings = FileSettings.of(spec)
        self._codec = FileCodec(FileLayout.load(spec.folder / spec.transport.contract))
        self._named = frozenset(op.request.wire for op in spec.operations.values())
        self._folder = open_folder(peer.address, peer.options)
        self._ledger = Ledger(peer.options["ledger"], spec.id, peer.code)
        self._inbox = Inbox(self._settings, self._folder, self._ledger, tell)
        self._work = Path(peer.options["work"]) / spec.id / peer.code
        self._tell = tell
        # where one process alone uses the ledger, what it held when it was killed is its own still
        self._owner = "alone" if peer.options["ledger"].startswith("sqlite") else new_id("rd")
        self._job: Job | None = None
        self.interface = spec.id
        self.endpoint = f"file:{peer.code}/{self._settings.folder}"
        self.idle = self._settings.poll

    def open(self) -> None:
        """Raises Failure(unavailable) while the folder is not there; what was in hand begins again where it stands."""
        self._job = None
        self._work.mkdir(parents=True, exist_ok=True)
        self._folder.list(self._settings.folder, Deadline.after(SECONDS))

    def take(self) -> Sequence[Fetched]:
        deadline = Deadline.after(SECONDS)
        if not self._ledger.holds(self._owner, LEASE, deadline):
            self._job = None
            return []
        while (job := self._job or self._begin(deadline)) is not None:
            self._job = job
            if job.busy:
                return []
            if batch := job.batch(BATCH):
                return [Fetched((job, part.number), part.wire) for part in batch]
            self._finish(job, Deadline.after(SECONDS))
            self._job = None
        return []

    def done(self, tokens: Sequence[Any]) -> None:
        self._settle(tokens, ())

    def reject(self, tokens: Sequence[Any], failures: Sequence[Failure]) -> None:
        self._settle(tokens, failures)

    def later(self, tokens: Sequence[Any]) -> None:
        if self._job is not None:
            self._job.again([number for job, number in tokens if job is self._job])

    def close(self) -> None:
        with suppress(Failure):  # it runs out by itself
            self._ledger.release(self._owner, Deadline.after(1))
        self._folder.close()
        self._ledger.close()

    def _settle(self, tokens: Sequence[Any], failures: Sequence[Failure]) -> None:
        """Messages of a job before this one were given again, or their file is done with."""
        job = self._job
        mine = [index for index, (owner, _) in enumerate(tokens) if owner is job]
        if job is None or not mine:
            return
        numbers = [tokens[index][1] for index in mine]
        if job.settle(numbers, [failures[index] for index in mine] if failures else ()) and job.refusal is None:
            self._ledger.keep(job.file, Deadline.after(SECONDS))

    # -- one file ----------------------------------------------------------------------------------------------

    def _begin(self, deadline: Deadline) -> Job | None:
        """The next file, copied and checked; one that is refused is a job with one message, which says so."""
        while (name := self._inbox.next(deadline)) is not None:
            spool = self._work / name.name
            file = self._copied(name, spool)
            known = self._ledger.taken(file.identity, deadline)
            if known is not None and known.sha256 != file.sha256:
                return self._refused(file, spool, _other_content(name, known))
            if known is not None and known.state == DONE:
                self._duplicate(file, spool, deadline)
                continue
            try:
                totals = self._check(name, spool)
            except Failure as failure:
                return self._refused(file, spool, failure)
            self._ledger.keep(known or file, deadline)
            return Job(known or file, spool, self._parts(name), totals.records)
        return None

    def _copied(self, name: FileName, spool: Path) -> Taken:
        with spool.open("wb") as target:
            self._folder.fetch(self._settings.path(name.name), target, Deadline.after(COPYING))
        with spool.open("rb") as copy:
            sha256 = hashlib.file_digest(copy, "sha256").hexdigest()
        numbered = name.date or name.sequence
        identity = f"{name.date}/{name.sequence}" if numbered else f"{name.name.casefold()}/{sha256}"
        return Taken(identity, name.date, name.sequence, name.name, sha256)

    def _check(self, name: FileName, spool: Path) -> Totals:
        if self._settings.messages == "file" and spool.stat().st_size > MOST:
            raise Failure(
                "too_large",
                f"{name.name} has more than {MOST} bytes, and is to be one message",
                where=name.name,
                advice="say messages: record in the spec",
            )
        with spool.open("rb") as stream:
            return self._codec.check(stream, name)

    def _parts(self, name: FileName) -> Parts:
        if self._settings.messages == "file":
            return whole_parts(self._codec.layout.charset)
        return record_parts(self._codec, name, self._named)

    def _refused(self, file: Taken, spool: Path, failure: Failure) -> Job:
        return Job(file, spool, refused_parts(failure), refusal=failure)

    def _duplicate(self, file: Taken, spool: Path, deadline: Deadline) -> None:
        self._away(file.name, self._settings.archive, b"", deadline)
        spool.unlink(missing_ok=True)
        self._tell("file duplicate", file.name, "the same content was taken before", {"sha256": file.sha256})

    def _finish(self, job: Job, deadline: Deadline) -> None:
        """Each step may be done again: a file that is gone already has been moved."""
        if job.refusal is None:
            self._ledger.keep(replace(job.file, state=DONE), deadline)
        else:
            self._ledger.forget(job.file, deadline)
        folder = self._settings.archive if job.refusal is None else self._settings.refused
        reasons = job.reasons()
        moved = self._away(job.file.name, folder, reasons, deadline)
        facts = {"records": job.records, "refused": job.file.refused, "sha256": job.file.sha256, "now": moved}
        what = "file taken" if job.refusal is None else "file refused"
        self._tell(what, job.file.name, reasons.decode().partition("\n")[0], facts)
        job.end()

    def _away(self, name: str, folder: str, reasons: bytes, deadline: Deadline) -> str:
        """Move a file, its reasons first and its flag last, out of the inbox; where the file is now."""
        target = self._free(f"{folder}/{name}", deadline)
        told = f"{target}.reasons.txt"
        if reasons and self._folder.find(told, deadline) is None:
            self._folder.put(told, BytesIO(reasons), deadline)
        self._move(name, target, deadline)
        if flag := self._settings.flag_of(name):
            self._move(flag, self._free(f"{folder}/{flag}", deadline), deadline)
        return target

    def _move(self, name: str, target: str, deadline: Deadline) -> None:
        try:
            self._folder.move(self._settings.path(name), target, deadline)
        except Failure as failure:
            if failure.code != "not_found":  # it was moved before
                raise

    def _free(self, path: str, deadline: Deadline) -> str:
        """The path, or with a number behind it: a file of this name came before."""
        names = chain((path,), (f"{path}.{number}" for number in count(2)))
        return next(name for name in names if self._folder.find(name, deadline) is None)


def _other_content(name: FileName, known: Taken) -> Failure:
    place = f"number {name.sequence} of {name.date or 'all days'}" if name.sequence else f"the file of {name.date}"
    return Failure(
        "conflict",
        f"{place} was taken before with other content, as {known.name}",
        where=name.name,
        advice="send corrected data under a new number, or ask the operator of the hub",
    )
