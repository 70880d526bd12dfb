"""Failure policy: error in, action out. A pure function over the rows of tables/failure_policy.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

import yaml

from interfaces.clock import SECOND

Then = Literal["again", "ask", "send", "refuse", "fallout", "give_up"]
UNITS = {"ms": SECOND // 1000, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND, "d": 86400 * SECOND}


@dataclass(frozen=True, slots=True)
class Situation:
    """What the policy looks at. attempt counts from 1; ``draw`` in [0, 1) spreads the delay (jitter)."""

    code: str
    attempt: int
    mode: str = "send"
    kind: str = "do"
    idempotent: bool = False
    probe: bool = False
    draw: float = 0.5


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows; ``delay`` in microseconds before ``again``, ``ask`` and ``send``; ``category`` of a fallout."""

    then: Then
    delay: int = 0
    category: str = "other"


@dataclass(frozen=True, slots=True)
class Backoff:
    first: int
    factor: float
    most: int
    jitter: float

    def delay(self, attempt: int, draw: float) -> int:
        """first, first*factor, ... up to ``most``, spread by +-jitter."""
        plain = min(self.most, self.first * self.factor ** min(attempt - 1, 30))
        return int(plain * (1 + self.jitter * (2 * draw - 1)))


@dataclass(frozen=True, slots=True)
class Policy:
    backoff: Backoff
    rows: tuple[dict[str, Any], ...]

    def decide(self, s: Situation) -> Decision:
        """The first row that matches; the table's last row matches everything."""
        row = next(r for r in self.rows if _matches(r, s))
        then = cast(Then, row["then"])
        delay = self.backoff.delay(s.attempt, s.draw) if then == "again" else 0
        return Decision(then, delay, row.get("category", "other"))


def _matches(row: dict[str, Any], s: Situation) -> bool:
    return (
        row["code"] in ("*", s.code)
        and row.get("mode", s.mode) == s.mode
        and row.get("kind", s.kind) == s.kind
        and row.get("idempotent", s.idempotent) == s.idempotent
        and row.get("probe", s.probe) == s.probe
        and s.attempt <= row.get("attempts", s.attempt)
    )


def duration(text: str) -> int:
    """``15s`` -> microseconds. Units ms, s, m, h, d; ValueError otherwise."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", str(text))
    if not found:
        raise ValueError(f"not a duration: {text!r} (write 500ms, 15s, 2m, 4h, 7d)")
    return int(float(found[1]) * UNITS[found[2]])


@cache
def bundled() -> Policy:
    """The policy shipped with the hub."""
    data = yaml.safe_load(files("hub").joinpath("tables/failure_policy.yaml").read_text("utf-8"))
    b = data["backoff"]
    return Policy(
        Backoff(duration(b["first"]), float(b["factor"]), duration(b["most"]), float(b["jitter"])),
        tuple(data["rows"]),
    )
