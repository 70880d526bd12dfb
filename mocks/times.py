"""Times as these systems write them: wall clock of Asia/Shanghai, no zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from interfaces.clock import SECOND

ZONE = ZoneInfo("Asia/Shanghai")


def compact(at: int) -> str:
    """Microseconds UTC -> ``yyyyMMddHHmmss``."""
    return datetime.fromtimestamp(at / SECOND, ZONE).strftime("%Y%m%d%H%M%S")


def spaced(at: int) -> str:
    """Microseconds UTC -> ``yyyy-MM-dd HH:mm:ss``."""
    return datetime.fromtimestamp(at / SECOND, ZONE).strftime("%Y-%m-%d %H:%M:%S")


def moment(text: str) -> int:
    """``yyyyMMddHHmmss`` -> microseconds UTC."""
    return int(datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=ZONE).timestamp()) * SECOND
