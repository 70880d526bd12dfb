"""What a canonical time may be: RFC 3339, and one that the calendar has and every converter can tell.

RFC 3339's grammar alone lets more pass (year 0000, the 60th second, small t and z), and that would be found out when an
order is under way already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_TOLD_IN: Final = (UTC, timezone(timedelta(hours=8)))
"""The store's zone, and that of wire times without one: the calendar's last hours exist in one of them only."""


def is_date_time(value: object) -> bool:
    """``2026-09-21T14:13:20+08:00``. What is no text is another rule's."""
    if not isinstance(value, str):
        return True
    try:
        moment = datetime.fromisoformat(value) if _DATE_TIME.fullmatch(value) else None
        return moment is not None and all(moment.astimezone(zone) for zone in _TOLD_IN)
    except (ValueError, OverflowError):
        return False


def is_date(value: object) -> bool:
    """``2026-09-21``."""
    if not isinstance(value, str):
        return True
    try:
        return bool(_DATE.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False


FORMATS: Final[Mapping[str, Callable[[object], bool]]] = {"date-time": is_date_time, "date": is_date}
"""For both validators."""
