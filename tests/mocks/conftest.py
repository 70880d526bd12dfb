"""Peers on free ports over a folder of their own, and a hub that plays along."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import zeep

from mocks import runner
from tests.mocks.fake_hub import FakeHub

SYSTEMS = Path(__file__).parents[2] / "interfaces" / "systems"


class Play:
    """Running peers with short words for what tests do with them."""

    def __init__(self, running: runner.Running) -> None:
        self.running = running
        self.urls = running.urls
        self.http = httpx.Client(timeout=20, trust_env=False)

    def peer(self, code: str) -> Any:
        return self.running.peers[code]

    def look(self, code: str, what: str) -> Any:
        return self.http.get(f"{self.urls[code]}/__mock__/{what}").raise_for_status().json()

    def post(self, code: str, what: str, data: Any) -> httpx.Response:
        return self.http.post(f"{self.urls[code]}/__mock__/{what}", json=data)

    def fault(self, peer: str, do: str, value: str = "", operation: str = "*", **args: Any) -> None:
        rule = {"operation": operation, "value": value, "do": do, "args": args}
        self.post(peer, "faults", rule).raise_for_status()

    def effects(self, code: str) -> dict[tuple[str, str], int]:
        return {(row["key"], row["step"]): row["count"] for row in self.look(code, "effects")["effects"]}

    def client(self, code: str, interface: str) -> Any:
        """zeep on the *agreed* contract, pointed at the peer."""
        wsdl = zeep.Client(str(SYSTEMS / code / interface / f"{interface}.wsdl"))
        binding = next(iter(wsdl.wsdl.bindings))
        return wsdl.create_service(binding, f"{self.urls[code]}/{interface}")


def until(happened: Callable[[], Any], seconds: float = 10.0) -> Any:
    """Waits for a truth and returns it; a generous limit guards against hangs."""
    for _ in range(int(seconds / 0.01)):
        if found := happened():
            return found
        time.sleep(0.01)
    raise AssertionError("it never happened")


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Callable[..., Play]]:
    """``play("RM", "SPS", hub=url)`` starts peers; all end with the test."""
    started: list[Play] = []

    def start(*codes: str, hub: str = "") -> Play:
        started.append(Play(runner.up(codes, tmp_path, hub)))
        return started[-1]

    yield start
    for one in started:
        one.running.stop()
        one.http.close()


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    fake = FakeHub()
    yield fake
    fake.stop()
