"""Schemas everybody imports by http and nobody ships, in a short form of our own: names and shapes, no prose.

Used only where the contract's own folder has no such file. Never fetched.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from importlib import resources
from pathlib import Path

_SCHEMAS = {
    "http://www.w3.org/XML/1998/namespace": "xml.xsd",
    "http://www.w3.org/1999/xlink": "xlink.xsd",
    "http://schemas.xmlsoap.org/soap/encoding/": "soap-encoding-1.1.xsd",
    "http://www.w3.org/2003/05/soap-encoding": "soap-encoding-1.2.xsd",
    "http://schemas.xmlsoap.org/soap/envelope/": "soap-envelope-1.1.xsd",
    "http://www.w3.org/2003/05/soap-envelope": "soap-envelope-1.2.xsd",
    "http://schemas.xmlsoap.org/wsdl/": "wsdl.xsd",
    "http://www.w3.org/2005/08/addressing": "ws-addressing.xsd",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing": "ws-addressing-2004.xsd",
    "http://www.w3.org/2005/05/xmlmime": "xmlmime.xsd",
    "http://www.w3.org/2004/11/xmlmime": "xmlmime-2004.xsd",
    "http://www.w3.org/2004/08/xop/include": "xop.xsd",
    "http://ws-i.org/profiles/basic/1.1/xsd": "swaref.xsd",
    "http://www.w3.org/2000/09/xmldsig#": "xmldsig.xsd",
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd": "wss-utility.xsd",
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd": "wss-secext.xsd",
    "http://docs.oasis-open.org/wsn/b-2": "wsn-b-2.xsd",
    "http://docs.oasis-open.org/wsn/br-2": "wsn-br-2.xsd",
    "http://docs.oasis-open.org/wsn/t-1": "wsn-t-1.xsd",
    "http://docs.oasis-open.org/wsrf/bf-2": "wsrf-bf-2.xsd",
    "http://docs.oasis-open.org/wsrf/r-2": "wsrf-r-2.xsd",
    "http://docs.oasis-open.org/wsrf/rp-2": "wsrf-rp-2.xsd",
    "http://docs.oasis-open.org/wsrf/rl-2": "wsrf-rl-2.xsd",
    "http://schemas.microsoft.com/2003/10/Serialization/": "ms-serialization.xsd",
    "http://schemas.microsoft.com/2003/10/Serialization/Arrays": "ms-arrays.xsd",
    "http://microsoft.com/wsdl/types/": "ms-types.xsd",
    "urn:schemas-microsoft-com:xml-msdata": "ms-data.xsd",
    "http://xml.apache.org/xml-soap": "apache-soap.xsd",
}
_WSDLS = {
    "http://docs.oasis-open.org/wsn/bw-2": "wsn-bw-2.wsdl",
    "http://docs.oasis-open.org/wsrf/rw-2": "wsrf-rw-2.wsdl",
    "http://docs.oasis-open.org/wsrf/rpw-2": "wsrf-rpw-2.wsdl",
}

_files = ExitStack()  # keeps unpacked package data for as long as the process lives


def schema(namespace: str) -> Path | None:
    """The schema of a well-known namespace, or None."""
    return _file(_SCHEMAS[namespace]) if namespace in _SCHEMAS else None


def wsdl(namespace: str) -> Path | None:
    """The WSDL of a well-known namespace, or None."""
    return _file(_WSDLS[namespace]) if namespace in _WSDLS else None


def namespaces() -> tuple[str, ...]:
    """Every namespace there is a schema or a WSDL for."""
    return (*_SCHEMAS, *_WSDLS)


@cache
def _file(name: str) -> Path:
    return _files.enter_context(resources.as_file(resources.files(__name__).joinpath(name)))
