"""The compiled codec beside zeep: one 40-field order, built into an element and parsed again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from zeep import Transport
from zeep.xsd import Schema

from adapters.bench.figure import Figure, milliseconds
from interfaces.codec import safe_xml
from interfaces.codec.xml import XmlContract

TNS = "http://peer.example.cn/orders/v1"
ORDER = {f"field{n}": f"value {n} 装机" for n in range(40)}


def run(times: int = 400) -> Iterator[Figure]:
    """``codec``: element and back. ``codec.bytes``: through the guarded parser and libxml2's validation as well."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "order.xsd"
        path.write_text(_schema(), "utf-8")
        contract = XmlContract.load(path)
        schema = Schema(etree.parse(str(path)).getroot(), Transport(), str(path))
    codec, other = contract.element("order"), schema.get_element(f"{{{TNS}}}order")

    def by_codec() -> Any:
        return codec.parse(codec.build(ORDER))

    def by_bytes() -> Any:
        root = safe_xml.parse(safe_xml.serialize(codec.build(ORDER)))
        return codec.parse(root) if not contract.validate(root) else None

    def by_zeep() -> Any:
        parent = etree.Element("body")
        other.render(parent, other(**ORDER))
        return other.parse(parent[0], schema)

    theirs = milliseconds(by_zeep, max(times // 10, 1))
    for name, work in (("codec", by_codec), ("codec.bytes", by_bytes)):
        ours = milliseconds(work, times)
        yield Figure(name, ours, "ms/order", f"zeep {theirs:.3f} ms", theirs / ours)


def _schema() -> str:
    rows = "".join(f'<xs:element name="{name}" type="xs:string" minOccurs="0"/>' for name in ORDER)
    return (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{TNS}" '
        'elementFormDefault="qualified">'
        f'<xs:element name="order"><xs:complexType><xs:sequence>{rows}</xs:sequence></xs:complexType></xs:element>'
        "</xs:schema>"
    )
