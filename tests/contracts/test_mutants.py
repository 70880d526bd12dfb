"""A contract that is broken anyhow is judged, and refused with a Failure; nothing else ever comes out of the reader."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.apart import GivenUp, each
from hub.cli.import_wsdl import LIMIT
from interfaces.codec.xml import XmlContract
from interfaces.failure import Failure
from tests.contracts import json_mutants
from tests.contracts.mutants import mutants
from tests.contracts.parts import write, xsd
from tests.contracts.test_corpus import HERE, main
from tests.contracts.tried import tried

MUTANTS = int(os.environ.get("MBOSS_MUTANTS", "60"))
"""Of each kind; `make conformance` takes some thousands."""
SEED = int(os.environ.get("MBOSS_SEED", "1"))


def wsdl_and_xsd(folder: Path) -> Iterator[Path]:
    for number, (name, text) in enumerate(mutants(SEED, MUTANTS)):
        copied = shutil.copytree(HERE / "corpus" / name, folder / f"{number}-{name}")
        path = copied / main(name).name
        path.write_bytes(text)
        yield path


def documents(folder: Path) -> Iterator[Path]:
    for number, (name, files) in enumerate(json_mutants.mutants(SEED, MUTANTS)):
        written = [write(folder / f"{number}-{name}", file, text) for file, text in files.items()]
        yield written[0]


@pytest.mark.timeout(120 + MUTANTS)
@pytest.mark.parametrize("broken", [wsdl_and_xsd, documents])
def test_broken_contracts_are_judged_and_lose_nothing(broken: Callable[[Path], Iterator[Path]], tmp_path: Path) -> None:
    paths = list(broken(tmp_path))
    jobs = [(path, number % 5 == 0) for number, path in enumerate(paths)]
    results = zip(paths, each(tried, jobs, LIMIT), strict=True)
    wrong = {path.parent.name: f"given up: {said.why}" if isinstance(said, GivenUp) else said for path, said in results}
    assert {name: said for name, said in wrong.items() if said} == {}


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
