"""A PostgreSQL of a test's own, which may be stopped as hard as it takes."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hub.demo.processes import reserved_port

SETTINGS = {"listen_addresses": "127.0.0.1", "max_connections": "60", "shared_buffers": "16MB"}


class Cluster:
    """Its own folder, port and socket. The server refuses to run as root: then it runs as ``postgres``."""

    def __init__(self, folder: Path, port: int) -> None:
        self._data, self._log = folder / "data", folder / "log"
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(folder, "postgres")
        self._run("initdb", "--auth=trust", "--username=postgres", "--no-sync", "--no-instructions", "-D", self._data)
        said = {"port": str(port), "unix_socket_directories": str(folder)} | SETTINGS
        self._options = " ".join(f"-c {name}={value}" for name, value in said.items())
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def start(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-l", self._log, "-w", "-o", self._options, "start")

    def restart_at_once(self) -> None:
        """As after a crash: nothing is finished, nothing is said; it recovers from its log."""
        self._run("pg_ctl", "-D", self._data, "-l", self._log, "-w", "-m", "immediate", "restart")

    def stop(self) -> None:
        with suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [*self._as, str(_binaries() / program), *map(str, arguments)]
        # not captured: the server would keep the pipe open
        subprocess.run(command, check=True, timeout=60, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _binaries() -> Path:
    """Where the server's own programs are; Debian keeps them out of the path."""
    found = shutil.which("pg_ctl") or next(map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))), None)
    assert found, "pg_ctl is not on this machine: make services installs it"
    return Path(found).resolve().parent


@contextmanager
def private_cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="mboss-pg-"))
    with reserved_port() as port:
        cluster = Cluster(folder, port.getsockname()[1])
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
            shutil.rmtree(folder, ignore_errors=True)
