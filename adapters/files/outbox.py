"""Files laid out for a peer: numbered once per operation key, whole before they are seen, the flag file last.

``write`` is called with a target and the file's name and may be called again, so a large extract is given as a
function that starts its rows anew; nothing is kept in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from adapters.files.ledger import Ledger, Sent
from adapters.folders import Folder
from interfaces.clock import Deadline
from interfaces.codec.file import Target, Totals
from interfaces.contract.file_name import FileName
from interfaces.failure import Failure
from interfaces.spec.file_settings import FileSettings

Write = Callable[[Target, FileName], Totals]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What lies there now."""

    file: str
    date: str
    sequence: int
    records: int
    bytes: int
    sha256: str

    def to_json(self) -> dict[str, str]:
        """Lexical, as every wire tree of files."""
        return {name: str(value) for name, value in asdict(self).items()}


class Outbox:
    """One interface's files at one peer. Thread-safe."""

    def __init__(self, settings: FileSettings, folder: Folder, ledger: Ledger) -> None:
        self._settings = settings
        self._folder = folder
        self._ledger = ledger

    def deliver(self, key: str, day: str, write: Write, deadline: Deadline) -> Receipt:
        """The file of ``key``: written now, or the same one again when the peer has lost it; never a second one.

        Failure(invalid) for rows the layout does not allow, Failure(conflict) when the key was used for other content
        or somebody else's file has the name; no number is used up by either.
        """
        sent = self._ledger.sent(key, deadline) or self._numbered(key, day, write, deadline)
        with TemporaryFile() as body:
            hashed = _Hashed(body)
            totals = write(hashed, FileName(sent.name, sent.day, sent.sequence))
            body.seek(0)
            self._lay(sent, body, hashed.hexdigest, deadline)
        return Receipt(sent.name, sent.day, sent.sequence, totals.records, hashed.size, hashed.hexdigest)

    def _numbered(self, key: str, day: str, write: Write, deadline: Deadline) -> Sent:
        """A number, once nothing stands in the way any more that can be known before: a gap would alarm the peer."""
        settings = self._settings
        name = settings.name.format(day, settings.first)
        self._folder.find(settings.path(name), deadline)
        write(_Hashed(None), FileName(name, day, settings.first))
        return self._ledger.number(key, day, settings.first, lambda n: settings.name.format(day, n), deadline)

    def _lay(self, sent: Sent, body: BinaryIO, sha256: str, deadline: Deadline) -> None:
        path = self._settings.path(sent.name)
        there = self._folder.find(path, deadline) is not None
        other = sent.sha256 != sha256 if sent.written or (there and sent.sha256) else False
        if other or (there and not sent.written and self._hash(path, deadline) != sha256):
            raise _conflict(sent)
        if not there:
            self._ledger.note(sent.key, sha256, sent.written, deadline)
            self._folder.put(path, body, deadline)
        try:
            self._flag(sent.name, deadline)
            self._ledger.note(sent.key, sha256, True, deadline)
        except Failure as failure:
            if failure.code == "unavailable":  # the file itself may be seen by now
                failure.code = "timeout"
            raise

    def _flag(self, name: str, deadline: Deadline) -> None:
        flag = self._settings.flag_of(name)
        if flag and self._folder.find(self._settings.path(flag), deadline) is None:
            self._folder.put(self._settings.path(flag), BytesIO(), deadline)

    def _hash(self, path: str, deadline: Deadline) -> str:
        hashed = _Hashed(None)
        self._folder.fetch(path, hashed, deadline)  # type: ignore[arg-type]
        return hashed.hexdigest


class _Hashed:
    """A target that counts and digests what goes through it; without ``inner`` it keeps nothing."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self.size += len(data)
        if self._inner is not None:
            self._inner.write(data)
        return len(data)

    @property
    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def _conflict(sent: Sent) -> Failure:
    return Failure(
        "conflict",
        f"{sent.name} lies there, or was sent, with other content",
        where=sent.name,
        advice="send changed content under an operation of its own, or find out who else writes into the folder",
    )
