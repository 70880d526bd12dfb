"""Qualified names as lxml and xmlschema write them: ``{namespace}local``, or ``local`` when unqualified."""

from __future__ import annotations

from interfaces.codec.safe_xml import XmlElement

XS = "{http://www.w3.org/2001/XMLSchema}"
XML = "http://www.w3.org/XML/1998/namespace"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
WSDL2 = "{http://www.w3.org/ns/wsdl}"


def local(name: str) -> str:
    """``{urn:x}order`` -> ``order``."""
    return name.rpartition("}")[2]


def namespace(name: str) -> str:
    """``{urn:x}order`` -> ``urn:x``; "" when unqualified."""
    return name[1:].partition("}")[0] if name.startswith("{") else ""


def qualified(space: str, name: str) -> str:
    """``urn:x``, ``order`` -> ``{urn:x}order``."""
    return f"{{{space}}}{name}" if space else name


def resolved(node: XmlElement, name: str | None, default: str = "") -> str:
    """A QName as written in an attribute of ``node`` -> ``{namespace}local``; "" for none.

    default  namespace of names without prefix where no default namespace is declared
    """
    prefix, _, own = (name or "").strip().rpartition(":")
    if not own:
        return ""
    found = XML if prefix == "xml" else node.nsmap.get(prefix or None)
    if found is None:
        found = f"undeclared prefix {prefix}" if prefix else default
    return qualified(found, own)
