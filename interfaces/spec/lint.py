"""Lint: what is wrong or doubtful in a spec, each finding with rule id, severity, place, message and what to do.

findings = lint(load_spec(path))          # [] = clean
findings = lint_file(path)                # also for files that do not load
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.spec import lint_contract, lint_examples, lint_files, lint_rows, lint_rules
from interfaces.spec.loader import load_spec
from interfaces.spec.model import InterfaceSpec

ERROR, WARNING = "error", "warning"

RULES: dict[str, tuple[str, str]] = {
    "spec-invalid": (ERROR, "write it as interfaces/spec/schema.json says"),
    "todo-left": (ERROR, "fill it in"),
    "draft-type": (ERROR, "choose a canonical type, and map its paths"),
    "fault-unmapped": (WARNING, "add a row to errors.exchange that matches the fault's element"),
    "contract-finding": (WARNING, "correct the contract, or agree on what is missing"),
    "spec-does-not-compile": (ERROR, "correct the row, or the contract it names"),
    "role-missing": (ERROR, "say role: order, call or event"),
    "route-missing": (ERROR, "say route: {function, operation}"),
    "pattern-needs-correlation": (ERROR, "say correlate: and final:"),
    "retry-without-idempotency": (
        ERROR,
        "map only codes that surely did nothing to unavailable, or say idempotent: true",
    ),
    "retry-on-unknown-outcome-without-probe": (ERROR, "say idempotent: true, or name a probe operation"),
    "error-catch-all": (WARNING, 'end the business rows with {match: "*", code: rejected}'),
    "codelist-not-bijective-undeclared": (ERROR, "give each canonical code a wire code of its own, or say lossy: why"),
    "codelist-unknown-canonical-value": (ERROR, "use a value of the canonical type"),
    "codelist-missing-canonical-value": (WARNING, "add the value, or say partial: why it never comes"),
    "no-host-in-spec": (ERROR, "addresses belong into the configuration, [peers.X] url"),
    "no-secret-in-spec": (ERROR, "secrets belong into the configuration, as env:NAME or file:PATH"),
    "row-path-not-in-schema": (ERROR, "use a path that the schema has"),
    "row-target-written-twice": (ERROR, "keep one row, or give both a when"),
    "row-target-is-prefix-of-another": (ERROR, "write the container or its parts, not both"),
    "mandatory-target-without-row": (ERROR, "add a row, a const or a default for it"),
    "repeating-group-without-key": (WARNING, "say [key=field] on both sides, or ordered: why their order is safe"),
    "truncation-not-declared": (WARNING, "say lossy: why this may be cut"),
    "tz-missing": (WARNING, "say @Asia/Shanghai or another zone"),
    "pii-not-marked": (WARNING, "add the canonical path to masked:"),
    "file-charset-differs": (ERROR, "say the same charset in both"),
    "file-name-not-unique": (ERROR, "put {sequence:4} into settings.file.name"),
    "file-gap-unseen": (WARNING, "agree on a sequence number in the name"),
    "file-end-unknown": (WARNING, "agree on a flag file (settings.file.flag) or a trailer with a count"),
    "file-operation-unclear": (ERROR, "name in request.wire the record of the layout that the operation takes"),
    "file-record-unread": (ERROR, "add an operation whose request.wire names it"),
    "example-missing": (WARNING, "add an example: it is test, mock answer and documentation"),
    "example-invalid": (ERROR, "correct the example, or the rows"),
}
"""id -> (severity, what to do)."""


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
    severity, fix = RULES[rule]
    return Finding(rule, severity, where, message, fix)


def lint_file(path: Path) -> list[Finding]:
    """Findings of one spec file or folder; a file that does not load is all ``spec-invalid``."""
    try:
        spec = load_spec(path)
    except Failure as failure:
        faults = failure.errors or [{"path": failure.where, "message": failure.message}]
        return [finding("spec-invalid", fault["path"], fault["message"]) for fault in faults]
    return lint(spec)


def lint(spec: InterfaceSpec) -> list[Finding]:
    """Findings in the order of the file."""
    found = [finding(rule, f"{spec.file}:{line}", message) for rule, line, message in _all(spec)]
    return sorted(set(found), key=lambda f: (int(f.where.rpartition(":")[2] or 0), f.rule, f.message))


def _all(spec: InterfaceSpec) -> Iterator[tuple[str, int, str]]:
    yield from lint_rules.check(spec)
    try:
        agreement = Agreement(spec)
    except Failure as failure:
        line = failure.where.rpartition(":")[2]
        yield "spec-does-not-compile", int(line) if line.isdecimal() else 1, failure.message
        return
    yield from lint_files.check(spec)
    yield from lint_contract.check(spec, agreement)
    yield from lint_rows.check(spec, agreement)
    yield from lint_examples.check(spec, agreement)
