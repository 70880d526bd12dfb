"""WSDL 1.1 and 2.0 into small records: what is offered, and what of it could not be read.

Read from the gathered XML itself: zeep loses operations of files that share a namespace, of ports without an address
it likes, and the whole file for one bad message. It stays the oracle of the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from interfaces.codec import safe_xml
from interfaces.codec.safe_xml import XmlElement
from interfaces.contract.documents import Documents
from interfaces.contract.files import LIMITS
from interfaces.contract.findings import Finding, finding
from interfaces.contract.names import WSDL, WSDL2
from interfaces.contract.references import Graph

SOAP_ADDRESSES = (
    "{http://schemas.xmlsoap.org/wsdl/soap/}address",
    "{http://schemas.xmlsoap.org/wsdl/soap12/}address",
)


@dataclass(frozen=True, slots=True)
class WsdlOperation:
    """One operation of a binding. Names of elements are ``{namespace}local``.

    input, output  the Body's element; "" when the message is empty or there is none
    one_way        there is no reply, not even an empty one
    style          ``document`` or ``rpc``: how it is described; on the wire both are one element in the Body
    faults         name -> element of the fault's detail, "" when it has none
    headers        elements the binding puts into the request's Header; reply_headers: into the reply's
    version        SOAP ``1.1`` or ``1.2``
    transport      ``http`` or ``jms``
    port, binding  local names, "" when there is none
    encoded        SOAP encoding is read and written as if it were literal
    """

    name: str
    soap_action: str
    input: str
    output: str
    style: str = "document"
    faults: dict[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    version: str = "1.1"
    port: str = ""
    reply_headers: tuple[str, ...] = ()
    transport: str = "http"
    binding: str = ""
    one_way: bool = False
    encoded: bool = False

    @property
    def messages(self) -> tuple[str, ...]:
        """Every element that the codec must know to serve it."""
        return tuple(name for name in (self.input, self.output) if name)

    def same_wire(self, other: WsdlOperation) -> bool:
        """Whether two bindings offer one operation."""
        return (self.input, self.output, self.one_way) == (other.input, other.output, other.one_way)


@dataclass(frozen=True, slots=True)
class Port:
    """One endpoint of a service. address: "" when the file has none."""

    service: str
    name: str
    address: str


@dataclass(slots=True)
class Reading:
    """What a reader found. Both are keyed by unit: which operation of which file it is (interfaces/contract/census.py).

    offers  unit -> operation, best first (SOAP 1.1 over HTTP before 1.2, before JMS, before what has no binding)
    lost    unit -> why it is not offered
    """

    offers: dict[str, WsdlOperation] = field(default_factory=dict)
    lost: dict[str, Finding] = field(default_factory=dict)
    ports: list[tuple[str, Port]] = field(default_factory=list)

    def lose(self, unit: str, code: str, where: str, what: str) -> None:
        self.lost[unit] = finding(code, where, what)


@dataclass(frozen=True, slots=True)
class WsdlContract:
    """service, port, address: of the first SOAP port. operations: by name, ``Port.name`` where one name has several
    messages. offers, lost: see Reading."""

    namespace: str
    service: str
    port: str
    address: str
    operations: dict[str, WsdlOperation]
    offers: dict[str, WsdlOperation] = field(default_factory=dict)
    lost: dict[str, Finding] = field(default_factory=dict)


def read(documents: Documents, graph: Graph) -> WsdlContract:
    """The gathered WSDL files -> WsdlContract. Elements that rpc style implies are added to ``documents``."""
    from interfaces.contract import wsdl11, wsdl20

    main = next(iter(documents.wsdls.values()))
    reading = Reading()
    for reader, tag in ((wsdl11.read, f"{WSDL}definitions"), (wsdl20.read, f"{WSDL2}description")):
        if any(root.tag == tag for root in documents.wsdls.values()):
            reader(documents, graph, reading)
    port = next((port for _, port in reading.ports), Port("", "", ""))
    return WsdlContract(
        namespace=main.get("targetNamespace", ""),
        service=port.service,
        port=port.name,
        address=port.address,
        operations=_by_name(reading.offers.values()),
        offers=reading.offers,
        lost=reading.lost,
    )


def _by_name(offers: Iterable[WsdlOperation]) -> dict[str, WsdlOperation]:
    found: dict[str, WsdlOperation] = {}
    for offer in offers:
        for name in _names(offer):
            known = found.setdefault(name, offer)
            if known.same_wire(offer):
                break
    return found


def _names(offer: WsdlOperation) -> Iterator[str]:
    """Names an operation may go by, shortest first; the last ones never run out."""
    yield offer.name
    yield f"{offer.port or offer.binding}.{offer.name}"
    number = 2
    while True:
        yield f"{offer.name}.{number}"
        number += 1


def with_address(wsdl: bytes, address: str) -> bytes:
    """The agreed WSDL with ``address`` in every soap:address, for ``?wsdl``."""
    root = safe_xml.parse(wsdl, limits=LIMITS)
    for tag in SOAP_ADDRESSES:
        for node in root.iter(tag):
            node.set("location", address)
    return safe_xml.serialize(root)


def unit_of(file: object, node: XmlElement) -> str:
    """The name of one operation element: file and path."""
    path: Any = node.getroottree().getpath(node)
    return f"{file}!{path}"
