"""Flow control limits as people write them: ``50/s``, ``600/min``, ``1000/h``, ``10000/d`` (a daily quota)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from interfaces.clock import HOUR, SECOND
from interfaces.failure import Failure

UNITS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86400}
"""Unit -> seconds."""

SHIFT: Final = 8 * HOUR
"""Days begin at midnight of Asia/Shanghai, where the quotas are agreed."""

_FORM: Final = re.compile(r"([1-9][0-9]{0,8})/(s|min|h|d)")


@dataclass(frozen=True, slots=True)
class Limit:
    """``count`` requests in every window of ``span`` seconds."""

    count: int
    span: int

    def began(self, now: int) -> int:
        """When the window that holds ``now`` began; microseconds UTC."""
        return now - (now + SHIFT) % (self.span * SECOND)

    @property
    def portion(self) -> int:
        """How many one process takes from the store at a time: few trips, little lost when it dies."""
        return max(1, min(self.count // 20, 64))


def parse(text: str) -> Limit:
    """Failure ``invalid`` for anything but COUNT/UNIT."""
    found = _FORM.fullmatch(text)
    if not found:
        raise Failure("invalid", f"{text[:40]!r} is no limit", where="limits", advice="write 50/s, 600/min or 10000/d")
    return Limit(int(found[1]), UNITS[found[2]])
