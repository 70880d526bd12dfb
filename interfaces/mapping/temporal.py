"""Dates and times: a pattern with a zone on the wire, RFC 3339 in canonical bodies.

``yyyyMMddHHmmss@Asia/Shanghai`` <-> ``2026-10-15T16:45:02+08:00``; ``yyyyMMdd`` (no zone) <-> ``2026-10-15``.
A date-only pattern *with* a zone stands for midnight there. ``iso@Asia/Shanghai`` is xsd:dateTime as clients send it:
fraction and offset optional, without an offset it is the time there.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from interfaces.mapping.errors import ConversionError

_PARTS = {
    "yyyy": ("year", r"(?P<year>[0-9]{4})", "{0.year:04d}"),
    "MM": ("month", r"(?P<month>[0-9]{2})", "{0.month:02d}"),
    "dd": ("day", r"(?P<day>[0-9]{2})", "{0.day:02d}"),
    "HH": ("hour", r"(?P<hour>[0-9]{2})", "{0.hour:02d}"),
    "mm": ("minute", r"(?P<minute>[0-9]{2})", "{0.minute:02d}"),
    "ss": ("second", r"(?P<second>[0-9]{2})", "{0.second:02d}"),
    "SSS": ("millisecond", r"(?P<millisecond>[0-9]{3})", "{1:03d}"),
    "XXX": ("offset", r"(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})", "{2}"),
}
_TOKEN = re.compile(r"yyyy|MM|dd|HH|mm|ss|SSS|XXX|'[^']*'|[^A-Za-z]")


class Temporal:
    """One pattern, compiled. ValueError when it names a zone or letters that are not known."""

    def __init__(self, text: str) -> None:
        self.pattern, at, zone = text.partition("@")
        tokens = _TOKEN.findall(self.pattern)
        if "".join(tokens) != self.pattern or not {"yyyy", "MM", "dd"} <= set(tokens):
            raise ValueError(f"{self.pattern!r} is no date pattern; parts are {' '.join(_PARTS)}")
        self.dated = not at and "HH" not in tokens
        self.offset = "XXX" in tokens
        self.zone = _zone(zone) if not self.dated else None
        self._template = "".join(_PARTS[t][2] if t in _PARTS else _braces(t.strip("'")) for t in tokens)
        self._regex = re.compile("".join(_PARTS[t][1] if t in _PARTS else re.escape(t.strip("'")) for t in tokens))

    def out(self, value: Any) -> str:
        """Canonical text -> wire text."""
        try:
            moment = date.fromisoformat(value) if self.dated else self._local(value)
        except (TypeError, ValueError):
            raise ConversionError("must be " + ("a date" if self.dated else "a time with an offset")) from None
        if not isinstance(moment, datetime):
            return self._template.format(moment, 0, "")
        return self._template.format(moment, moment.microsecond // 1000, _offset(moment))

    def back(self, value: Any) -> str:
        """Wire text -> canonical text."""
        match = self._regex.fullmatch(str(value))
        if match is None:
            raise ConversionError(f"must look like {self.pattern}")
        parts = match.groupdict()
        try:
            return self._canonical(parts)
        except ValueError:
            raise ConversionError("is no day or time of the calendar") from None

    def _local(self, value: str) -> datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("no offset")
        return moment.astimezone(self.zone)

    def _canonical(self, parts: dict[str, str]) -> str:
        numbers = {name: int(text) for name, text in parts.items() if name != "offset"}
        if self.dated:
            return date(numbers["year"], numbers["month"], numbers["day"]).isoformat()
        numbers["microsecond"] = 1000 * numbers.pop("millisecond", 0)
        moment = datetime(**numbers, tzinfo=self.zone)
        if self.offset:
            moment = datetime.fromisoformat(moment.replace(tzinfo=None).isoformat() + parts["offset"])
        return moment.isoformat()


class Iso:
    """``iso``: xsd:dateTime on the wire; written with seconds and the zone's offset."""

    def __init__(self, zone: str) -> None:
        self.zone = _zone(zone)

    def out(self, value: Any) -> str:
        """Canonical text -> wire text."""
        moment = _iso(value)
        if moment.tzinfo is None:
            raise ConversionError("must be a time with an offset")
        return moment.astimezone(self.zone).isoformat()

    def back(self, value: Any) -> str:
        """Wire text -> canonical text."""
        moment = _iso(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).isoformat()


def _iso(value: Any) -> datetime:
    if not isinstance(value, str) or "T" not in value:
        raise ConversionError("must look like 2026-10-15T16:45:02+08:00")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ConversionError("must look like 2026-10-15T16:45:02+08:00") from None


def temporal(text: str) -> Temporal | Iso:
    """The converter a ``date`` option asks for; ValueError when there is none."""
    pattern, _, zone = text.partition("@")
    return Iso(zone) if pattern == "iso" else Temporal(text)


def _zone(name: str) -> ZoneInfo:
    """Wire times without a zone are Asia/Shanghai."""
    try:
        return ZoneInfo(name or "Asia/Shanghai")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error


def _offset(moment: datetime) -> str:
    return moment.isoformat()[-6:]


def _braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
