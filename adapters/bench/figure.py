"""One figure of a bench."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


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
        return f"{self.bench:12} {self.value:12.3f} {self.unit:24} {self.ratio:7.2f} x  ({self.against})"
