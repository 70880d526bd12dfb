"""A small interface to prove: one operation over a contract of its own, its rows given by the test."""

from __future__ import annotations

from pathlib import Path

from interfaces.proof import Certificate, prove
from interfaces.spec.loader import load_spec

XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="order"><xs:complexType><xs:sequence>
    <xs:element name="No" type="xs:string"/>
    <xs:element name="Lan" type="xs:string"/>
    <xs:element name="Act" type="xs:string" minOccurs="0"/>
    <xs:element name="Short" minOccurs="0">
      <xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="5"/></xs:restriction></xs:simpleType>
    </xs:element>
    <xs:element name="Digits" minOccurs="0">
      <xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[0-9]*"/></xs:restriction></xs:simpleType>
    </xs:element>
    <xs:element name="OneTwo" minOccurs="0">
      <xs:simpleType><xs:restriction base="xs:string">
        <xs:enumeration value="1"/><xs:enumeration value="2"/>
      </xs:restriction></xs:simpleType>
    </xs:element>
    <xs:element name="A" type="xs:string" minOccurs="0"/>
    <xs:element name="B" type="xs:string" minOccurs="0"/>
    <xs:element name="Box" minOccurs="0"><xs:complexType><xs:sequence>
      <xs:element name="C" type="xs:string" minOccurs="0"/>
      <xs:element name="D" type="xs:string" minOccurs="0"/>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="Item" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="Id" type="xs:string" minOccurs="0"/>
      <xs:element name="V" type="xs:string" minOccurs="0"/>
      <xs:element name="W" type="xs:string" minOccurs="0"/>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""

SPEC = """\
apiVersion: mboss/v1
kind: Interface
metadata: {{id: sample, version: 1.0.0, system: RM, owner: "team:x", lifecycle: experimental, title: {{en: Sample}}}}
spec:
  direction: {direction}
  transport:
    {{kind: amqp, envelope: amqp, contract: order.xsd, encoding: {encoding}, settings: {{queue: q, format: xml}}}}
{codes}  operations:
    do:
      pattern: one-way
      {role}
      timing: {{timeout: 5s}}
      idempotent: true
      request:
        type: {type}
        wire: order
        mapping:
{rows}
"""
CODES = (
    "ACTION: {dispatch: D, changeAppointment: C, cancel: X, urge: U}",
    "CLASH: {dispatch: D, changeAppointment: C, cancel: X, urge: X}",
    "DECLARED: {codes: {dispatch: D, changeAppointment: C, cancel: X, urge: X}, lossy: an urge is a cancel to them}",
    "THREE: {dispatch: D, changeAppointment: C, cancel: X}",
    "FIVE: {dispatch: D, changeAppointment: C, cancel: X, urge: U, dance: T}",
    'SLOT: {AM: "1", PM: "2", EVE: "3", ANY: "4"}',
    'TWO: {AM: "1", PM: "2"}',
    'ONE: {AM: "1"}',
)
BASE = {
    "WorkOrder@1": ["- [externalId, No, text: {max: 64}]", "- [area, Lan]"],
    "BillQueryResult@1": ['- [~, No, const: "1"]', '- [~, Lan, const: "2"]'],
}


def proved(
    folder: Path,
    rows: str,
    type: str = "WorkOrder@1",
    direction: str = "outbound",
    encoding: str = "utf-8",
    whole: bool = False,
    **options: int,
) -> Certificate:
    """The certificate of a spec with these rows; but for ``whole``, number and area have theirs already."""
    own = [line for line in rows.strip("\n").splitlines() if line.strip()]
    margin = min(len(line) - len(line.lstrip()) for line in own)
    lines = [*([] if whole else BASE[type]), *(line[margin:] for line in own)]
    if type == "WorkOrder@1" and not whole and not any("[action," in line for line in lines):
        lines.append("- [action, Act, code: ACTION]")
    role = "role: order\n      route: {function: WFM, operation: $action}" if direction == "inbound" else ""
    used = [codes for codes in CODES if any(f"code: {codes.partition(':')[0]}]" in line for line in lines)]
    codes = "".join(["  codeLists:\n", *(f"    {one}\n" for one in used)]) if used else ""
    text = SPEC.format(
        codes=codes,
        direction=direction,
        encoding=encoding,
        type=type,
        role=role,
        rows="\n".join(" " * 10 + line for line in lines),
    )
    (folder / "order.xsd").write_text(XSD, "utf-8")
    (folder / "spec.yaml").write_text(text, "utf-8")
    return prove(load_spec(folder), **options)


def rules(certificate: Certificate) -> set[str]:
    """What was found, but for the example that these specs do not have."""
    return {finding.rule for finding in certificate.findings} - {"example-missing"}
