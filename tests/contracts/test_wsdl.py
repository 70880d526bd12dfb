"""WSDL files as operators have them: in chains, with other letter case, back-slashes and dead links."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from interfaces.codec.xml import XmlContract
from interfaces.contract.wsdl import with_address
from interfaces.failure import Failure
from tests.contracts.parts import BINDING, MESSAGES, PORT_TYPE, TNS, TYPES, imports, write, wsdl, xsd


def submits(contract: XmlContract) -> bool:
    """The contract's operation works: its messages can be written and checked."""
    operation = contract.operations["submit"]
    element = contract.element(operation.input).build({"orderNo": "007"})
    return contract.validate(element) == [] and operation.output == f"{{{TNS}}}submitResponse"


def test_an_operation_tells_all_that_a_caller_needs(tmp_path: Path) -> None:
    contract = XmlContract.load(wsdl(tmp_path, TYPES, MESSAGES, PORT_TYPE, BINDING))
    operation = contract.operations["submit"]
    assert operation.soap_action == "urn:submit"
    assert operation.input == f"{{{TNS}}}submit"
    assert operation.output == f"{{{TNS}}}submitResponse"
    assert operation.faults == {"refused": f"{{{TNS}}}refused"}
    assert operation.headers == (f"{{{TNS}}}session",)
    assert (operation.style, operation.version) == ("document", "1.1")
    assert contract.wsdl is not None
    assert (contract.wsdl.service, contract.wsdl.port) == ("OrderService", "OrderPort")
    assert contract.wsdl.address == "http://old.example.cn/orders"
    assert contract.findings == ()


def test_a_chain_of_three_files_in_one_namespace_is_followed(tmp_path: Path) -> None:
    wsdl(tmp_path, TYPES, MESSAGES, name="messages.wsdl")
    wsdl(tmp_path, imports("messages.wsdl"), PORT_TYPE, name="port-type.wsdl")
    assert submits(XmlContract.load(wsdl(tmp_path, imports("port-type.wsdl"), BINDING)))


def test_files_that_import_each_other_in_a_circle_are_read_once(tmp_path: Path) -> None:
    wsdl(tmp_path, imports("main.wsdl"), TYPES, MESSAGES, PORT_TYPE, name="types.wsdl")
    assert submits(XmlContract.load(wsdl(tmp_path, imports("types.wsdl"), BINDING)))


@pytest.mark.parametrize(
    "location",
    ["Parts/Types.WSDL", "parts\\types.wsdl", ".\\PARTS\\types.wsdl", "file:parts/types.wsdl", "parts/./types%2Ewsdl"],
)
def test_names_in_other_case_or_with_back_slashes_find_their_file(tmp_path: Path, location: str) -> None:
    wsdl(tmp_path, TYPES, MESSAGES, PORT_TYPE, name="parts/types.wsdl")
    assert submits(XmlContract.load(wsdl(tmp_path, imports(location), BINDING)))


def test_an_import_by_http_is_looked_up_beside_the_file_and_never_fetched(tmp_path: Path) -> None:
    wsdl(tmp_path, TYPES, MESSAGES, PORT_TYPE, name="types.wsdl")
    link = imports("http://127.0.0.1:1/somewhere/types.wsdl?x=1")
    assert submits(XmlContract.load(wsdl(tmp_path, link, BINDING)))


def test_schemas_may_be_inline_imported_and_included_at_once(tmp_path: Path) -> None:
    other = "http://peer.example.cn/types/v1"
    xsd(tmp_path, '<xs:simpleType name="No"><xs:restriction base="xs:string"/></xs:simpleType>', "no.xsd", other)
    xsd(tmp_path, '<xs:include schemaLocation="NO.xsd"/><xs:element name="no" type="t:No"/>', "types.xsd", other)
    types = f"""<wsdl:types><xs:schema targetNamespace="{TNS}" elementFormDefault="qualified" xmlns:o="{other}">
      <xs:import namespace="{other}" schemaLocation=".\\types.xsd"/>
      <xs:element name="submit"><xs:complexType><xs:sequence><xs:element name="orderNo" type="o:No"/>
        <xs:element ref="o:no" minOccurs="0"/></xs:sequence></xs:complexType></xs:element></xs:schema>
      <xs:schema targetNamespace="{TNS}"><xs:element name="submitResponse" type="xs:string"/>
        <xs:element name="refused" type="xs:string"/><xs:element name="session" type="xs:string"/></xs:schema>
      </wsdl:types>"""
    contract = XmlContract.load(wsdl(tmp_path, types, MESSAGES, PORT_TYPE, BINDING))
    assert submits(contract)
    assert contract.element("submit").text({"orderNo": "1", "no": "2"}).count("<o:no>") == 1
    assert contract.element("submitResponse").parse(contract.element("submitResponse").build("ok")) == "ok"


def test_an_import_that_leads_nowhere_is_a_finding(tmp_path: Path) -> None:
    contract = XmlContract.load(wsdl(tmp_path, imports("gone.wsdl"), TYPES, MESSAGES, PORT_TYPE, BINDING))
    assert submits(contract)
    assert [(f.code, "gone.wsdl" in f.message) for f in contract.findings] == [("import-missing", True)]


def test_an_operation_without_a_binding_is_read_and_told(tmp_path: Path) -> None:
    more = '<wsdl:operation name="more"><wsdl:input message="tns:in"/></wsdl:operation>'
    other = f'<wsdl:portType name="Other">{more}</wsdl:portType>'
    contract = XmlContract.load(wsdl(tmp_path, TYPES, MESSAGES, PORT_TYPE, other, BINDING))
    assert [f.code for f in contract.findings] == ["binding-missing"]
    assert contract.operations["more"].one_way


def test_no_import_leads_out_of_the_contracts_folder(tmp_path: Path) -> None:
    wsdl(tmp_path, TYPES, MESSAGES, PORT_TYPE, name="types.wsdl")
    inner = wsdl(tmp_path, imports("../types.wsdl"), BINDING, name="inner/main.wsdl")
    alone = XmlContract.load(inner)
    assert alone.operations == {}
    assert {f.code for f in alone.findings} == {"import-missing", "operation-port-type-missing"}
    assert submits(XmlContract.load(inner, root=tmp_path))


def test_what_cannot_be_read_names_the_file(tmp_path: Path) -> None:
    broken = {
        "broken.wsdl": "<wsdl:definitions>",
        "other.wsdl": "<html/>",
        "entity.wsdl": '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]><a>&f;</a>',
        "dangling.wsdl": (tmp_path / "x").name,
    }
    for name, text in broken.items():
        path = write(tmp_path, name, text)
        with pytest.raises(Failure) as caught:
            XmlContract.load(path)
        assert str(path) in caught.value.where
    with pytest.raises(Failure) as caught:
        XmlContract.load(tmp_path / "no.wsdl")
    assert caught.value.code == "not_found"


def test_an_operation_whose_message_is_missing_is_a_finding(tmp_path: Path) -> None:
    contract = XmlContract.load(wsdl(tmp_path, TYPES, PORT_TYPE, BINDING))
    assert contract.operations == {}
    assert [(f.code, f.where) for f in contract.findings] == [
        ("operation-message-missing", f"{tmp_path / 'main.wsdl'}:17")
    ]


def test_a_type_that_is_missing_costs_only_the_operation_that_needs_it(tmp_path: Path) -> None:
    path = wsdl(tmp_path, TYPES.replace("xs:int", "tns:Nowhere"), MESSAGES, PORT_TYPE, BINDING)
    contract = XmlContract.load(path)
    assert contract.operations == {}
    assert {f.code for f in contract.findings} == {"schema-missing", "operation-incomplete"}
    assert all("Nowhere" in f.message for f in contract.findings)
    assert contract.validate(contract.element("submit").build({"orderNo": "1"})) == []


def test_the_agreed_wsdl_is_served_with_our_address_and_else_unchanged(tmp_path: Path) -> None:
    path = wsdl(tmp_path, TYPES, MESSAGES, PORT_TYPE, BINDING)
    served = with_address(path.read_bytes(), "https://hub.example.cn/soap/orders?a=1&b=2")
    path.write_bytes(served)
    contract = XmlContract.load(path)
    assert contract.wsdl is not None
    assert contract.wsdl.address == "https://hub.example.cn/soap/orders?a=1&b=2"
    assert b"old.example.cn" not in served
    assert etree.fromstring(served).tag.endswith("definitions")
