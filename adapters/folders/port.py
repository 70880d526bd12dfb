"""Folder: the port below the file channel and the file source, implemented once per protocol in this package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol

from interfaces.clock import Deadline
from interfaces.contract.file_name import fault_of
from interfaces.failure import Failure
from interfaces.ids import new_id

BLOCK = 1 << 16
"""Bytes moved between two looks at the deadline."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file. size: bytes. changed: seconds since 1970, by the clock of whoever keeps the folder."""

    name: str
    size: int
    changed: float


class Folder(Protocol):
    """Files below one root. Paths are relative, with ``/``; folders on the way are made when something is put there.

    Only plain files exist here: links, devices and what hides behind a leading dot are never listed, opened or moved,
    and no path leads out of the root.

    list   the files of a folder, by name; [] when there is no such folder
    find   one file, None when there is none
    fetch  copy a file's bytes into ``target``; Failure(not_found)
    put    all of ``source`` under a name that nobody has yet: written aside, forced to disk, then renamed, so that no
           part of it is ever seen. Failure(conflict) when the name is taken
    move   under another name, at once; Failure(conflict) when that name is taken, Failure(not_found)

    Each ends with its deadline. Failure(unavailable): surely nothing can be seen; Failure(timeout): the last step may
    have been done. Thread-safe; ``close`` may be called twice.
    """

    def list(self, folder: str, deadline: Deadline) -> list[Entry]: ...

    def find(self, path: str, deadline: Deadline) -> Entry | None: ...

    def fetch(self, path: str, target: BinaryIO, deadline: Deadline) -> None: ...

    def put(self, path: str, source: BinaryIO, deadline: Deadline) -> None: ...

    def move(self, path: str, to: str, deadline: Deadline) -> None: ...

    def close(self) -> None: ...


def safe(path: str) -> str:
    """The path, or Failure(invalid): every part is a plain name."""
    for part in path.split("/") if path != "." else ():
        if fault := fault_of(part):
            raise Failure("invalid", f"this is no path of an exchange folder: {fault}", where=repr(path)[:200])
    return path


def aside(path: str) -> str:
    """Where a file is written before it gets its name: beside it, so that renaming it moves nothing; two writers of
    one name never share it."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}.{new_id('part')[-8:]}.part"


def taken(path: str) -> Failure:
    return Failure(
        "conflict",
        f"there is a file {path} already",
        where=path,
        advice="nothing was written over it; see who else writes into this folder",
    )


def missing(path: str) -> Failure:
    return Failure("not_found", f"there is no file {path}", where=path)
