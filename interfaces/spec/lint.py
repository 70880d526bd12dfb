"""Lint: what is wrong or doubtful in a spec, each finding with rule id, severity, place, message and what to do.

findings = lint(load_spec(path))          # [] = clean
findings = lint_file(path)                # also for files that do not load
explain("tz-missing")                     # what a rule means
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.spec import lint_contract, lint_examples, lint_fields, lint_files, lint_rows, lint_rules
from interfaces.spec.lint_table import ERROR, INFO, RULES, UNCOMPILED, WARNING
from interfaces.spec.loader import load_spec
from interfaces.spec.model import InterfaceSpec

__all__ = ["ERROR", "INFO", "RULES", "UNCOMPILED", "WARNING", "Finding", "finding", "lint", "lint_file", "unreadable"]

PAGES: Final = "docs/reference/lint"
"""Where each rule has its page."""

_OF_SCHEMA: Final = (
    (re.compile(r"metadata\.owner:|metadata: 'owner' is a required"), "identity-owner"),
    (re.compile(r"metadata\.version:|metadata: 'version' is a required"), "version-semver"),
    (re.compile(r"metadata\.system:|metadata: 'system' is a required"), "system-known"),
    (re.compile(r"spec\.transport\.settings\.confirm:"), "publisher-confirm-off"),
)
"""Faults against the schema that are rules of their own; all others are ``spec-invalid``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """where is ``file:line``."""

    rule: str
    severity: str
    where: str
    message: str
    fix: str

    def to_json(self) -> dict[str, str]:
        return asdict(self)


def finding(rule: str, where: str, message: str) -> Finding:
    """A finding of one of RULES."""
    return Finding(rule, RULES[rule].severity, where, message, RULES[rule].fix)


def lint_file(path: Path, systems: frozenset[str] = frozenset()) -> list[Finding]:
    """Findings of one spec file or folder, also of one that does not load. ``systems``: see ``lint``."""
    try:
        spec = load_spec(path)
    except Failure as failure:
        return unreadable(failure)
    return lint(spec, systems)


def unreadable(failure: Failure) -> list[Finding]:
    """Why a spec does not load."""
    faults = failure.errors or [{"path": failure.where, "message": failure.message}]
    return [finding(_rule(fault["message"]), fault["path"], fault["message"]) for fault in faults]


def _rule(message: str) -> str:
    return next((rule for form, rule in _OF_SCHEMA if form.match(message)), "spec-invalid")


def lint(spec: InterfaceSpec, systems: frozenset[str] = frozenset()) -> list[Finding]:
    """Findings in the order of the file. ``systems``: instance codes that there are; none given = any will do."""
    hits = [*_all(spec)]
    if systems and spec.system not in systems:
        known = ", ".join(sorted(systems))
        hits.append(("system-known", 1, f"metadata.system is {spec.system}; known are {known}"))
    found = [finding(rule, f"{spec.file}:{line}", message) for rule, line, message in hits]
    return sorted(set(found), key=lambda f: (int(f.where.rpartition(":")[2] or 0), f.rule, f.message))


def _all(spec: InterfaceSpec) -> Iterator[lint_rules.Hit]:
    yield from lint_rules.check(spec)
    undecided = [*lint_rules.undecided(spec)]
    yield from undecided
    try:
        agreement = Agreement(spec)
    except Failure as failure:
        line = failure.where.rpartition(":")[2]
        if line.isdecimal() or not undecided:  # else that is why
            yield "spec-does-not-compile", int(line) if line.isdecimal() else 1, failure.message
        return
    yield from lint_files.check(spec)
    yield from lint_contract.check(spec, agreement)
    yield from lint_rows.check(spec, agreement)
    yield from lint_fields.check(spec, agreement)
    yield from lint_examples.check(spec, agreement)
