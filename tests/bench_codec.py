"""Figures of the XML codec beside zeep: one 40-field order, written to bytes and read from bytes again.

Run: python -m tests.bench_codec
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import etree
from zeep import Transport
from zeep.xsd import Schema

from interfaces.clock import monotonic
from interfaces.codec import safe_xml
from interfaces.codec.xml import XmlContract
from tests.contracts.parts import TNS, xsd

FIELDS = 40
ORDER = {f"field{n}": f"value {n} 装机" for n in range(FIELDS)}


def milliseconds(work: Callable[[], Any], rounds: int = 5, times: int = 400) -> float:
    """Best mean of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = monotonic()
        for _ in range(times):
            work()
        best = min(best, (monotonic() - start) / times * 1000)
    return best


def codec_against_zeep() -> dict[str, float]:
    """ms per order: ``codec`` builds an element and parses it; ``codec_bytes`` goes through the guarded parser and
    libxml2 validation as well; ``zeep`` renders and parses; ``ratio`` = zeep / codec."""
    rows = "".join(f'<xs:element name="{name}" type="xs:string" minOccurs="0"/>' for name in ORDER)
    order = f'<xs:element name="order"><xs:complexType><xs:sequence>{rows}</xs:sequence></xs:complexType></xs:element>'
    with tempfile.TemporaryDirectory() as folder:
        path = xsd(Path(folder), order)
        contract = XmlContract.load(path)
        schema = Schema(etree.parse(str(path)).getroot(), Transport(), str(path))
    codec, theirs = contract.element("order"), schema.get_element(f"{{{TNS}}}order")

    def by_codec() -> Any:
        return codec.parse(codec.build(ORDER))

    def by_bytes() -> Any:
        root = safe_xml.parse(safe_xml.serialize(codec.build(ORDER)))
        return codec.parse(root) if not contract.validate(root) else None

    def by_zeep() -> Any:
        parent = etree.Element("body")
        theirs.render(parent, theirs(**ORDER))
        return theirs.parse(parent[0], schema)

    figures = {
        "codec": milliseconds(by_codec),
        "codec_bytes": milliseconds(by_bytes),
        "zeep": milliseconds(by_zeep, times=40),
    }
    return figures | {"ratio": figures["zeep"] / figures["codec"]}


if __name__ == "__main__":
    for name, value in codec_against_zeep().items():
        print(f"{name:12} {value:8.3f}")
