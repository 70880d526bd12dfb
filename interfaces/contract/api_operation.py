"""One operation of an OpenAPI or AsyncAPI document, ready to be drafted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interfaces.contract.findings import Finding, finding


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """unit: of the census. name: operationId, or method and path. wire: the spec's ``wire`` of it. request, reply:
    closed JSON Schemas, {} = anything; reply None = one-way. where: of the
    document. notes: what a person should know."""

    unit: str
    name: str
    wire: Mapping[str, Any]
    request: Mapping[str, Any]
    reply: Mapping[str, Any] | None
    where: str = ""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Api:
    """What a document says. kind: transport kind and envelope. settings: of the transport. lost: units that are not
    served; each has a finding ``operation-...``."""

    kind: str
    title: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    operations: list[ApiOperation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)

    def lose(self, code: str, unit: str, where: str, why: str) -> None:
        """Name a unit that is not served."""
        self.lost.add(unit)
        self.findings.append(finding(code, where, f"operation {unit}: {why}"))
