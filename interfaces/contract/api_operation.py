"""One operation of an OpenAPI or AsyncAPI document, ready to be drafted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interfaces.contract.findings import Finding, finding


class NotServed(Exception):
    """An operation that cannot be drafted: code of a finding, where, and why."""

    def __init__(self, code: str, where: str, why: str) -> None:
        super().__init__(why)
        self.code, self.where, self.why = code, where, why


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """unit: of the census; one may come to several operations. name: operationId, or method and path. wire: the spec's
    ``wire`` of it. request, reply: closed JSON Schemas, {} = anything; reply None = one-way. where: of the document.
    notes: what a person should know. back: it goes the other way, the owner of the document sends it. pattern: of the
    spec, "" = by whether there is a reply. refusals: (HTTP status, what it is). queue: where the
    receiver reads. correlate: wire path whose value an answer is matched by, or ``correlation_id``."""

    unit: str
    name: str
    wire: Mapping[str, Any]
    request: Mapping[str, Any]
    reply: Mapping[str, Any] | None
    where: str = ""
    notes: tuple[str, ...] = ()
    back: bool = False
    pattern: str = ""
    refusals: tuple[tuple[str, str], ...] = ()
    queue: str = ""
    correlate: str = ""


@dataclass(slots=True)
class Api:
    """What a document says. kind: transport kind and envelope. settings: of the transport. lost: units that are not
    served as a whole; each has a finding ``operation-...``."""

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


def is_json(kind: str) -> bool:
    """Whether a media type is JSON, or may be."""
    media = kind.partition(";")[0].strip().lower()
    return media.endswith(("/json", "+json")) or media in ("json", "*/*", "application/*")
