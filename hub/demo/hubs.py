"""The hub as the outside sees it: an address that may die and come back."""

from __future__ import annotations

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
BUSY: Final = frozenset({502, 503})
LOOK_AGAIN: Final = 0.2


class Hubs:
    """The hubs listed in DATA/run.json; calls go to one that lives.

    ``persist`` sends until somebody answers: a hub that died may have taken the request or not, and only the
    business key can tell. It raises Failure(unavailable) when no hub came back within PATIENCE seconds.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._client = httpx.Client(timeout=60.0, trust_env=False, limits=httpx.Limits(max_connections=64))
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._keys = keys.read(data)
        self.url = ""

    def close(self) -> None:
        """No more waiting for anybody; calls that still run end with a Failure."""
        self._over.set()
        self._client.close()

    def get(self, path: str, **query: Any) -> Any:
        """JSON of a GET; Failure(internal) when the answer is an error."""
        params = {name: value for name, value in query.items() if value is not None}
        known = keys.proof(self._keys, "GET", path)
        answer = self.persist(lambda: self._client.build_request("GET", self.url + path, params=params, headers=known))
        if answer.is_success:
            return answer.json()
        raise Failure("internal", f"GET {path} answered {answer.status_code}", detail={"body": answer.text[:500]})

    def post(self, path: str, body: Callable[[], bytes], headers: dict[str, str]) -> httpx.Response:
        """POST; ``body`` is asked anew for every attempt, for senders that number their exchanges."""
        said = headers | keys.proof(self._keys, "POST", path)
        return self.persist(lambda: self._client.build_request("POST", self.url + path, content=body(), headers=said))

    def persist(self, request: Callable[[], httpx.Request]) -> httpx.Response:
        """Send, and again to a living hub as long as nobody answers."""
        deadline = Deadline.after(PATIENCE)
        while True:
            try:
                if not self.url:
                    self.find()
                answer = self._client.send(request())
                if answer.status_code not in BUSY or deadline.passed:
                    return answer
                self._over.wait(LOOK_AGAIN)
            except httpx.TransportError:
                self.find()

    def find(self) -> None:
        """Settle on a hub that is ready, waiting for one up to PATIENCE seconds."""
        deadline = Deadline.after(PATIENCE)
        with self._lock:
            while not deadline.passed and not self._over.is_set():
                for hub in runfile.read(self._data)["hubs"]:
                    if self._ready(hub["url"]):
                        self.url = hub["url"]
                        return
                self._over.wait(LOOK_AGAIN)
        raise Failure(
            "unavailable",
            f"no hub answered for {PATIENCE:.0f} seconds",
            where=str(self._data / runfile.FILE),
            advice=f"start one: mboss serve --data {self._data}",
        )

    def _ready(self, url: str) -> bool:
        try:
            return self._client.get(f"{url}/readyz", timeout=2.0).is_success
        except httpx.HTTPError:
            return False


def pause(seconds: float) -> None:
    """Wait without asking the time."""
    threading.Event().wait(seconds)
