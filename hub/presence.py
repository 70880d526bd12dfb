"""Which hub processes on this data folder have died: each holds a lock that falls with it, however it ends.

A kill -9 lets the lock go; a process that stands still (SIGSTOP), lost its database or is slow keeps it. So the tasks
of a fallen lock's owner are taken over at once, and all others when their lease runs out, as between machines: only
locks of this machine are looked at, because only its own kernel knows for certain.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import sqlalchemy as sa
import structlog

from hub.store import schema
from interfaces.ids import new_id

FOLDER: Final = "hubs"
SUFFIX: Final = ".lock"

log = structlog.get_logger(__name__)


def new_owner() -> str:
    """A name for one process's leases that no other process has or had: host:pid:chance."""
    return f"{_machine()}:{os.getpid()}:{new_id('wk')[-6:]}"


class Presence:
    """``owner`` is here until ``leave``. Lock files are in ``DATA/hubs``; one is never there without its lock."""

    def __init__(self, data: Path, owner: str) -> None:
        self._folder = data / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = self._folder / f"{owner}{SUFFIX}"
        fresh = self._file.with_suffix(".new")
        self._lock = fresh.open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        fresh.rename(self._file)

    def leave(self) -> None:
        """In good order: nothing is left to be taken over."""
        self._file.unlink(missing_ok=True)
        self._lock.close()

    def bury(self, free: Callable[[str], object]) -> None:
        """``free(owner)`` for each that has died, called by one process only; when it fails, again next time."""
        for file in sorted(self._folder.glob(f"{_machine()}:*{SUFFIX}")):
            if file != self._file:
                with _fallen(file) as fallen:
                    if fallen:
                        log.warning("a hub process died; its tasks are taken over", owner=file.stem)
                        free(file.stem)
                        file.unlink(missing_ok=True)


@contextmanager
def _fallen(file: Path) -> Iterator[bool]:
    """Whether the lock's holder is gone; if so, it is ours meanwhile."""
    try:
        lock: IO[str] = file.open("r")
    except FileNotFoundError:
        yield False
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield file.exists()  # or somebody else was faster


def free_leases(connection: sa.Connection, owners: Sequence[str]) -> list[int]:
    """Write: how many tasks of each owner, who is gone, anybody may take at once."""
    t = schema.task
    taken = sa.update(t).where(t.c.state == "sending").values(lease_until=0)
    return [connection.execute(taken.where(t.c.lease_owner == owner)).rowcount for owner in owners]


def _machine() -> str:
    return socket.gethostname().replace("/", "-")[:40]
