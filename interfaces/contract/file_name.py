"""Names of exchange files: a pattern with business date and sequence number, and what a safe name is.

``JS_{date}_{sequence:4}.txt`` <-> ``JS_20261101_0007.txt``. Letter case does not tell two names apart: some peers' file
systems cannot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from interfaces.failure import Failure

_TOKEN = re.compile(r"\{(?P<name>\w+)(?::(?P<digits>[1-9]))?\}")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
LONGEST = 200
"""Bytes of a name; file systems allow 255, and names get suffixes."""


@dataclass(frozen=True, slots=True)
class FileName:
    """A name taken apart. date: yyyyMMdd, "" when the pattern has none; sequence: 0 when it has none."""

    name: str
    date: str = ""
    sequence: int = 0


class NamePattern:
    """One pattern, compiled; ValueError says what is wrong with it."""

    def __init__(self, text: str) -> None:
        self.text = text
        tokens = [match["name"] for match in _TOKEN.finditer(text)]
        rest = _TOKEN.sub("", text)
        unknown = sorted(set(tokens) - {"date", "sequence"})
        if unknown or "{" in rest or "}" in rest:
            raise ValueError(f"{text!r}: a name is made of {{date}} and {{sequence:4}}")
        if len(tokens) != len(set(tokens)):
            raise ValueError(f"{text!r} names date or sequence twice")
        self.dated, self.numbered = "date" in tokens, "sequence" in tokens
        digits = next((m["digits"] for m in _TOKEN.finditer(text) if m["name"] == "sequence"), None)
        self.digits = int(digits or 4)
        if fault := fault_of(self.format("20261101", 1)):
            raise ValueError(f"{text!r}: {fault}")
        self._regex = re.compile(self._pattern(), re.IGNORECASE)

    def format(self, date: str, sequence: int) -> str:
        """Failure(invalid) when the number has no room left."""
        if self.numbered and sequence >= 10**self.digits:
            what = f"the sequence number {sequence} has more than {self.digits} digits"
            raise Failure("invalid", what, where=self.text, advice="agree on a name pattern with more digits")
        values = {"date": date, "sequence": f"{sequence:0{self.digits}d}"}
        return _TOKEN.sub(lambda match: values[match["name"]], self.text)

    def parse(self, name: str) -> FileName | None:
        """None for a name of another pattern, or with a date that is none."""
        match = self._regex.fullmatch(name)
        if match is None or fault_of(name):
            return None
        parts = match.groupdict()
        date = parts.get("date", "")
        return FileName(name, date, int(parts.get("sequence", 0))) if not date or is_date(date) else None

    def _pattern(self) -> str:
        groups = {"date": r"(?P<date>[0-9]{8})", "sequence": rf"(?P<sequence>[0-9]{{{self.digits}}})"}
        parts, end = [], 0
        for match in _TOKEN.finditer(self.text):
            parts += [re.escape(self.text[end : match.start()]), groups[match["name"]]]
            end = match.end()
        return "".join([*parts, re.escape(self.text[end:])])


def fault_of(name: str) -> str:
    """Why a file must not have this name, "" when it may."""
    if not name or len(name.encode("utf-8", "replace")) > LONGEST:
        return f"a name has 1 to {LONGEST} bytes"
    if _UNSAFE.search(name):
        return 'a name holds no / \\ : * ? " < > | and no control characters'
    if name[0] in ".~" or name[-1] in ". ":
        return "a name begins with no . or ~ and ends with no . or space"
    return "the name is reserved by some systems" if _RESERVED.fullmatch(name) else ""


def is_date(text: str) -> bool:
    """Whether yyyyMMdd is a day of the calendar."""
    try:
        return bool(datetime.strptime(text, "%Y%m%d"))
    except ValueError:
        return False
