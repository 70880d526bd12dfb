"""spyne without its traps, for every service of this package.

* Multi-ref expansion turns a small request into gigabytes before anything is validated: off.
* The WSDL's address comes from the first caller's Host header: it is built once, from the configuration.
* spyne's log quotes whole messages: silent.
* The WSDL declares SOAP 1.2 prefixes that some tool kits take for an offer, an element for each type, and a SOAPAction
  that is a bare name: tidied.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import interfaces.spyne_compat  # noqa: F401  before any spyne import

# isort: split
from a2wsgi import WSGIMiddleware
from lxml import etree
from spyne import Application
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

_WSDL, _XSD = "{http://schemas.xmlsoap.org/wsdl/}", "{http://www.w3.org/2001/XMLSchema}"
_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
_ORDER = ["types", "message", "portType", "binding", "service", "import", "simpleType", "complexType", "element"]


@dataclass(frozen=True, slots=True)
class CodedService:
    """app: ASGI, runs each call in a thread of its pool. wsdl: with the configured address."""

    app: Any
    wsdl: bytes


class _Soap11(Soap11):  # type: ignore[misc]
    """Without the ids of the document there is nothing to expand."""

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        super().create_in_document(ctx, charset)
        ctx.in_document = (ctx.in_document[0], {})


def served(services: Sequence[type[Any]], namespace: str, name: str, address: str, workers: int) -> CodedService:
    """These spyne services at one address; requests are validated by the schema that the WSDL shows."""
    for log in ("spyne", "spyne.protocol.soap.soap11.invalid"):
        logging.getLogger(log).setLevel(logging.CRITICAL)
    application = Application(
        services, tns=namespace, name=name, in_protocol=_Soap11(validator="lxml"), out_protocol=Soap11()
    )
    # the door has its own limit, in bytes of the caller's charset
    wsgi = WsgiApplication(application, max_content_length=sys.maxsize)
    wsgi.doc.wsdl11.build_interface_document(address)
    return CodedService(WSGIMiddleware(wsgi, workers=workers), tidied(wsgi.doc.wsdl11.get_interface_document()))


def tidied(wsdl: bytes) -> bytes:
    """What every tool kit reads the same way: only what is served, in the usual order, under the usual names."""
    root: Any = etree.fromstring(wsdl)
    namespace = root.get("targetNamespace")
    for operation in root.iter(f"{_SOAP}operation"):
        operation.set("soapAction", f"{namespace}/{operation.getparent().get('name')}")
    spoken = {part.get("element").rpartition(":")[2] for part in root.iter(f"{_WSDL}part")}
    for element in root.findall(f".//{_XSD}schema/{_XSD}element"):
        if element.get("name") not in spoken:
            element.getparent().remove(element)
    for operation in root.findall(f"{_WSDL}portType/{_WSDL}operation"):
        del operation.attrib["parameterOrder"]
    for part in root.iter(f"{_WSDL}part"):
        part.set("name", "parameters")
    root[:] = sorted(root, key=lambda part: _ORDER.index(etree.QName(part).localname))
    for schema in root.iter(f"{_XSD}schema"):
        schema[:] = sorted(schema, key=lambda part: (_ORDER.index(etree.QName(part).localname), part.get("name")))
    etree.cleanup_namespaces(root, keep_ns_prefixes=["tns", "xs"])
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
