"""What the prover found, as records that a registry can keep and a person can read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from interfaces.spec.lint import ERROR, WARNING, Finding

__all__ = ["ERROR", "WARNING", "Certificate", "Finding", "RowProof", "SideProof", "Verdict"]

Verdict = Literal["proved", "tested", "lossy", "forward-only", "broken"]
"""proved: the law holds by construction. tested: on so many samples. lossy: declared, with a reason. forward-only: a
constant of the wire, checked on the way back. broken: the law fails."""


@dataclass(frozen=True, slots=True)
class RowProof:
    """samples: canonical values tried; refused: of these, not taken, which ``reason`` explains."""

    row: str
    canonical: str
    wire: str
    converter: str
    verdict: Verdict
    samples: int = 0
    refused: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SideProof:
    """One message of an operation. documents: generated and carried both ways; refused: by the contract."""

    operation: str
    message: str
    rows: tuple[RowProof, ...]
    documents: int = 0
    refused: int = 0

    @property
    def whole(self) -> str:
        verdicts = {row.verdict for row in self.rows}
        return "broken" if "broken" in verdicts else "lossy" if "lossy" in verdicts else "iso"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The proof of one spec. hash: of the spec and its contract; the same seed gives the same documents."""

    spec: str
    hash: str
    seed: int
    sides: tuple[SideProof, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.severity == ERROR for finding in self.findings)

    @property
    def whole(self) -> str:
        """iso: every body comes back as it was; lossy: but for what rows declare; broken: it does not."""
        if not self.ok:
            return "broken"
        return "lossy" if any(side.whole == "lossy" for side in self.sides) else "iso"

    def to_json(self) -> dict[str, Any]:
        counts: dict[str, int] = {}
        for row in (row for side in self.sides for row in side.rows):
            counts[row.verdict] = counts.get(row.verdict, 0) + 1
        return asdict(self) | {"ok": self.ok, "whole": self.whole, "rows": counts}
