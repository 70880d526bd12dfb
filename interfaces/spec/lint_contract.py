"""Lint rules for a spec against its WSDL. Each yields (rule id, line, message)."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.agreement import Agreement
from interfaces.spec.lint_rules import Hit
from interfaces.spec.model import InterfaceSpec


def check(spec: InterfaceSpec, agreement: Agreement) -> Iterator[Hit]:
    for finding in (f for f in agreement.contract_findings if f.serious):
        yield "contract-finding", 1, f"{finding.code}: {finding.message}"
    if spec.direction == "inbound":
        return  # we answer with the faults; the peer maps them
    for operation in spec.operations.values():
        known = {row.match for row in operation.errors.exchange}
        for name in agreement.faults(operation.name):
            if name not in known:
                yield "fault-unmapped", operation.line, f"{operation.name}: the contract's fault {name} has no row"
