"""One figure of a bench."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from interfaces.clock import monotonic


@dataclass(frozen=True, slots=True)
class Figure:
    """value in ``unit``; ``against`` what it is compared with in the same run; ratio = how many times better."""

    bench: str
    value: float
    unit: str
    against: str
    ratio: float

    def line(self) -> str:
        """``{"bench","value","unit","against","ratio"}``."""
        return json.dumps(asdict(self) | {"value": round(self.value, 4), "ratio": round(self.ratio, 2)})

    def text(self) -> str:
        return f"{self.bench:20} {self.value:12.3f} {self.unit:24} {self.ratio:7.2f} x  ({self.against})"


def milliseconds(work: Callable[[], object], times: int, rounds: int = 5) -> float:
    """Per call: the best mean of several rounds."""
    return min(_mean(work, times) for _ in range(rounds))


def beside(
    ours: Callable[[], object], theirs: Callable[[], object], times: int, rounds: int = 60
) -> tuple[float, float]:
    """Milliseconds per call of both, taking short turns, so that both meet the same machine; the best of each."""
    pairs = [(_mean(ours, times), _mean(theirs, times)) for _ in range(rounds)]
    return min(mine for mine, _ in pairs), min(other for _, other in pairs)


def _mean(work: Callable[[], object], times: int) -> float:
    began = monotonic()
    for _ in range(times):
        work()
    return (monotonic() - began) / times * 1000
