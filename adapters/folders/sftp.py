"""A folder behind SFTP, by paramiko (extra ``sftp``). This module and ``ssh`` are the door for paramiko's errors.

A host is trusted by its key in ``known_hosts`` (a file) or by its ``fingerprint`` (``SHA256:...``), never at first
sight. What the server's disk keeps after a rename is the server's word: SFTP knows no fsync.
"""

from __future__ import annotations

import errno
import posixpath
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

import paramiko

from adapters.folders.port import BLOCK, Entry, aside, missing, safe, taken
from adapters.folders.ssh import Connection, Login, TimedOut
from interfaces.clock import Deadline
from interfaces.failure import Failure


class SftpFolder:
    """``adapters.folders.port.Folder`` on ``sftp://user@host:port/path``."""

    def __init__(self, address: str, options: Mapping[str, str]) -> None:
        """Failure(invalid) when it is not told how to know the host, or how to log in."""
        self._login = Login.of(address, options)
        self._root = unquote(urlsplit(address).path) or "."
        self._free: list[Connection] = []
        self._lock = threading.Lock()

    def list(self, folder: str, deadline: Deadline) -> list[Entry]:
        with self._session(folder, deadline) as client:
            try:
                found = client.listdir_attr(self._inside(client, folder))
            except FileNotFoundError:
                return []
            entries = [_entry(item.filename, item) for item in found if not item.filename.startswith(".")]
            return sorted((entry for entry in entries if entry), key=lambda entry: entry.name)

    def find(self, path: str, deadline: Deadline) -> Entry | None:
        with self._session(path, deadline) as client:
            try:
                return _entry(posixpath.basename(path), client.lstat(self._inside(client, path)))
            except FileNotFoundError:
                return None

    def fetch(self, path: str, target: BinaryIO, deadline: Deadline) -> None:
        with self._session(path, deadline) as client:
            place = self._inside(client, path)
            entry = _entry(path, client.lstat(place))
            if entry is None:
                raise missing(path)
            with client.open(place, "rb") as source:
                source.prefetch(entry.size)
                while block := source.read(BLOCK):
                    target.write(block)

    def put(self, path: str, source: BinaryIO, deadline: Deadline) -> None:
        with self._session(path, deadline) as client:
            place = self._inside(client, path, make=True)
            part = aside(place)
            if _there(client, place):
                raise taken(path)
            try:
                self._upload(client, part, source)
                self._rename(client, part, place, path)
            except BaseException:
                with suppress(Exception):
                    client.remove(part)
                raise

    def move(self, path: str, to: str, deadline: Deadline) -> None:
        with self._session(path, deadline) as client:
            place, target = self._inside(client, path), self._inside(client, to, make=True)
            if _entry(path, client.lstat(place)) is None:
                raise missing(path)
            if _there(client, target):
                raise taken(to)
            self._rename(client, place, target, to)

    def close(self) -> None:
        with self._lock:
            free, self._free = self._free, []
        for connection in free:
            connection.close()

    def _upload(self, client: paramiko.SFTPClient, part: str, source: BinaryIO) -> None:
        size = 0
        with client.open(part, "wb") as target:
            target.set_pipelined(True)
            while block := source.read(BLOCK):
                target.write(block)
                size += len(block)
        if client.stat(part).st_size != size:
            raise OSError(errno.EIO, "the server has not kept all of it")

    def _rename(self, client: paramiko.SFTPClient, place: str, target: str, name: str) -> None:
        try:
            client.rename(place, target)  # SFTP version 3: fails when the name is taken
        except (TimedOut, EOFError, paramiko.SSHException) as error:
            what = f"the connection was lost while {name} got its name"
            raise Failure("timeout", what, where=self._login.host, advice="look whether it is there") from error
        except OSError:
            if _there(client, target):
                raise taken(name) from None
            raise

    def _inside(self, client: paramiko.SFTPClient, path: str, make: bool = False) -> str:
        """The place of a path; no folder on the way may be a link that leads elsewhere."""
        place = self._root if path == "." else posixpath.join(self._root, safe(path))
        if make:
            _make_folders(client, self._root, posixpath.dirname(path))
        folder = place if path == "." else posixpath.dirname(place)
        root = client.normalize(self._root)
        if folder != self._root and not f"{client.normalize(folder)}/".startswith(f"{root.rstrip('/')}/"):
            raise Failure("invalid", f"{path} leads out of the exchange folder", where=self._login.host)
        return place

    @contextmanager
    def _session(self, path: str, deadline: Deadline) -> Iterator[paramiko.SFTPClient]:
        """A connection for one job; one that failed is not used again."""
        connection = self._taken(deadline)
        try:
            yield connection.client
        except FileNotFoundError:
            self._free.append(connection)
            raise missing(path) from None
        except Failure as failure:
            (connection.close if failure.code == "timeout" else lambda: self._free.append(connection))()
            raise
        except (OSError, EOFError, paramiko.SSHException) as error:
            connection.close()
            raise self._login.unavailable(error) from error
        except BaseException:
            connection.close()
            raise
        else:
            self._free.append(connection)

    def _taken(self, deadline: Deadline) -> Connection:
        with self._lock:
            while self._free:
                connection = self._free.pop()
                if connection.alive:
                    connection.until(deadline)
                    return connection
                connection.close()
        return Connection(self._login, deadline)


def _entry(name: str, facts: paramiko.SFTPAttributes) -> Entry | None:
    if not stat.S_ISREG(facts.st_mode or 0):
        return None
    return Entry(name, facts.st_size or 0, float(facts.st_mtime or 0))


def _there(client: paramiko.SFTPClient, place: str) -> bool:
    try:
        client.lstat(place)
    except FileNotFoundError:
        return False
    return True


def _make_folders(client: paramiko.SFTPClient, root: str, folder: str) -> None:
    place = root
    for part in folder.split("/") if folder else ():
        place = posixpath.join(place, part)
        if not _there(client, place):
            with suppress(OSError):  # somebody else was faster; whether it is there shows with the next step
                client.mkdir(place)
