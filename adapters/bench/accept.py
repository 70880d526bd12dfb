"""Durable SOAP acceptance beside a bare spyne echo of the same body: alternated three times, 32 clients each.

The hub commits every order to SQLite (synchronous=FULL) before it answers; the echo keeps nothing.
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from adapters.bench.figure import Figure
from interfaces.clock import Deadline

CLIENTS = 32
SECONDS = 4.0
ROUNDS = 3


@contextmanager
def served(module: str, *args: str) -> Iterator[int]:
    """A server process on a free port, ended at the end."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(listener.fileno()), *args], pass_fds=[listener.fileno()]
    )
    try:
        port = listener.getsockname()[1]
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)
        listener.close()


def _wait(port: int) -> None:
    deadline = Deadline.after(60)
    while not deadline.passed:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=deadline.left())
        except httpx.HTTPError:
            continue
        return
    raise SystemExit("the server did not come up")


def load(port: int, path: str, stamp: str, seconds: float = SECONDS, body: str = "order") -> float:
    """Answers per second, from a process of its own. body: which of those that it knows."""
    command = [sys.executable, "-m", "adapters.bench.load", str(port), path, str(CLIENTS), str(seconds), stamp, body]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    if done.returncode:
        raise SystemExit(done.stderr)
    return float(done.stdout)


def run(seconds: float = SECONDS, rounds: int = ROUNDS) -> Iterator[Figure]:
    """One figure; the two servers take turns, so that both meet the same machine."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served("adapters.bench.echo") as echo,
        served("adapters.bench.hub_only", str(Path(folder) / "data")) as hub,
    ):
        ours, theirs = (hub, "/soap/order-intake"), (echo, "/")
        for place in (ours, theirs):
            load(*place, "warm", seconds / 4)
        pairs = [(load(*ours, f"r{i}", seconds), load(*theirs, f"r{i}", seconds)) for i in range(rounds)]
    mine, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    yield Figure("accept", mine, "orders/s, committed", f"bare spyne echo {bare:.0f}/s", mine / bare)
