"""Findings that somebody accepts for a while: with the rule, the reason, and the day on which it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from interfaces.clock import to_rfc3339
from interfaces.failure import Failure
from interfaces.proof.certificate import ERROR, Finding
from interfaces.spec.lint import UNCOMPILED

NEVER: Final = UNCOMPILED | {"examination-not-ended", "address-taken"}
"""What nobody can accept: there is nothing that could run, or two would answer."""
_FORM: Final = "write RULE=reason@YYYY-MM-DD"


@dataclass(frozen=True, slots=True)
class Waiver:
    """until: the last day, YYYY-MM-DD."""

    rule: str
    reason: str
    until: str


def parse_waiver(text: str) -> Waiver:
    """``RULE=reason@YYYY-MM-DD``; Failure(invalid)."""
    rule, _, rest = text.partition("=")
    reason, _, day = rest.rpartition("@")
    if not rule.strip() or not reason.strip() or "\0" in text or len(text) > 1000:
        raise Failure("invalid", "a waiver needs a rule, a reason and a date", where=text[:100], advice=_FORM)
    try:
        until = date.fromisoformat(day.strip())
    except ValueError:
        raise Failure("invalid", f"{day[:40]!r} is not a date", where=text[:100], advice=_FORM) from None
    return Waiver(rule.strip(), reason.strip(), until.isoformat())


def judge(findings: Sequence[Finding], waivers: Sequence[Waiver], now: int) -> list[dict[str, Any]]:
    """Each finding as a record, ``waived`` with the reason and date where a waiver covers it on the day of ``now``
    (microseconds UTC). Failure(invalid) for a waiver that is over, or of a rule that cannot be waived."""
    known = {waiver.rule: _good(waiver, to_rfc3339(now)[:10]) for waiver in waivers}
    return [asdict(finding) | _covered(finding, known) for finding in findings]


def _covered(finding: Finding, known: Mapping[str, Waiver]) -> dict[str, Any]:
    waiver = known.get(finding.rule) if finding.severity == ERROR else None
    return {"waived": {"reason": waiver.reason, "until": waiver.until}} if waiver else {}


def _good(waiver: Waiver, today: str) -> Waiver:
    if waiver.rule in NEVER:
        raise Failure("invalid", f"{waiver.rule} cannot be waived", where=waiver.rule, advice="correct the spec")
    if waiver.until < today:
        raise Failure("invalid", f"this waiver ended on {waiver.until}", where=waiver.rule, advice="name a day to come")
    return waiver


def refused(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The findings that stand in the way."""
    return [record for record in records if record["severity"] == ERROR and "waived" not in record]
