"""A small SFTP server in this process, on a free port, keeping its files in one folder."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko

USER, PASSWORD = "exchange", "an-invented-password"


class Door(paramiko.ServerInterface):
    def __init__(self, key: paramiko.PKey | None) -> None:
        self._key = key

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return paramiko.AUTH_SUCCESSFUL if username == USER and key == self._key else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class Files(paramiko.SFTPServerInterface):
    """SFTP version 3 on a folder; ``rename`` never replaces, as OpenSSH's."""

    root = Path()

    def __init__(self, server: Any, root: Path) -> None:
        super().__init__(server)
        self.root = root

    def _at(self, path: str) -> Path:
        return Path(f"{self.root}/{path.lstrip('/')}")

    def canonicalize(self, path: str) -> str:
        real, root = self._at(path).resolve(), self.root.resolve()
        return f"/{real.relative_to(root)}".rstrip(".") if real.is_relative_to(root) else str(real)

    def list_folder(self, path: str) -> Any:
        return self._answer(lambda: [self._facts(p.name, p.lstat()) for p in self._at(path).iterdir()])

    def stat(self, path: str) -> Any:
        return self._answer(lambda: paramiko.SFTPAttributes.from_stat(self._at(path).stat()))

    def lstat(self, path: str) -> Any:
        return self._answer(lambda: paramiko.SFTPAttributes.from_stat(self._at(path).lstat()))

    def open(self, path: str, flags: int, attr: Any) -> Any:
        def opened() -> paramiko.SFTPHandle:
            handle = paramiko.SFTPHandle(flags)
            file = os.fdopen(os.open(self._at(path), flags, 0o640), "wb" if flags & os.O_WRONLY else "rb")
            handle.readfile = handle.writefile = file  # type: ignore[attr-defined]
            handle.stat = lambda: paramiko.SFTPAttributes.from_stat(os.fstat(file.fileno()))  # type: ignore[method-assign]
            return handle

        return self._answer(opened)

    def remove(self, path: str) -> Any:
        return self._answer(lambda: self._at(path).unlink())

    def rename(self, oldpath: str, newpath: str) -> Any:
        def renamed() -> None:
            os.link(self._at(oldpath), self._at(newpath), follow_symlinks=False)
            self._at(oldpath).unlink()

        return self._answer(renamed)

    def mkdir(self, path: str, attr: Any) -> Any:
        return self._answer(lambda: self._at(path).mkdir())

    def _facts(self, name: str, facts: os.stat_result) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(facts, name)

    def _answer(self, do: Any) -> Any:
        try:
            done = do()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return paramiko.SFTP_OK if done is None else done


class SftpServer:
    """address: of the folder ``root``; what lies beside it is shown too. host_key: what a client has to know."""

    def __init__(self, root: Path, host_key: paramiko.PKey, client_key: paramiko.PKey | None = None) -> None:
        self._files, self.host_key, self._client_key = root.parent, host_key, client_key
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._transports: list[paramiko.Transport] = []
        self.port = int(self._socket.getsockname()[1])
        self.address = f"sftp://{USER}@127.0.0.1:{self.port}/{root.name}"
        threading.Thread(target=self._accept, daemon=True).start()

    def known_hosts(self, file: Path) -> str:
        file.write_text(f"[127.0.0.1]:{self.port} {self.host_key.get_name()} {self.host_key.get_base64()}\n")
        return str(file)

    def drop(self) -> None:
        """Every connection there is, as a restart would."""
        for transport in self._transports:
            transport.close()

    def close(self) -> None:
        self._socket.close()
        self.drop()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            self._transports.append(transport)
            transport.add_server_key(self.host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files, self._files)
            try:
                transport.start_server(server=Door(self._client_key), event=threading.Event())
            except (OSError, EOFError, paramiko.SSHException):
                transport.close()


@contextmanager
def sftp_server(root: Path, host_key: paramiko.PKey, client_key: paramiko.PKey | None = None) -> Iterator[SftpServer]:
    server = SftpServer(root, host_key, client_key)
    yield server
    server.close()
