"""A folder of this machine, or one that is mounted here."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from adapters.folders.port import BLOCK, Entry, aside, missing, safe, taken
from interfaces.clock import Deadline
from interfaces.failure import Failure

_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What file systems without hard links say."""


class LocalFolder:
    """``adapters.folders.port.Folder`` on ``file:///path``. The root itself must be there: a mount that is not would
    otherwise fill the disk below it. Only a root beside the hub's own folder ``work`` is made."""

    def __init__(self, address: str, work: str = "") -> None:
        self._root = Path(unquote(urlsplit(address).path))
        self._own = bool(work) and self._root.is_relative_to(Path(work).parent)
        if not self._root.is_absolute() or urlsplit(address).netloc not in ("", "localhost"):
            raise Failure("invalid", "not a folder of this machine", where=address, advice="write file:///path")

    def list(self, folder: str, deadline: Deadline) -> list[Entry]:
        with self._translated(folder, deadline):
            place = self._inside(folder)
            found = [_entry(item) for item in os.scandir(place)] if place.is_dir() else []
            return sorted((entry for entry in found if entry), key=lambda entry: entry.name)

    def find(self, path: str, deadline: Deadline) -> Entry | None:
        with self._translated(path, deadline):
            place = self._inside(path)
            try:
                facts = place.lstat()
            except FileNotFoundError:
                return None
            return Entry(place.name, facts.st_size, facts.st_mtime) if stat.S_ISREG(facts.st_mode) else None

    def fetch(self, path: str, target: BinaryIO, deadline: Deadline) -> None:
        with self._translated(path, deadline):
            handle = os.open(self._inside(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as source:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise missing(path)
                _copy(source, target, deadline)

    def put(self, path: str, source: BinaryIO, deadline: Deadline) -> None:
        with self._translated(path, deadline):
            place, part = self._inside(path, make=True), self._inside(aside(safe(path)), hidden=True)
            if place.exists() or place.is_symlink():
                raise taken(path)
            try:
                _write(part, source, deadline)
                _rename(part, place, path)
            finally:
                part.unlink(missing_ok=True)
            _sync(place.parent)

    def move(self, path: str, to: str, deadline: Deadline) -> None:
        with self._translated(path, deadline):
            place, target = self._inside(path), self._inside(to, make=True)
            if not stat.S_ISREG(place.lstat().st_mode):
                raise missing(path)
            _rename(place, target, to)
            _sync(target.parent)
            _sync(place.parent)

    def close(self) -> None:
        """Nothing is held open."""

    def _inside(self, path: str, make: bool = False, hidden: bool = False) -> Path:
        """The place of a path; no folder on the way may be a link that leads elsewhere."""
        place = self._root if path == "." else self._root / (path if hidden else safe(path))
        if self._own:
            self._root.mkdir(parents=True, exist_ok=True)
        if make and self._root.is_dir():
            place.parent.mkdir(parents=True, exist_ok=True)
        if not self._root.is_dir():
            raise Failure("unavailable", "the exchange folder is not there", where=str(self._root), advice=ADVICE)
        if not (place if path == "." else place.parent).resolve().is_relative_to(self._root.resolve()):
            raise Failure("invalid", f"{path} leads out of the exchange folder", where=str(self._root))
        return place

    @contextmanager
    def _translated(self, path: str, deadline: Deadline) -> Iterator[None]:
        if deadline.passed:
            raise Failure("unavailable", "no time was left", where=path)
        try:
            yield
        except FileNotFoundError:
            raise missing(path) from None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise missing(path) from None
            what = f"the exchange folder cannot be used: {os.strerror(error.errno or 0)}"
            raise Failure("unavailable", what, where=str(self._root), advice=ADVICE) from error


ADVICE = "see that the folder is there, that the hub may write into it and that the disk has room"


def _entry(item: os.DirEntry[str]) -> Entry | None:
    with suppress(FileNotFoundError):  # taken away while we looked
        if not item.name.startswith(".") and item.is_file(follow_symlinks=False):
            facts = item.stat(follow_symlinks=False)
            return Entry(item.name, facts.st_size, facts.st_mtime)
    return None


def _copy(source: BinaryIO, target: BinaryIO, deadline: Deadline) -> None:
    while block := source.read(BLOCK):
        target.write(block)
        if deadline.passed:
            raise Failure("unavailable", "the time ran out while a file was copied")


def _write(part: Path, source: BinaryIO, deadline: Deadline) -> None:
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
    with os.fdopen(handle, "wb") as target:
        _copy(source, target, deadline)
        target.flush()
        os.fsync(target.fileno())


def _rename(part: Path, place: Path, name: str) -> None:
    """A link never replaces what is there; where there are no hard links, the look before has to do."""
    try:
        os.link(part, place, follow_symlinks=False)
        part.unlink()
    except FileExistsError:
        raise taken(name) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if place.exists():
            raise taken(name) from None
        part.rename(place)


def _sync(folder: Path) -> None:
    """A rename is durable once its folder is."""
    with suppress(OSError):  # not every file system lets a folder be synced
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
