"""Every shape of tests/contracts/corpus: what the codec writes of generated values is valid, reads back equal, and zeep
writes the same document."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from zeep import Settings, Transport
from zeep.wsdl import Document

from interfaces.codec.xml import XmlContract
from interfaces.codec.xml_shape import XSI_TYPE
from interfaces.contract.names import resolved
from interfaces.contract.sample import Least, NoSample
from interfaces.contract.values import value_of
from interfaces.contract.xsd import Group, Particle
from tests.codec.test_xml_oracle import plain
from tests.contracts.test_corpus import ROWS, main

SAME = ("encoding-", "missing-", "import-", "duplicate-", "known-w")
"""Contracts whose messages are those of ``document-wrapped``, or of another one."""
NOT_GENERATED = {
    "id-by-two-attributes": "a document with both attributes has two xs:ID in one element, which XSD forbids"
}
READ = [
    name
    for name, _, _, operations, *codes in ROWS
    if int(operations) and "message-untested" not in codes and not name.startswith(SAME) and name not in NOT_GENERATED
]
MOST = 3
"""Times of one particle."""

WEB = (
    "ExternalReferenceForbidden",
    "an import leads to the web; our reader takes the file that lies here, or the catalogue",
)
RPC = "NamespaceError", "zeep makes no element of an rpc wrapper"
WSDL2 = "NamespaceError", "zeep reads no WSDL 2.0"
PREFIX = "XMLParseError", "a prefix is not declared; zeep loads no such file"
PATH = "FileNotFoundError", "zeep takes the path of an import as it is written"
REFUSED_BY_ZEEP = {
    **dict.fromkeys(("asmx-query", "elsewhere-by-name", "file-url", "file-url-absolute", "http-url"), WEB),
    **dict.fromkeys(("known-envelope", "known-guid", "known-soap-encoding", "known-soap-encoding-12"), WEB),
    **dict.fromkeys(("known-topics", "known-xmldsig", "known-xmlmime", "known-xop"), WEB),
    **dict.fromkeys(("rpc-element-part", "rpc-encoded-plain", "rpc-literal", "rpc-literal-style-at-operation"), RPC),
    **dict.fromkeys(("rpc-no-parts",), RPC),
    "rpc-without-namespace": ("LookupError", RPC[1]),
    **dict.fromkeys(("wsdl20", "wsdl20-others"), WSDL2),
    **dict.fromkeys(("undeclared-prefix", "wrong-message-prefix"), PREFIX),
    **dict.fromkeys(("back-slashes", "wrong-case"), PATH),
    "attribute-before-content": ("XMLParseError", "zeep stops where a schema breaks the order of its parts"),
    "blank-lines-first": ("XMLSyntaxError", "zeep takes no lines before the XML declaration"),
    "old-schema-namespace": ("ValueError", "zeep knows XML Schema of 2001 only"),
    "redefine": ("ValueError", "zeep knows no xs:redefine"),
}
"""Contracts that zeep cannot load, or whose messages it does not find -> its error, and why. A test asks for each."""
OTHERWISE_IN_ZEEP = {
    "anytype-and-no-type": "zeep writes the elements inside xs:anyType as the text of a Python list",
    "bad-occurs": "minOccurs 2 and maxOccurs 1 contradict each other: zeep takes one, we take two",
    "choice": "an element is called self, which zeep cannot pass to its own constructor",
    "mixed": "zeep drops mixed text",
    "strict-any": "zeep reads an element of simple type in a wildcard as bare text, which it cannot write again",
    "substitution": "zeep reads the head of a substitution group only",
}
"""Contracts that zeep loads, and whose documents it loses something of."""
COMPARED = [name for name in READ if name not in REFUSED_BY_ZEEP and name not in OTHERWISE_IN_ZEEP]


class Drawn(Least):
    """What a schema leaves open, drawn; texts are those that the facets allow."""

    def __init__(self, data: st.DataObject) -> None:
        super().__init__()
        self._draw = data.draw
        self._left = 40

    def times(self, particle: Particle, path: str) -> int:
        most = particle.min + MOST if particle.max is None else min(particle.max, particle.min + MOST)
        if self._left <= 0:  # a recursive type ends somewhere
            return particle.min
        found = self._draw(st.integers(particle.min, most))
        self._left -= found
        return found

    def branches(self, group: Group, path: str) -> list[Particle]:
        return self._draw(st.permutations(group.particles))

    def attribute(self, path: str) -> bool:
        return self._draw(st.booleans())

    def value(self, component: Any, path: str) -> str | None:
        if component.is_simple() and component.is_valid(text := self._draw(st.sampled_from(["7", "示例 & <x>", "a"]))):
            return text
        return value_of(component)


@cache
def contract(name: str) -> XmlContract:
    return XmlContract.load(main(name))


def documents(name: str, data: st.DataObject) -> list[tuple[str, Any]]:
    """A generated value for every message of a contract."""
    names = {element for operation in contract(name).operations.values() for element in operation.messages}
    found = []
    for element in sorted(names):
        try:
            found.append((element, contract(name).sample(element, Drawn(data))))
        except NoSample:
            continue  # this way through the choices has no end
    return found


few = settings(
    max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.reuse, Phase.generate)
)
"""Without shrinking: it takes minutes over a large schema, and the contract's name says most of it."""


@pytest.mark.parametrize("name", READ)
@few
@given(data=st.data())
def test_what_is_written_is_valid_and_reads_back_equal(name: str, data: st.DataObject) -> None:
    for element, tree in documents(name, data):
        codec = contract(name).element(element)
        built = codec.build(tree)
        assert contract(name).validate(built) == []
        assert codec.parse(etree.fromstring(etree.tostring(built, encoding="UTF-8"))) == tree


@cache
def oracle(path: Path) -> Any:
    return Document(str(path), Transport(), settings=Settings(strict=True, forbid_external=True)).types


@pytest.mark.parametrize("name", COMPARED)
@few
@given(data=st.data())
def test_zeep_builds_the_same_infoset(name: str, data: st.DataObject) -> None:
    for element, tree in documents(name, data):
        built = contract(name).element(element).build(tree)
        theirs = oracle(main(name)).get_element(element)
        again = etree.Element("body")
        # a copy, because zeep moves what stands for a wildcard out of the document it reads
        theirs.render(again, theirs.parse(copy.deepcopy(built), oracle(main(name))))
        assert texts(again[0]) == texts(built)


@pytest.mark.parametrize("name", REFUSED_BY_ZEEP)
def test_zeep_refuses_what_the_table_says(name: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011  the table names its class
        every_message(name)
    assert type(caught.value).__name__ == REFUSED_BY_ZEEP[name][0]


def texts(element: Any) -> Any:
    """The infoset, without the white space around texts, and with the type that xsi:type means."""
    tag, attributes, text, children = plain(element)
    if XSI_TYPE in attributes:
        attributes[XSI_TYPE] = resolved(element, attributes[XSI_TYPE], "")
    return tag, attributes, text.strip(), [texts(child) for child in element] if children else []


def every_message(name: str) -> None:
    """zeep's own reading of every message of a contract."""
    for element in sorted(e for operation in contract(name).operations.values() for e in operation.messages):
        oracle(main(name)).get_element(element)
