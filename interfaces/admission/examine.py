"""Lint, proof, examples and compatibility with the version in force, in one go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from interfaces.compat import RULES, compare
from interfaces.compat.rules import Finding as Difference
from interfaces.failure import Failure
from interfaces.proof import prove
from interfaces.proof.certificate import ERROR, WARNING, Finding
from interfaces.spec.lint import unreadable
from interfaces.spec.loader import load_spec
from interfaces.spec.model import InterfaceSpec

Rollout = Literal["hub-first", "peer-first", "together"]
"""Which side has the new version first: only what breaks in that order is refused."""
ROLLOUTS: Final[tuple[Rollout, ...]] = ("hub-first", "peer-first", "together")

_WHOLE: Final = ("broken", "lossy", "iso")
"""Proofs, from the worst to the best."""
_ALWAYS: Final = frozenset({"version-too-small", "proof-worse"})
"""Differences that are refused whatever the order of roll-out."""


@dataclass(frozen=True, slots=True)
class Examination:
    """proof: iso, lossy or broken. against: ref of the version compared with, "" = the first of its interface.

    step, needed: of the version number, as it was raised and as it had to be; "" without a comparison.
    """

    spec: str
    proof: str
    findings: tuple[Finding, ...]
    against: str = ""
    step: str = ""
    needed: str = ""


def examine(folder: Path, active: Path | None = None, rollout: Rollout = "hub-first") -> Examination:
    """What is found in the spec of ``folder``, beside the version in force in the folder ``active``.

    What is wrong with the spec is in the findings; paths in them begin at the folder. Failure only for ``active``.
    """
    try:
        spec = load_spec(folder)
    except Failure as failure:
        return Examination("", "broken", tuple(_unreadable(failure, folder)))
    certificate = prove(spec)
    said = [_in(folder, finding) for finding in certificate.findings]
    if active is None or not certificate.sides:
        return Examination(spec.ref, certificate.whole, tuple(said))
    old = load_spec(active)
    report = compare(old, spec)
    said += [_difference(one, rollout) for one in report.findings]
    said += _worse(old, certificate.whole)
    return Examination(spec.ref, certificate.whole, tuple(said), report.old, report.step, report.needed)


def _unreadable(failure: Failure, folder: Path) -> Iterator[Finding]:
    for finding in unreadable(failure):
        yield _in(folder, finding)


def _in(folder: Path, finding: Finding) -> Finding:
    """Its place without the folder, which is nobody's business."""
    where = finding.where.replace(f"{folder}/", "")
    return Finding(finding.rule, finding.severity, where, finding.message.replace(f"{folder}/", ""), finding.fix)


def _difference(one: Difference, rollout: Rollout) -> Finding:
    effect = {"hub-first": one.hub_first, "peer-first": one.peer_first, "together": "ok"}[rollout]
    severity = ERROR if effect == "break" or one.rule in _ALWAYS else WARNING
    told = f"{one.old or '(none)'} -> {one.new or '(none)'}; hub first: {one.hub_first}, peer first: {one.peer_first}"
    return Finding(one.rule, severity, one.where, told, one.advice)


def _worse(old: InterfaceSpec, whole: str) -> list[Finding]:
    """The proof of a version must not be worse than that of the one before."""
    if whole == "iso" or _WHOLE.index(whole) >= _WHOLE.index(before := prove(old).whole):
        return []
    advice = RULES["proof-worse"].advice
    return [Finding("proof-worse", ERROR, "mapping", f"the proof was {before} and is {whole}", advice)]
