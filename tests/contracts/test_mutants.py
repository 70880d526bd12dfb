"""A contract that is broken anyhow is judged, and refused with a Failure; nothing else ever comes out of the reader."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from interfaces.codec.xml import XmlContract
from interfaces.contract.check import check
from interfaces.contract.sample import NoSample
from interfaces.failure import Failure
from tests.contracts.mutants import mutants
from tests.contracts.parts import xsd
from tests.contracts.test_corpus import HERE, main


def test_broken_contracts_are_judged_and_lose_nothing(tmp_path: Path) -> None:
    for number, (name, text) in enumerate(mutants(seed=1, count=60)):
        folder = shutil.copytree(HERE / "corpus" / name, tmp_path / str(number))
        path = folder / main(name).name
        path.write_bytes(text)
        report = check(path)
        named = [finding for finding in report.findings if finding.code.startswith("operation-")]
        assert report.declared == report.operations + len(named)
        with suppress(Failure):
            use(XmlContract.load(path))


def use(contract: XmlContract) -> None:
    """What a caller does with a contract, whatever the check said."""
    for name in contract.model.elements:
        with suppress(Failure, NoSample):
            contract.validate(contract.element(name).build(contract.sample(name)))


def test_an_element_without_a_usable_name_is_a_failure_and_not_xmlschemas_own_error(tmp_path: Path) -> None:
    contract = XmlContract.load(
        xsd(tmp_path, '<xs:element name="[" type="xs:string"/><xs:element name="a" type="xs:int"/>')
    )
    with pytest.raises(Failure) as caught:
        contract.element("[")
    assert (caught.value.code, caught.value.reason) == ("invalid", "structure")
    assert "import-wsdl" in caught.value.advice
    assert contract.validate(contract.element("a").build(contract.sample("a"))) == []


def test_ids_of_a_made_up_document_differ_and_text_inside_a_wildcard_is_escaped(tmp_path: Path) -> None:
    body = """<xs:element name="list"><xs:complexType><xs:sequence><xs:element name="id" type="xs:ID" minOccurs="2"
      maxOccurs="2"/><xs:any processContents="strict"/></xs:sequence></xs:complexType></xs:element>
      <xs:element name="firm"><xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="A&amp;B"/>
      </xs:restriction></xs:simpleType></xs:element>"""
    contract = XmlContract.load(xsd(tmp_path, body))
    tree = contract.sample("list")
    assert len(set(tree["id"])) == 2
    assert contract.validate(contract.element("list").build(tree)) == []
