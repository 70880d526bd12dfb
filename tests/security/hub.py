"""A hub process of its own on a real socket, and what an operator can see of it from outside."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

from hub.demo.processes import await_hub, child
from tests.flow.house import reserved_port, until
from tests.security.raw import ask, request

INCIDENT = re.compile(r"\b(?:msg|inc)_[0-9A-Z]{26}\b")
_MIB = 1 << 20


@dataclass
class Hub:
    """``data``: its folder; ``port``: where it listens."""

    data: Path
    port: int
    process: Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def get(self, path: str) -> Any:
        answer = ask(self.port, request(path, method="GET"))
        return json.loads(answer.body) if answer.status == 200 else None

    def log(self) -> str:
        return (self.data / "hub.log").read_text("utf-8", "replace")

    def knows(self, incident: str) -> bool:
        """An incident an answer names is in the journal or in the log."""
        if incident.startswith("msg_"):
            return self.get(f"/api/v1/messages/{incident}") is not None
        return incident in self.log()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the store holds, past the hub."""
        with sqlite3.connect(f"file:{self.data}/hub.db?mode=ro", uri=True) as store:
            return store.execute(query).fetchall()

    def memory(self) -> float:
        """MiB resident now."""
        return self._status("VmRSS")

    def peak(self) -> float:
        """MiB resident at most since ``forget_peak``."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        """Linux: from now on ``peak`` counts anew."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def cpu(self) -> float:
        """Seconds of processor used so far, in steps of the system's tick."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _status(self, name: str) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024 / _MIB


@contextmanager
def serving(data: Path, settings: str = "") -> Iterator[Hub]:
    """A hub without peers; ``settings`` are lines for mboss.toml."""
    data.mkdir(parents=True, exist_ok=True)
    with reserved_port() as held:
        port = held.getsockname()[1]
        (data / "mboss.toml").write_text(f"port = {port}\n{settings}", "utf-8")
        with child(["hub.cli.main", "serve", "--data", str(data)], data / "hub.log") as process:
            await_hub(data, process)
            hub = Hub(data, port, process)
            until(lambda: ask(port, request("/readyz", method="GET")).status, lambda status: status == 200)
            yield hub
