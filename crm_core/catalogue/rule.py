"""What a value of an order may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value may be: one of some, a pattern (whole value), a range. Empty = anything."""

    required: bool = False
    one_of: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Rule:
        """A rule as the catalogue's schema allows it."""
        return cls(
            required=data.get("required", False),
            one_of=tuple(data.get("oneOf", ())),
            pattern=re.compile(data["pattern"]) if "pattern" in data else None,
            low=data.get("min"),
            high=data.get("max"),
        )

    def refusal(self, value: object) -> str:
        """Why ``value`` is not allowed, or an empty text."""
        text = str(value)
        if self.one_of and text not in self.one_of:
            return f"must be one of {', '.join(self.one_of)}"
        if self.pattern and not self.pattern.fullmatch(text):
            return f"does not match {self.pattern.pattern}"
        if self.low is not None or self.high is not None:
            return self._out_of_range(text)
        return ""

    def _out_of_range(self, text: str) -> str:
        low = float("-inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        try:
            return "" if low <= float(text) <= high else f"must be between {low:g} and {high:g}"
        except ValueError:
            return "must be a number"
