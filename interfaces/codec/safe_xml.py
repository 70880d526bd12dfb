"""The only XML parser for anything that comes from outside.

Guards, cheapest first: size, charset allow-list, no DOCTYPE, number of elements, attributes per element, namespaces;
then lxml without entities, network and huge trees; then depth, length of texts, no processing instruction (SOAP 1.1,
section 3). What is refused before the parse never becomes a tree.

    document = read(wire)                # Document(root, encoding)
    root = parse(b"<a/>")                # the root alone
    body = serialize(root, "gb18030")
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

from interfaces.codec import charset
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.failure import Failure
from interfaces.wire import WireMessage

XmlElement = Any
"""An ``lxml.etree._Element``."""


@dataclass(frozen=True, slots=True)
class Document:
    """root: the element. encoding: ``utf-8``, ``utf-16`` or ``gb18030``, for the answer."""

    root: XmlElement
    encoding: str


_DECLARATION = re.compile(r"<\?xml\s[^>]*?\?>")
_DECLARED = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]*)[\"']")
_DECLARED_WITHIN = 256  # bytes
_DOCTYPE = re.compile(rb"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
# What is never closed runs to the end: looking again from each opening would take quadratic time.
_NOT_MARKUP = re.compile(
    rb"<!\[CDATA\[(?>[^\]]*+(?:\](?!\]>)[^\]]*+)*+\]\]>|.*)"
    rb"|<!--(?>[^-]*+(?:-(?!->)[^-]*+)*+-->|.*)"
    rb"|<\?(?>[^?]*+(?:\?(?!>)[^?]*+)*+\?>|.*)",
    re.DOTALL,
)
_NOT_CARRIED = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_VALUE = re.compile(rb"=\s*(?:\"[^\"]*\"|'[^']*')")
_NAMESPACE = re.compile(rb"xmlns(?::[^\s=]*+)?+\s*+=\s*+(\"[^\"]*+\"|'[^']*+')")
_TAG = re.compile(rb"(?>[^\"'>]|\"[^\"]*\"|'[^']*')*+>")
# lxml's own text may quote what was sent, the name of the error does not.
_ERRORS = {
    number: name.removeprefix("ERR_").replace("_", " ").lower()
    for name, number in vars(etree.ErrorTypes).items()
    if isinstance(number, int)
}


def read(wire: WireMessage | bytes, content_type: str = "", limits: Limits = DEFAULT, carrier: str = "") -> Document:
    """Bytes -> Document, or Failure(too_large) / Failure(invalid, reason="xml"), whose ``header`` tells the charset.

    content_type  may name the charset; of a WireMessage its own is used
    carrier       local name of the element that may hold a whole document as one text
    """
    body = wire if isinstance(wire, bytes) else wire.body
    header = content_type if isinstance(wire, bytes) else content_type or wire.content_type
    if len(body) > limits.size:
        raise _too_large(f"the document has {len(body)} bytes, {limits.size} are allowed")
    try:
        text, encoding = _as_utf8(body, header)
    except Failure as failure:
        failure.reason = "xml"
        raise
    try:
        _check_markup(text, limits)
        root = _tree(text, limits.instructions)
        _check_tree(root, text, limits, carrier)
    except Failure as failure:
        failure.header = {":encoding": encoding}
        raise
    return Document(root, encoding)


def parse(wire: WireMessage | bytes, content_type: str = "", limits: Limits = DEFAULT) -> XmlElement:
    """The root element alone; see ``read``."""
    return read(wire, content_type, limits).root


def carried(text: str) -> str:
    """A text of ours that may quote a stranger's (an address, a code): what XML cannot carry is replaced."""
    return _NOT_CARRIED.sub("\ufffd", text)


def serialize(root: XmlElement, encoding: str = "utf-8") -> bytes:
    """Element -> document bytes with an XML declaration; characters the charset lacks become references."""
    if encoding.lower() == charset.UTF8:
        body: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        return body
    text: str = etree.tostring(root, encoding="unicode")
    return _declared(encoding).encode(encoding) + text.encode(_endless(encoding), "xmlcharrefreplace")


def _declared(encoding: str) -> str:
    return f"<?xml version='1.0' encoding='{encoding.upper()}'?>\n"


def _endless(encoding: str) -> str:
    """The same charset without a second byte order mark."""
    return "utf-16-le" if encoding.lower() == charset.UTF16 else encoding


def _as_utf8(body: bytes, content_type: str) -> tuple[bytes, str]:
    mark = charset.of_mark(body)
    found = charset.agreed(mark, charset.of_header(content_type), "" if mark else _declared_in(body))
    if found == charset.UTF8:
        return (body[3:] if mark else body), found
    text = charset.decode(body, found)
    return _DECLARATION.sub("", text, count=1).encode(), found


def _declared_in(body: bytes) -> str:
    """The XML declaration's encoding; two bytes per character without a mark are UTF-16."""
    if body[:2] in (b"<\0", b"\0<"):
        return charset.UTF16
    declared = _DECLARED.match(body, 0, _DECLARED_WITHIN)
    return charset.allowed(declared[1].decode("ascii")) if declared else ""


def _check_markup(text: bytes, limits: Limits) -> None:
    if b"<!DOCTYPE" in text and _DOCTYPE.match(text):
        raise _broken("a DOCTYPE is not allowed", advice="send the document without one")
    if len(text) > 4 * limits.elements and _starts(text) > limits.elements:
        raise _too_large(f"more than {limits.elements} elements")
    if text.count(b"=") > limits.attributes and _attributes(text) > limits.attributes:
        raise _too_large(f"an element with more than {limits.attributes} attributes")
    if text.count(b"xmlns") > limits.namespaces and len(set(_NAMESPACE.findall(text))) > limits.namespaces:
        raise _too_large(f"more than {limits.namespaces} namespaces")


def _starts(text: bytes) -> int:
    """Number of start tags."""
    markup = _NOT_MARKUP.sub(b"", text)
    return markup.count(b"<") - markup.count(b"</")


def _attributes(text: bytes) -> int:
    """Most attributes of any one tag. A tag ends before the next ``<``, which no attribute value may contain."""
    suspects: Iterable[bytes] = (part for part in text.split(b"<") if part.count(b"=") > 8)
    tags = (found[0] for found in map(_TAG.match, suspects) if found)
    return max((len(_VALUE.findall(tag)) for tag in tags), default=0)


def _tree(text: bytes, drop_instructions: bool) -> XmlElement:
    # A parser of its own for each document (0.5 us): a shared one would make threads wait for each other.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=drop_instructions,
        collect_ids=False,
    )
    try:
        return etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        what = _ERRORS.get(getattr(error, "code", 0), "unknown error")
        if what == "resource limit":
            raise _too_large(f"too deep or too long, at line {line}, column {column}") from None
        raise _broken(f"not well-formed XML: {what} at line {line}, column {column}") from None


def _check_tree(root: XmlElement, text: bytes, limits: Limits, carrier: str) -> None:
    if text.count(b"<?") > text.startswith(b"<?xml ") and _INSTRUCTED(root):
        raise _broken("a processing instruction is not allowed", advice="send the document without it")
    if text.count(b"</") >= limits.depth and _deeper(limits.depth)(root):
        raise _too_large(f"elements nested deeper than {limits.depth}")
    if len(text) > limits.text and _longer(limits.text)(root, carrier=carrier):
        raise _too_large(f"a value longer than {limits.text} characters")


_INSTRUCTED = etree.XPath("boolean(//processing-instruction())")


@lru_cache
def _deeper(depth: int) -> etree.XPath:
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")


@lru_cache
def _longer(length: int) -> etree.XPath:
    long = f"[string-length() > {length}]"
    return etree.XPath(f"boolean(//text(){long}[local-name(..) != $carrier] | //@*{long})")


def _broken(message: str, advice: str = "") -> Failure:
    return Failure("invalid", message, where="XML", advice=advice, reason="xml")


def _too_large(message: str) -> Failure:
    return Failure("too_large", message, where="XML", advice="send it in smaller parts", reason="xml")
