"""The mocks' own SOAP services against the agreed contracts: same elements, same order, same occurrence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree

from mocks.caller import envelope
from mocks.peers import bill_soap, cc_soap, fault_soap, ka_soap, na_soap, nms, rm_soap, sps_soap
from mocks.shell import ENVELOPE
from mocks.spyne_side import FIELD, Service
from mocks.store import Body
from tests.mocks.conftest import SYSTEMS, Play

XSD = "{http://www.w3.org/2001/XMLSchema}"
SERVED = {
    "RM": [rm_soap.SERVICE],
    "NMS": [nms.SERVICE],
    "SPS": [sps_soap.SERVED, sps_soap.RESULTS],
    "BILL": [bill_soap.SERVICE],
    "NA": [na_soap.SERVED, na_soap.RESULTS],
    "FAULT": [fault_soap.SERVED],
    "CC": [cc_soap.SERVED],
    "KA": [ka_soap.SERVED],
}
CALLED = {"SPS": sps_soap.HUB, "NA": na_soap.HUB, "FAULT": fault_soap.HUB, "CC": cc_soap.HUB, "KA": ka_soap.HUB}
SENT = [
    pytest.param(code, service, op, id=f"{code}-{op}") for code, service in CALLED.items() for op in service.operations
]
PAIRS = [pytest.param(code, service, id=service.id) for code, found in SERVED.items() for service in found]


def agreed(code: str, service: Service) -> Path:
    return SYSTEMS / code / service.id / f"{service.id}.wsdl"


def shape(kind: Any) -> list[Any]:
    """``[(element, minOccurs, maxOccurs, shape of its children)]``, in order."""
    return [
        (name, part.min_occurs, part.max_occurs, shape(part.type) if hasattr(part.type, "elements") else "text")
        for name, part in getattr(kind, "elements", [])
    ]


def shapes(client: Any, service: Service) -> dict[str, Any]:
    names = [name for operation in service.operations for name in (operation, f"{operation}Response")]
    return {name: shape(client.get_element(f"{{{service.namespace}}}{name}").type) for name in names}


@pytest.mark.parametrize(("code", "service"), PAIRS)
def test_a_served_contract_has_the_shape_of_the_agreed_one(
    code: str, service: Service, play: Callable[..., Play]
) -> None:
    world = play(code)
    served = world.http.get(f"{world.urls[code]}/{service.id}?wsdl").content
    ours, theirs = zeep.Client(BytesIO(served)), zeep.Client(str(agreed(code, service)))
    assert shapes(ours, service) == shapes(theirs, service)
    assert set(service.operations) == {name for _, name in operations(theirs)}


def operations(client: Any) -> Iterator[tuple[str, str]]:
    for name, binding in client.wsdl.bindings.items():
        for operation in binding._operations:
            yield name, operation


def full(service: Service, notation: str, fitting: Mapping[str, str]) -> Body:
    """Every field filled with text that all the agreed facets allow."""
    return {m["name"]: value_of(service, m, fitting) for m in FIELD.finditer(notation)}


FITTING = {
    "operType": "ALT",
    "lanId": "8330100",
    "workType": "01",
    "apptSlot": "1",
    "priority": "1",
    "apptDate": "20261015",
    "resType": "PORT",
    "resStatus": "ALT",
    "reasonClass": "R1",
    "soState": "10C",
    "finishTime": "20261015093000",
    "eventTime": "20261015093000",
    "ticketState": "20",
    "cmdType": "OPN",
    "sheetState": "S",
    "resKind": "PORT",
}
"""Values where the agreed facets want more than any text; the rest is ``X1``."""
DESKS = {
    "apptSlot": "AM",
    "apptDate": "2026-10-15",
    "dueTime": "2026-10-15 09:30:00",
    "urgency": "2",
    "itemAction": "ADD",
    "lineAction": "ADD",
    "businessType": "INSTALL",
    "codeType": "CUST",
    "faultType": "OTHER",
    "faultLevel": "MINOR",
}
"""The same for systems whose people sit at desks: they write dates and codes out."""
OPERATIONS = {"resourceOrder": "ALT", "workOrder": "NEW", "activationOrder": "OPEN"}


def value_of(service: Service, field: Any, fitting: Mapping[str, str]) -> Any:
    if field["type"]:
        return [full(service, service.types[field["type"]], fitting)]
    return fitting.get(field["name"], "X1")


@pytest.mark.parametrize(("code", "service", "operation"), SENT)
def test_what_a_peer_sends_is_valid_under_the_hubs_contract(code: str, service: Service, operation: str) -> None:
    types = etree.parse(agreed(code, service)).find(f".//{XSD}schema")
    schema = etree.XMLSchema(etree.fromstring(etree.tostring(types)))
    fields = full(service, service.operations[operation][0], FITTING | (DESKS if code in ("CC", "KA") else {}))
    fields |= {"operType": OPERATIONS.get(operation)} if operation in OPERATIONS else {}
    root: Any = etree.fromstring(envelope(service, operation, fields))
    schema.assertValid(root.find(f"{ENVELOPE}Body")[0])
