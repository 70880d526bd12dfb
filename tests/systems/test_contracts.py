"""The contract files as an outside client sees them."""

import pytest
import zeep
from lxml import etree

from tests.systems.bundle import SYSTEMS

WSDLS = sorted(SYSTEMS.rglob("*.wsdl"))
XSD = "{http://www.w3.org/2001/XMLSchema}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


def names(files):
    return [file.stem for file in files]


@pytest.mark.parametrize("file", WSDLS, ids=names(WSDLS))
def test_an_independent_client_reads_the_contract(file):
    (service,) = zeep.Client(str(file)).wsdl.services.values()
    (port,) = service.ports.values()
    assert port.binding.all()


@pytest.mark.parametrize("file", WSDLS, ids=names(WSDLS))
def test_a_contract_is_document_literal_wrapped_in_one_namespace(file):
    document = etree.parse(str(file)).getroot()
    (schema,) = document.iter(f"{XSD}schema")
    assert schema.get("targetNamespace") == document.get("targetNamespace")
    assert schema.get("elementFormDefault") == "qualified"
    assert {body.get("use") for body in document.iter(f"{SOAP}body")} == {"literal"}
    elements = {element.get("name") for element in schema.findall(f"{XSD}element")}
    operations = {op.get("name") for op in document.iter("{http://schemas.xmlsoap.org/wsdl/}operation")}
    faults = {fault.get("name") for fault in document.iter("{http://schemas.xmlsoap.org/wsdl/}fault")}
    assert elements == operations | {f"{name}Response" for name in operations} | faults


@pytest.mark.parametrize("file", WSDLS, ids=names(WSDLS))
def test_absent_is_said_by_leaving_out_never_by_nil(file):
    assert b"nillable" not in file.read_bytes()


@pytest.mark.parametrize("file", WSDLS, ids=names(WSDLS))
def test_every_operation_has_a_soap_action_of_its_own(file):
    document = etree.parse(str(file)).getroot()
    actions = [operation.get("soapAction") for operation in document.iter(f"{SOAP}operation")]
    assert len(set(actions)) == len(actions)
    assert all(action.startswith(document.get("targetNamespace")) for action in actions)


def test_both_interfaces_of_97_name_the_same_tables():
    layouts = {file.read_bytes() for file in (SYSTEMS / "97").rglob("tables.yaml")}
    assert len(layouts) == 1
