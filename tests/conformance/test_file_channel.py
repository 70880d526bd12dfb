"""The channel suite on exchange files, in a folder of this machine and over SFTP."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from socket import create_server, socket
from typing import Any

import paramiko
import pytest

from adapters.channels.file import FileChannel
from interfaces.channel import Channel
from interfaces.spec.model import Operation
from interfaces.wire import WireMessage
from tests.channels.parts import free_port
from tests.conformance.channel_suite import SECRET, ChannelSuite, Harness
from tests.files import parts
from tests.folders.sftp_server import PASSWORD, USER, sftp_server


class FileHarness:
    """stuck: the ledger is held by somebody else, so no number can be given out."""

    stuck_code = "unavailable"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._spec = parts.spec(folder, "outbound", "file", operations=parts.WHOLE)
        self._codec = parts.codec(folder)
        self.operation: Operation = self._spec.operations["send"]

    def channel(self) -> Channel:
        return self.open("")

    def absent(self) -> Channel:
        return self.open(f"file://{self.folder.parent}/nowhere")

    @contextmanager
    def stuck(self) -> Iterator[Channel]:
        other = sqlite3.connect(self.folder / "files.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        yield self.channel()
        other.close()

    def taken(self) -> list[bytes]:
        """The detail lines; which number a file has is not the message's."""
        files = sorted((self.folder / "exchange").rglob("*.txt"))
        return [line for file in files for line in file.read_bytes().splitlines() if line.startswith(b"20")]

    def request(self, number: int = 1) -> WireMessage:
        body = json.dumps({"MX": [self._row(number)]}).encode()
        return WireMessage(body, "application/json", {"file-key": f"send/{number}", "file-date": "20261101"})

    def stored(self, number: int = 1) -> bytes:
        out = BytesIO()
        self._codec.write(out, [("MX", self._row(number))], parts.name(), {}, {})
        return out.getvalue().splitlines()[1]

    def open(self, address: str, **options: str) -> Channel:
        return FileChannel(self._spec, parts.peer(self.folder, address, **options))

    def _row(self, number: int) -> dict[str, str]:
        return parts.line(number) | {"MC": SECRET[:4], "DH": f"{number}-{SECRET[4:]}"}


class SftpHarness(FileHarness):
    """stuck: a server that takes the connection and says nothing."""

    def __init__(self, folder: Path, server: Any) -> None:
        super().__init__(folder)
        self._server = server
        self._key = server.host_key.fingerprint

    def channel(self) -> Channel:
        return self.open(self._server.address, password=PASSWORD, fingerprint=self._key)

    def absent(self) -> Channel:
        return self.open(f"sftp://{USER}@127.0.0.1:{free_port()}/x", password=PASSWORD, fingerprint=self._key)

    @contextmanager
    def stuck(self) -> Iterator[Channel]:
        held: list[socket] = []
        with create_server(("127.0.0.1", 0)) as silent:
            threading.Thread(target=lambda: held.append(silent.accept()[0]), daemon=True).start()
            port = silent.getsockname()[1]
            yield self.open(f"sftp://{USER}@127.0.0.1:{port}/x", password=PASSWORD, fingerprint=self._key)
        for one in held:
            one.close()


class TestLocalFiles(ChannelSuite):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> Harness:
        return FileHarness(tmp_path)


class TestSftpFiles(ChannelSuite):
    @pytest.fixture(scope="class")
    def host_key(self) -> paramiko.PKey:
        return paramiko.ECDSAKey.generate()

    @pytest.fixture
    def harness(self, tmp_path: Path, host_key: paramiko.PKey) -> Iterator[Harness]:
        (tmp_path / "exchange").mkdir()
        with sftp_server(tmp_path / "exchange", host_key) as server:
            yield SftpHarness(tmp_path, server)
