"""The demo day as its users start it: a process of its own, with its result and its clean end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from hub import runfile

MBOSS = [sys.executable, "-m", "hub.cli.main"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(*arguments: str, log: Path) -> Iterator[subprocess.Popen[str]]:
    """``mboss ARGUMENTS``; ended with Ctrl-C on leaving."""
    with log.open("w") as err:
        process = subprocess.Popen([*MBOSS, *arguments], stdout=subprocess.PIPE, stderr=err, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def last_object(out: IO[str] | None) -> dict[str, Any]:
    """The JSON object a command ends with; reads until it is there."""
    for line in out or ():
        if line.startswith("{"):
            found: dict[str, Any] = json.loads(line)
            return found
    raise AssertionError("no JSON object came")


def kill_hub(data: Path) -> None:
    """As a crash would: no clean-up, no goodbye."""
    os.kill(runfile.read(data)["hubs"][0]["pid"], signal.SIGKILL)
