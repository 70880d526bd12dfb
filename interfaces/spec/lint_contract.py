"""Lint rules for a spec against its WSDL. Each yields (rule id, line, message)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from interfaces.agreement import Agreement
from interfaces.spec.lint_rules import Hit
from interfaces.spec.model import InterfaceSpec

OWN: Final[Mapping[str, str]] = {
    "import-missing": "wsdl-import-unresolved",
    "import-broken": "wsdl-import-unresolved",
    "encoded-as-literal": "soap-rpc-encoded",
}
"""Findings of the contract that are rules of their own."""


def check(spec: InterfaceSpec, agreement: Agreement) -> Iterator[Hit]:
    for finding in agreement.contract_findings:
        if finding.code in OWN or finding.serious:
            yield OWN.get(finding.code, "contract-finding"), 1, f"{finding.code}: {finding.message}"
    if spec.direction == "inbound":
        return  # we answer with the faults; the peer maps them
    for operation in spec.operations.values():
        known = {row.match for row in operation.errors.exchange}
        for name in agreement.faults(operation.name):
            if name not in known:
                yield "fault-unmapped", operation.line, f"{operation.name}: the contract's fault {name} has no row"
