"""Proving a spec: lint, the law of every row, documents through both directions and the real codec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from interfaces.agreement import Agreement
from interfaces.mapping import CompiledMapping, is_masked
from interfaces.mapping.rows import Prepared
from interfaces.proof.carry import Carried, carry, leaves, stands_at
from interfaces.proof.certificate import ERROR, WARNING, Certificate, Finding, RowProof, SideProof, Verdict
from interfaces.proof.documents import Scope
from interfaces.proof.domain import schema_of
from interfaces.proof.laws import Trials, try_row
from interfaces.proof.samples import Samples
from interfaces.spec.lint import UNCOMPILED, lint
from interfaces.spec.lint_rules import reads
from interfaces.spec.model import InterfaceSpec, Operation, Side
from interfaces.spec.shapes import JsonShape, XmlShape, canonical_shape, walk

DOCUMENTS: Final = 200
SEED: Final = 20261015

RULES: Final[Mapping[str, tuple[str, str, str]]] = {
    "row-law-broken": (
        ERROR,
        "choose a converter that keeps the value, or say lossy: why",
        "A value that the canonical type allows goes out and comes back as another.",
    ),
    "row-never-passes": (
        ERROR,
        "choose a converter for the canonical type of this field",
        "The row takes none of the values that the canonical type allows.",
    ),
    "row-refuses": (
        ERROR,
        "add the values, or say partial: why they never come",
        "The row refuses some of the values that the canonical type allows.",
    ),
    "document-not-carried": (
        ERROR,
        "correct the rows it names, or say lossy: why",
        "A whole body, written through the real codec and read again, has changed at a place.",
    ),
    "document-refused": (
        ERROR,
        "add a row, a default or a text: policy, give the rows of a choice a when each, or say partial: why",
        "The contract refuses what the rows make of a body that the canonical type allows.",
    ),
    "nothing-carried": (
        ERROR,
        "add rows or constants for what it names, or correct the contract: nothing could ever be sent or read",
        "The contract refuses everything that the rows can make.",
    ),
    "order-matters": (
        ERROR,
        "say [key=field] on both sides of the group",
        "What is read changes when the peer sends the elements of a group in another order.",
    ),
    "canonical-incomplete": (
        ERROR,
        "add a row or a constant for it",
        "Whatever is read lacks something that the canonical type asks for.",
    ),
    "codelist-missing-wire-value": (
        WARNING,
        "add the value under also:, or make sure that it never comes",
        "The contract lists a code that the code list does not know.",
    ),
}
"""id -> (severity, what to do, what is wrong); beside the rules of ``interfaces.spec.lint.RULES``."""

_STRICT = frozenset({"tz-missing", "truncation-not-declared", "repeating-group-without-key"})
"""Doubts of lint that are defects to a proof."""
_SHOWN = 60


def prove(spec: InterfaceSpec, documents: int = DOCUMENTS, seed: int = SEED) -> Certificate:
    """The certificate of one spec; never raises for what is wrong with its rows, that is in ``findings``."""
    said = [_judged(found) for found in lint(spec)]
    if any(f.rule in UNCOMPILED for f in said):
        return Certificate(spec.ref, spec.hash, seed, (), tuple(said))
    agreement = Agreement(spec)
    proofs = [_Side(agreement, op, side, documents, seed) for op, side in _sides(spec)]
    sides = tuple(proof.prove() for proof in proofs)
    findings = dict.fromkeys([*said, *(found for proof in proofs for found in proof.findings)])
    return Certificate(spec.ref, spec.hash, seed, sides, tuple(sorted(findings, key=_place)))


def _judged(found: Finding) -> Finding:
    """A finding of lint as a proof takes it."""
    return replace(found, severity=ERROR) if found.rule in _STRICT else found


def _place(finding: Finding) -> tuple[int, str]:
    line = finding.where.rpartition(":")[2]
    return int(line) if line.isdecimal() else 0, finding.rule


def _sides(spec: InterfaceSpec) -> Iterator[tuple[Operation, Side]]:
    for operation in spec.operations.values():
        for side in (operation.request, operation.reply):
            if side is not None and side.mapping is not None:
                yield operation, side


class _Side:
    """One message of an operation."""

    def __init__(self, agreement: Agreement, operation: Operation, side: Side, documents: int, seed: int) -> None:
        self.findings: list[Finding] = []
        self._agreement, self._spec = agreement, agreement.spec
        self._operation, self._side, self._documents = operation, side, documents
        self._reply = side is operation.reply
        self._what = f"{operation.name} {'reply' if self._reply else 'request'}"
        self._written = not reads(self._spec, operation, side)
        mapping = agreement.mapping(operation.name, self._reply)
        assert isinstance(mapping, CompiledMapping), "a side without rows is proved by its canonical type"
        self._mapping = mapping
        self._samples = Samples(seed, self._spec.transport.encoding)
        self._lexical = agreement.lexical
        self._trials: dict[int, Trials] = {}
        self._own, self._wire = canonical_shape(side), agreement.shape(side)

    def prove(self) -> SideProof:
        self._rows(self._mapping.rows, self._own, self._wire)
        proofs = tuple(self._verdict(row, self._own) for row in leaves(self._mapping.rows))
        scope = Scope(self._mapping.rows, self._own, self._wire, self._trials)
        came = carry(self._agreement, self._operation.name, self._reply, scope, self._samples.random, self._documents)
        self._judge(came)
        return SideProof(self._operation.name, self._what.split()[-1], proofs, self._documents, came.refused)

    # -- rows ----------------------------------------------------------------------------------------------------

    def _rows(self, rows: Sequence[Prepared], own: Any, wire: Any) -> None:
        for row in rows:
            place = walk(own, row.canonical) if row.canonical is not None else None
            there = walk(wire, row.wire) if row.wire is not None else None
            if row.rows:
                self._rows(row.rows, place, there)
            elif row.canonical is not None and row.wire is not None:
                schema = schema_of(row, place, there, self._lexical)
                self._trials[id(row)] = try_row(row, schema, self._samples, self._lexical)
                self._check_law(row, self._trials[id(row)])
                self._check_codes(row, there)

    def _check_law(self, row: Prepared, trials: Trials) -> None:
        if trials.broken and not lossy(row, self._spec):
            value, wire, got = trials.broken[0]
            change = (
                f"{self._show(row, value)} goes out as {self._show(row, wire)} and comes back as {self._show(row, got)}"
            )
            self._find("row-law-broken", row, f"{len(trials.broken)} of {trials.count} values change: {change}")
        if trials.refused and not trials.good and not trials.broken:
            self._find("row-never-passes", row, f"takes none of {trials.count} values: {trials.refused[0][1]}")
        elif trials.refused and self._written and not self._explained(row):
            value, why = trials.refused[0]
            message = f"refuses {len(trials.refused)} of {trials.count} values that the canonical type allows"
            self._find("row-refuses", row, f"{message}, {self._show(row, value)} for one: {why}")

    def _check_codes(self, row: Prepared, wire: Any) -> None:
        codes = self._spec.code_lists.get(str(row.row.options.get("code", "")))
        if codes is not None and not self._written and isinstance(wire, XmlShape | JsonShape):
            unknown = [code for code in wire.enum() if code not in {*codes.codes.values(), *codes.also}]
            if unknown:
                self._find("codelist-missing-wire-value", row, f"does not know {', '.join(unknown)} of the contract")

    def _explained(self, row: Prepared) -> str:
        return str(row.row.options.get("partial") or row.row.options.get("lossy") or row.converter.refuses)

    def _verdict(self, row: Prepared, own: Any) -> RowProof:
        trials = self._trials.get(id(row), Trials())
        verdict, reason = self._class(row, trials)
        reason = reason or (self._explained(row) if trials.refused else "")
        converter = "const" if "const" in row.row.options else row.converter.name
        texts = (row.label, row.full_canonical, row.full_wire, converter)
        return RowProof(*texts, verdict, trials.count, len(trials.refused), reason)

    def _class(self, row: Prepared, trials: Trials) -> tuple[Verdict, str]:
        reason = lossy(row, self._spec)
        if reason:
            return "lossy", reason
        if "const" in row.row.options:
            return ("forward-only", "a constant of the wire") if row.canonical is None else ("proved", "")
        if trials.broken or not trials.good:
            return "broken", ""
        return ("proved" if row.converter.closed else "tested"), ""

    # -- documents -----------------------------------------------------------------------------------------------

    def _judge(self, came: Carried) -> None:
        for (path, message), count in came.changed.items():
            self._say("document-not-carried", f"{path}: {message} ({count} of {self._documents} documents)")
        for path, (count, message) in came.refusals.items():
            row = next((row for row in leaves(self._mapping.rows) if stands_at(row, path)), None)
            if self._written and not (row and self._explained(row)):
                self._say("document-refused", f"{path} {message} ({count} of {self._documents} documents)", row)
        for path in came.reordered:
            if any(
                row.rows and row.row.options.get("ordered") and row.row.canonical == path for row in self._mapping.rows
            ):
                continue
            self._say("order-matters", f"{path} changes when the peer sends the elements in another order")
        if came.refused == self._documents:
            self._say("nothing-carried", f"the contract refuses every document: {_first(came)}")
        for (path, message), count in came.incomplete.items():
            if not self._written and count == came.read:  # else the input may be incomplete, and is refused for it
                self._say("canonical-incomplete", f"whatever is read, {path} {message}")

    # -- saying it -----------------------------------------------------------------------------------------------

    def _find(self, rule: str, row: Prepared, message: str) -> None:
        text = f"row {row.label} {row.full_canonical} <-> {row.full_wire} {message}"
        self._say(rule, text, row)

    def _say(self, rule: str, message: str, row: Prepared | None = None) -> None:
        severity, fix, _ = RULES[rule]
        line = row.row.line if row else self._mapping.rows[0].row.line if self._mapping.rows else self._operation.line
        self.findings.append(Finding(rule, severity, f"{self._spec.file}:{line}", f"{self._what}: {message}", fix))

    def _show(self, row: Prepared, value: Any) -> str:
        return "(masked)" if is_masked(row.full_canonical, self._spec.masked) else repr(value)[:_SHOWN]


def lossy(row: Prepared, spec: InterfaceSpec) -> str:
    """Why a row may lose something, "" when it may not."""
    codes = spec.code_lists.get(str(row.row.options.get("code", "")))
    return str(row.row.options.get("lossy", "") or (codes.lossy if codes else ""))


def _first(came: Carried) -> str:
    return ", ".join(f"{path} {why}" for path, (_, why) in list(came.refusals.items())[:3])
