"""The generic mock of a SOAP interface, its journal on, and one written in code on spyne, beside a bare spyne echo.

Three servers take turns, 32 clients each. The generic mock plays the interface whose body the echo gives back; RM's
mock on spyne has a body of its own. Both check each request, carry it out once by its key, and commit request, effect
and answer before they answer. The target of the generic one is 500 requests/s.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from adapters.bench.accept import ROUNDS, SECONDS, load, served
from adapters.bench.figure import Figure
from interfaces.clock import Deadline

PLACES = {"mock.generic": ("/order-intake", "order"), "mock.spyne": ("/rm-resource", "hold"), "echo": ("/", "order")}
"""Server -> (path, which body it is sent: adapters/bench/load.py)."""
PLAYED = {"mock.generic": ("--interface", "order-intake"), "mock.spyne": ("RM",)}


@contextmanager
def played(folder: Path, *what: str) -> Iterator[int]:
    """The mocks' own process with one peer in it; its port."""
    ports = folder / "ports.json"
    command = [sys.executable, "-m", "mocks", "up", *what, "--data", str(folder), "--ports-file", str(ports)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = Deadline.after(60)
    try:
        while not ports.exists():
            if deadline.passed or process.poll() is not None:
                raise SystemExit("the mock did not come up")
        (url,) = json.loads(ports.read_bytes())["peers"].values()
        yield int(urlsplit(url).port or 0)
    finally:
        process.terminate()
        process.wait(20)


def run(seconds: float = SECONDS, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Two figures: the generic mock and the one on spyne."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ports = {name: stack.enter_context(played(folder / name, *what)) for name, what in PLAYED.items()}
        ports["echo"] = stack.enter_context(served("adapters.bench.echo"))
        rates: dict[str, list[float]] = {name: [] for name in PLACES}
        for turn in range(-1, rounds):  # the first one warms up
            for name, (path, body) in PLACES.items():
                rate = load(ports[name], path, f"r{turn}", seconds if turn >= 0 else seconds / 4, body)
                rates[name] += [rate] if turn >= 0 else []
    found = {name: statistics.median(values) for name, values in rates.items()}
    for name in PLAYED:
        against = f"bare spyne echo {found['echo']:.0f}/s"
        yield Figure(name, found[name], "requests/s, journalled", against, found[name] / found["echo"])
