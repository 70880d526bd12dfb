"""The hubs as the outside sees them: addresses that may die and come back."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx

from hub import runfile
from hub.demo import keys
from interfaces.clock import Deadline
from interfaces.failure import Failure

PATIENCE: Final = 120.0
"""Seconds that a dead hub has to come back."""
BUSY: Final = frozenset({429, 502, 503})
"""Statuses that say: not now. Nothing was done."""
LOOK_AGAIN: Final = 0.2
LOOK: Final = 2.0
"""Seconds after which it is asked again who is there: somebody may have come back."""


class Hubs:
    """The hubs listed in DATA/run.json; calls go to those that live, one after the other.

    ``persist`` sends until somebody answers: a hub that died may have taken the request or not, and only the
    business key can tell. It raises Failure(unavailable) when no hub came back within PATIENCE seconds.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._client = httpx.Client(timeout=60.0, trust_env=False, limits=httpx.Limits(max_connections=64))
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._keys = keys.read(data)
        self._turn = itertools.count()
        self._urls: list[str] = []
        self._looked = Deadline.after(0)

    def close(self) -> None:
        """No more waiting for anybody; calls that still run end with a Failure."""
        self._over.set()
        self._client.close()

    def get(self, path: str, **query: Any) -> Any:
        """JSON of a GET; Failure(internal) when the answer is an error."""
        params = {name: value for name, value in query.items() if value is not None}
        known = keys.proof(self._keys, "GET", path)
        answer = self.persist(lambda url: self._client.build_request("GET", url + path, params=params, headers=known))
        if answer.is_success:
            return answer.json()
        raise Failure("internal", f"GET {path} answered {answer.status_code}", detail={"body": answer.text[:500]})

    def post(self, path: str, body: Callable[[], bytes], headers: dict[str, str], speaker: str = "") -> httpx.Response:
        """POST; ``body`` is asked anew for every attempt, for senders that number their exchanges. ``speaker``: as in
        ``keys.proof``."""
        said = headers | keys.proof(self._keys, "POST", path, speaker)
        return self.persist(lambda url: self._client.build_request("POST", url + path, content=body(), headers=said))

    def outside(self, code: str) -> str:
        """Address of a mock peer, "" when it does not run."""
        return str(runfile.read(self._data).get("mocks", {}).get("peers", {}).get(code, ""))

    def persist(self, request: Callable[[str], httpx.Request]) -> httpx.Response:
        """Send to a living hub, and again to the next one as long as nobody answers."""
        deadline = Deadline.after(PATIENCE)
        while True:
            url = self._next()
            try:
                answer = self._client.send(request(url))
                if answer.status_code not in BUSY or deadline.passed:
                    return answer
                self._over.wait(LOOK_AGAIN)
            except httpx.TransportError:
                self._forget(url)

    def find(self) -> list[str]:
        """The hubs that are ready, at least one: it is waited for up to PATIENCE seconds."""
        deadline = Deadline.after(PATIENCE)
        while not deadline.passed and not self._over.is_set():
            with self._lock:
                listed = runfile.read(self._data)["hubs"]
                self._urls = [hub["url"] for hub in listed if self._ready(hub["url"])]
                self._looked = Deadline.after(LOOK)
                if self._urls:
                    return self._urls
            self._over.wait(LOOK_AGAIN)
        raise Failure(
            "unavailable",
            f"no hub answered for {PATIENCE:.0f} seconds",
            where=str(self._data / runfile.FILE),
            advice=f"start one: mboss serve --data {self._data}",
        )

    def _next(self) -> str:
        urls = self._urls
        if not urls or self._looked.passed:
            urls = self.find()
        return urls[next(self._turn) % len(urls)]

    def _forget(self, url: str) -> None:
        with self._lock:
            self._urls = [known for known in self._urls if known != url]

    def _ready(self, url: str) -> bool:
        try:
            return self._client.get(f"{url}/readyz", timeout=2.0).is_success
        except httpx.HTTPError:
            return False


def pause(seconds: float) -> None:
    """Wait without asking the time."""
    threading.Event().wait(seconds)
