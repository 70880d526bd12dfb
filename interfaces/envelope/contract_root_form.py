"""The forms of a ContractRoot document: XML with nested content, XML or JSON in CDATA, or the whole as JSON.

Header fields are read by name, in any order. Bytes -> Parts and back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from interfaces.codec import json as json_body
from interfaces.codec import safe_xml
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.envelope import loose_xml
from interfaces.failure import Failure
from interfaces.wire import WireMessage

XML, CDATA_XML, CDATA_JSON, JSON = "xml", "cdata-xml", "cdata-json", "json"
_CARRIER = "SvcCont"
"""Its text may be a whole document."""
_BLANK = b" \t\r\n"
_BEFORE_JSON = b" \t\r\n\0\xef\xbb\xbf\xfe\xff"
"""Blanks, byte order marks, and the other half of a blank or a brace in UTF-16."""
_MEDIA = {JSON: "application/json"}


@dataclass(frozen=True, slots=True)
class Parts:
    """header: TcpCont by name, with Response's RspType, RspCode, RspDesc flattened. content: an lxml element whose
    children are the content, or JSON data, or None."""

    header: dict[str, str]
    content: Any
    form: str
    encoding: str


def read(wire: WireMessage, limits: Limits = DEFAULT) -> Parts:
    """Failure(invalid or too_large): reason xml, json or structure; its ``header`` has what could be read."""
    if wire.body[:1].isspace():  # a script's blank line; XML wants its declaration first
        wire = replace(wire, body=wire.body.lstrip(_BLANK))
    header: dict[str, str] = {}
    try:
        if wire.body.lstrip(_BEFORE_JSON)[:1] == b"{":
            return _read_json(wire, header, limits)
        return _read_xml(wire, header, limits)
    except Failure as failure:
        failure.header = {**failure.header, **header}
        raise


def _read_json(wire: WireMessage, header: dict[str, str], limits: Limits) -> Parts:
    header[":form"] = JSON
    document, encoding = json_body.read(wire.body, wire.content_type, limits)
    header[":encoding"] = encoding
    root = document.get("ContractRoot", document)
    if not isinstance(root, dict) or not isinstance(root.get("TcpCont"), dict):
        raise _structure("a ContractRoot with a TcpCont")
    for name, value in _leaves(root["TcpCont"]):
        _enter(header, name, value)
    return Parts(header, root.get("SvcCont"), JSON, encoding)


def _leaves(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Header fields as text; the fields of Response stand beside the others. null is no value."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _leaves(value)
        elif isinstance(value, list):
            yield from ((name, str(each).strip()) for each in value)
        elif value is not None:
            yield name, str(value).strip()


def _read_xml(wire: WireMessage, header: dict[str, str], limits: Limits) -> Parts:
    document = safe_xml.read(wire, limits=limits, carrier=_CARRIER)
    header[":encoding"] = document.encoding
    if loose_xml.local(document.root.tag) != "ContractRoot":
        raise _structure("ContractRoot as the root element")
    tcp, svc = (_children(document.root, name) for name in ("TcpCont", "SvcCont"))
    for leaf in (leaf for part in tcp[:1] for leaf in part.iter() if len(leaf) == 0 and leaf is not part):
        _enter(header, loose_xml.local(leaf.tag), (leaf.text or "").strip())
    if len(tcp) != 1:
        raise _structure(f"exactly one TcpCont, it has {len(tcp)}" if tcp else "a TcpCont")
    if len(svc) > 1:  # which one was meant is not ours to guess
        raise _structure(f"exactly one SvcCont, it has {len(svc)}")
    content, form = _content(svc[0] if svc else None, limits)
    return Parts(header, content, form, document.encoding)


def _children(root: Any, name: str) -> list[Any]:
    return [child for child in root if loose_xml.local(child.tag) == name]


def _enter(header: dict[str, str], name: str, value: str) -> None:
    """The first of a name counts; ``:twice`` tells the rules which names stand again."""
    if name in header:
        header[":twice"] = f"{header.get(':twice', '')} {name}".strip()
    else:
        header[name] = value


def _content(element: Any, limits: Limits) -> tuple[Any, str]:
    if element is None:
        return None, ""
    text = (element.text or "").strip()
    if len(element) or not text:
        return (element if len(element) else None), XML if len(element) else ""
    if text[0] in "{[":
        return json_body.read_text(text, limits), CDATA_JSON
    wrapper = etree.Element("SvcCont")
    # the text is already decoded: its own declaration, if any, no longer tells the truth
    wrapper.append(safe_xml.parse(_undeclared(text).encode(), limits=limits))
    return wrapper, CDATA_XML


def _undeclared(text: str) -> str:
    return text.partition("?>")[2] if text.startswith("<?xml") else text


def write(parts: Parts) -> WireMessage:
    """The document in the given form and charset."""
    media = _MEDIA.get(parts.form, "text/xml")
    content_type = f"{media}; charset={parts.encoding}"
    if parts.form == JSON:
        document = {"ContractRoot": {"TcpCont": _nested(parts.header)} | _svc(parts.content)}
        return WireMessage(json_body.write(document, parts.encoding), content_type)
    return WireMessage(safe_xml.serialize(_element(parts), parts.encoding), content_type)


def _svc(content: Any) -> dict[str, Any]:
    return {} if content is None else {"SvcCont": content}


def _nested(header: Mapping[str, str]) -> dict[str, Any]:
    """Rsp* fields back under Response."""
    plain: dict[str, Any] = {n: v for n, v in header.items() if n not in RESPONSE}
    response = {n: header[n] for n in RESPONSE if n in header}
    return plain | ({"Response": response} if response else {})


RESPONSE = ("RspType", "RspCode", "RspDesc")


def _element(parts: Parts) -> Any:
    root = etree.Element("ContractRoot")
    loose_xml.build(etree.SubElement(root, "TcpCont"), _nested(parts.header))
    if parts.content is not None:
        _fill(etree.SubElement(root, "SvcCont"), parts)
    return root


def _fill(target: Any, parts: Parts) -> None:
    if parts.form == CDATA_JSON:
        target.text = etree.CDATA(json_body.write_text(parts.content))
    elif parts.form == CDATA_XML:
        text = "".join(etree.tostring(child, encoding="unicode") for child in parts.content)
        target.text = etree.CDATA(text)
    else:
        target.extend(list(parts.content))


def _structure(wanted: str) -> Failure:
    return Failure("invalid", f"the document lacks {wanted}", where="ContractRoot", reason="structure")
