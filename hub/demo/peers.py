"""The mock peers' control API: told beforehand what to do, asked afterwards what they did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from interfaces.failure import Failure


class Peers:
    """``urls``: peer code -> its address; the control API is on the same port under ``/__mock__/``."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._control = {code: _control(url) for code, url in urls.items()}
        self._client = httpx.Client(timeout=30.0, trust_env=False)

    def close(self) -> None:
        self._client.close()

    @property
    def codes(self) -> list[str]:
        return sorted(self._control)

    def arrange(self, code: str, rules: list[dict[str, Any]]) -> None:
        """Give a peer its behaviours for orders to come."""
        self._call("POST", code, "faults", json=rules)

    def effects(self, code: str) -> dict[str, Any]:
        """``{"effects": [{"key", "step", "count"}], "calls", "effects_total", "duplicates"}``."""
        found: dict[str, Any] = self._call("GET", code, "effects")
        return found

    def steps(self, code: str) -> Counter[str]:
        """Step -> how often it was done."""
        counted: Counter[str] = Counter()
        for effect in self.effects(code)["effects"]:
            counted[effect["step"]] += effect["count"]
        return counted

    def state(self, code: str) -> dict[str, Any]:
        """What stands in the peer now."""
        found: dict[str, Any] = self._call("GET", code, "state")
        return found

    def verify(self, code: str) -> list[str]:
        """What the peer finds contradictory in its own state."""
        found: list[str] = self._call("GET", code, "verify")["findings"]
        return found

    def _call(self, method: str, code: str, what: str, **more: Any) -> Any:
        url = f"{self._control[code]}/{what}"
        try:
            return self._client.request(method, url, **more).raise_for_status().json()
        except httpx.HTTPError as error:
            raise Failure("internal", f"mock peer {code} did not take {what}: {error}", where=url) from None


def _control(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/__mock__"
