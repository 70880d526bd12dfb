"""One bad and one good example for every lint rule, as changes to four sample agreements. A test lints them all."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

Change = tuple[str, str]
"""(text of the sample, text in its place)."""
SPEC: Final = "spec.yaml"


class Case(NamedTuple):
    """sample: folder of ``samples/``. bad, good: changes to its spec; no ``good`` = the sample as it stands. file: what
    the bad changes are made to."""

    sample: str
    bad: tuple[Change, ...]
    good: tuple[Change, ...] = ()
    file: str = SPEC


def text(sample: str, file: str, changes: tuple[Change, ...] = ()) -> str:
    """A file of a sample, changed. ValueError for a change of what does not stand there."""
    found = resources.files("interfaces.docs").joinpath("samples", sample, file).read_text("utf-8")
    for old, new in changes:
        if old not in found:
            raise ValueError(f"{sample}/{file} has no {old!r}")
        found = found.replace(old, new, 1)
    return found


def written(case: Case, changes: tuple[Change, ...], folder: Path) -> Path:
    """The sample of a case in ``folder``, changed; changes that are the bad ones go into the case's file."""
    for part in resources.files("interfaces.docs").joinpath("samples", case.sample).iterdir():
        (folder / part.name).write_bytes(part.read_bytes())
    file = case.file if changes is case.bad else SPEC
    (folder / file).write_text(text(case.sample, file, changes), "utf-8")
    return folder


def _row(after: str, row: str, indent: int = 10) -> Change:
    """A row more, behind another."""
    return after, f"{after}\n{' ' * indent}- {row}"


LAN, KIND = "- [area, lan]", "- [type, kind]"
COUNT = "- [quantity, count]"
INST = "- [service.id, inst]"
TYPES = 'TYPE: {number: "1", port: "2", line: "3", splitter: "4", circuit: "5", vlan: "6", device: "7"}'
ALSO = 'TYPE: {codes: {number: "1", port: "2", line: "3", splitter: "4", circuit: "5", vlan: "6"}, also: {"7": device}}'
CODED = ", [type, type, code: TYPE]"
QUEUE = "settings: {queue: rm.in}"
TIMES = "timing: {timeout: 5s}"
OPENED = """\
    opened:
      pattern: callback
      role: event
      correlate: externalId
      final: [completed, failed]
      request: {type: OrderEvent@1, wire: HEAD, mapping: [[externalId, NO], [state, ST, code: STATE]]}
  examples:
    - {name: head, operation: opened, canonical: row.canonical.json}
"""
HEAD = "lifecycle: production"
IDEMPOTENT = "idempotent: true"

CASES: Final[Mapping[str, Case]] = {
    "spec-invalid": Case("reserve", (("pattern: request-reply", "pattern: ask-and-wait"),)),
    "identity-owner": Case("reserve", (("owner: team:resources", "owner: resources"),)),
    "version-semver": Case("reserve", (("version: 1.0.0", "version: v1"),)),
    "system-known": Case("reserve", (("system: RM", "system: resource manager"),)),
    "todo-left": Case("reserve", (("owner: team:resources", "owner: team:TODO"),)),
    "draft-type": Case("desk", (("type: OrderEvent@1", "type: Draft@1"),)),
    "sunset-passed": Case(
        "reserve", ((HEAD, f"{HEAD}\n  sunset: 2020-06-30"),), ((HEAD, f"{HEAD}\n  sunset: 2999-06-30"),)
    ),
    "no-host-in-spec": Case("reserve", (("queue: rm.in", 'queue: "amqp://broker.example/rm.in"'),)),
    "no-secret-in-spec": Case("reserve", ((QUEUE, 'settings: {queue: rm.in, as: {SrcSysSign: "1234"}}'),)),
    "spec-does-not-compile": Case("reserve", (("@Asia/Shanghai", "@Asia/Nowhere"),)),
    "contract-finding": Case(
        "soap",
        (
            (
                '<wsdl:operation name="submit">\n      <wsdl:input message="t:in"/>',
                '<wsdl:operation name="urge"><wsdl:input message="t:gone"/></wsdl:operation>\n    '
                '<wsdl:operation name="submit">\n      <wsdl:input message="t:in"/>',
            ),
            (
                '<wsdl:operation name="submit">\n      <soap:operation soapAction="urn:submit"/>',
                '<wsdl:operation name="urge"><soap:operation soapAction="urn:urge"/>'
                '<wsdl:input><soap:body use="literal"/></wsdl:input></wsdl:operation>\n    '
                '<wsdl:operation name="submit">\n      <soap:operation soapAction="urn:submit"/>',
            ),
        ),
        file="orders.wsdl",
    ),
    "wsdl-import-unresolved": Case(
        "soap",
        (
            (
                '      <xs:element name="submit">',
                '      <xs:import namespace="urn:example:common" schemaLocation="common.xsd"/>\n'
                '      <xs:element name="submit">',
            ),
        ),
        file="orders.wsdl",
    ),
    "soap-rpc-encoded": Case(
        "soap",
        (('<wsdl:output><soap:body use="literal"/>', '<wsdl:output><soap:body use="encoded"/>'),),
        file="orders.wsdl",
    ),
    "xsd-any-without-policy": Case(
        "soap",
        (
            (
                '        <xs:element name="instance" type="xs:string" minOccurs="0"/>',
                '        <xs:element name="instance" type="xs:string" minOccurs="0"/>\n'
                '        <xs:any namespace="##other" processContents="lax" minOccurs="0"/>',
            ),
        ),
        (("contract: orders.wsdl", 'contract: orders.wsdl, settings: {any: "their own notes"}'),),
        file="orders.wsdl",
    ),
    "fault-unmapped": Case("soap", (("match: refused", 'match: "Server.*"'),)),
    "role-missing": Case("desk", (("      role: event\n", ""),)),
    "route-missing": Case("desk", (("      route: {function: WFM}\n", ""),)),
    "pattern-needs-correlation": Case("desk", (("      correlate: externalId\n", ""),)),
    "correlation-not-guid-only-in-body": Case("desk", (("correlate: externalId", "correlate: step"),)),
    "timeout-missing": Case("reserve", ((f"      {TIMES}\n", ""),)),
    "timeout-below-sla-p95": Case(
        "reserve",
        (("  operations:", "  sla: {p95: 8s}\n  operations:"),),
        (("  operations:", "  sla: {p95: 3s}\n  operations:"),),
    ),
    "reply-timeout-missing": Case(
        "reserve",
        (("pattern: request-reply", "pattern: async-request-reply"),),
        (("pattern: request-reply", "pattern: async-request-reply"), (TIMES, "timing: {timeout: 5s, reply: 4h}")),
    ),
    "mock-delay-over-timeout": Case(
        "reserve",
        (("  operations:", "  mock: {delay: 6s}\n  operations:"),),
        (("  operations:", "  mock: {delay: 1s}\n  operations:"),),
    ),
    "retry-without-idempotency": Case(
        "reserve",
        (
            ("  errors:", '  errors:\n    exchange: [{match: "*", code: unavailable}]'),
            (IDEMPOTENT, "probe: find"),
        ),
        (
            ("  errors:", "  errors:\n    exchange: [{match: Busy, code: unavailable}]"),
            (IDEMPOTENT, "probe: find"),
        ),
    ),
    "retry-on-unknown-outcome-without-probe": Case(
        "reserve", ((IDEMPOTENT, "idempotent: false"),), ((IDEMPOTENT, "probe: find"),)
    ),
    "error-catch-all": Case("reserve", ((', {match: "*", code: rejected}', ""),)),
    "dead-letter-missing": Case("desk", ((", deadLetter: hub.desk.dead", ""),)),
    "publisher-confirm-off": Case(
        "reserve",
        ((QUEUE, "settings: {queue: rm.in, confirm: false}"),),
        ((QUEUE, "settings: {queue: rm.in, confirm: true}"),),
    ),
    "codelist-not-bijective-undeclared": Case(
        "reserve",
        (('port: "2"', 'port: "1"'),),
        ((TYPES, f'{TYPES.replace("{", "{codes: {", 1)[:-1]}}}, lossy: "agreed"}}'),),
    ),
    "codelist-unknown-canonical-value": Case("reserve", (('device: "7"', 'device: "7", moon: "8"'),)),
    "codelist-missing-canonical-value": Case(
        "reserve",
        ((', vlan: "6"', ""),),
        ((', vlan: "6"', ""), (CODED, f'{CODED[:-1]}, partial: "they have no vlans"]')),
    ),
    "unused-codelist": Case("reserve", ((TYPES, f'{TYPES}\n    LEVEL: {{A: "1", B: "2"}}'),)),
    "row-path-not-in-schema": Case("reserve", ((COUNT, "- [quantity, counter]"),)),
    "row-target-written-twice": Case(
        "reserve", (_row(KIND, "[serviceSpecification, kind]"),), (_row(KIND, "[serviceSpecification, word]"),)
    ),
    "row-target-is-prefix-of-another": Case(
        "reserve", (_row(LAN, "[place, box]"), _row(INST, "[parentOrder, box.a]")), (_row(LAN, "[place, box]"),)
    ),
    "mandatory-target-without-row": Case("reserve", (("          - [~, src, const: HUB]\n", ""),)),
    "mandatory-canonical-without-reverse": Case("reserve", ((f"          {KIND}\n", ""),)),
    "optional-to-mandatory-without-default": Case("reserve", ((', default-out: "0"]', "]"),)),
    "repeating-group-without-key": Case(
        "reserve",
        (('"resource[key=id]", "res[key=no]"', "resource, res"),),
        (('"resource[key=id]", "res[key=no]"', 'resource, res, ordered: "they answer in our order"'),),
    ),
    "type-mismatch-no-convert": Case(
        "reserve", ((COUNT, "- [quantity, word]"),), ((COUNT, "- [quantity, word, number: int]"),)
    ),
    "maxlength-overflow": Case(
        "reserve",
        (_row(KIND, "[pattern, short]"),),
        (_row(KIND, "[pattern, short, text: {max: 20, over: refuse}]"),),
    ),
    "truncation-not-declared": Case(
        "reserve",
        ((INST, "- [service.id, inst, text: {max: 20, over: truncate}]"),),
        ((INST, '- [service.id, inst, text: {max: 20, over: truncate}, lossy: "they show 20"]'),),
    ),
    "charset-narrower": Case(
        "soap",
        (("contract: orders.wsdl", "contract: orders.wsdl, encoding: gbk"),),
        (
            ("contract: orders.wsdl", "contract: orders.wsdl, encoding: gbk"),
            ("- [externalId, orderNo]", "- [externalId, orderNo, text: {missing: refuse}]"),
            ("- [service.id, instance]", "- [service.id, instance, text: {missing: refuse}]"),
        ),
    ),
    "tz-missing": Case("reserve", (("@Asia/Shanghai", ""),)),
    "decimal-precision-loss": Case(
        "reserve",
        ((COUNT, '- [quantity, count, scale: "1/1000"]'),),
        ((COUNT, '- [quantity, amount, scale: "1/1000"]'),),
    ),
    "unit-unspecified": Case(
        "reserve",
        ((COUNT, "- [quantity, speedKbps]"),),
        ((COUNT, "- [quantity, speedKbps, unit: {from: Mbps, to: kbps}]"),),
    ),
    "conditional-not-exhaustive": Case(
        "reserve",
        (_row(KIND, "[pattern, like, when: \"type == 'number'\"]"),),
        (_row(KIND, "[pattern, like, when: \"type == 'number'\", lossy: numbers only]"),),
    ),
    "conditional-not-invertible": Case(
        "reserve",
        (_row(KIND, "[pattern, like, when: \"serviceSpecification == 'FTTH'\"]"),),
        (_row(KIND, '[pattern, like, when: "serviceSpecification == \'FTTH\'", lossy: "we only send it"]'),),
    ),
    "pii-not-marked": Case(
        "desk",
        (_row(LAN, '["relatedParty[role=contact].phone", tel]'),),
        (
            _row(LAN, '["relatedParty[role=contact].phone", tel]'),
            ("  examples:", "  masked: [relatedParty.phone]\n  examples:"),
        ),
    ),
    "file-charset-differs": Case("file", (("encoding: utf-8", "encoding: gbk"),)),
    "file-name-not-unique": Case(
        "file",
        (
            ("direction: inbound", "direction: outbound"),
            ("_{sequence:4}", ""),
            ("pattern: callback\n      role: event\n", "pattern: one-way\n      idempotent: true\n"),
            ("      correlate: externalId\n      final: [completed, failed]", "      timing: {timeout: 5s}"),
            ("code: STATE", 'code: STATE, partial: "other states are not told"'),
        ),
    ),
    "file-gap-unseen": Case("file", (("_{sequence:4}", ""),)),
    "file-end-unknown": Case(
        "file",
        (
            (
                "  END:\n    role: trailer\n    fields:\n      LX: {bytes: 1, value: T}\n"
                "      CNT: {bytes: 6, is: count}\n",
                "",
            ),
        ),
        file="result.layout.yaml",
    ),
    "file-operation-unclear": Case("file", (("  examples:\n", OPENED),)),
    "file-record-unread": Case(
        "file",
        (("  END:", "  NOTE:\n    role: detail\n    fields: {LX: {bytes: 1, value: N}, TXT: {bytes: 20}}\n  END:"),),
        file="result.layout.yaml",
    ),
    "example-missing": Case("reserve", ((", reply: find.reply.json", ""),)),
    "example-invalid": Case("reserve", (("request: reserve.request.json", "request: find.request.json"),)),
    "example-not-round-tripping": Case(
        "reserve",
        (
            (TYPES, ALSO),
            (CODED, f'{CODED[:-1]}, partial: "devices are told, not ordered"]'),
        ),
    ),
}
