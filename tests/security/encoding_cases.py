"""Attacks 32 to 38: charsets, at every door that takes text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.security import bodies
from tests.security.bodies import EXCHANGE, HTTP, OWN, SOAP, TMF
from tests.security.case import Case
from tests.security.xml_cases import INVALID, TAKEN

RARE = "喆镕\U00020bb7龘"
"""Characters of GBK, of GB18030's four bytes, and beyond the basic plane."""


def soap() -> str:
    return bodies.soap(bodies.query())


def exchange() -> str:
    return bodies.wrapped(bodies.contract_root())


def own() -> str:
    return bodies.soap(bodies.own_query())


DOCUMENTS: dict[str, Callable[[], str]] = {SOAP: soap, OWN: own, EXCHANGE: exchange, HTTP: bodies.contract_root}


def declared(name: str) -> str:
    return f'<?xml version="1.0" encoding="{name}"?>'


# what, content type, declaration, bytes are in, taken?
CHARSETS: list[tuple[int, str, str, str, str, bool]] = [
    (32, "GBK by header", "text/xml; charset=GBK", "", "gbk", True),
    (32, "gb2312 by header", "text/xml; charset=gb2312", "", "gbk", True),
    (32, "GB18030 by declaration", "text/xml", "GB18030", "gb18030", True),
    (32, "GBK by both", "text/xml; charset=gbk", "GBK", "gbk", True),
    (32, "GBK by header, GB2312 by declaration", "text/xml; charset=gbk", "GB2312", "gbk", True),
    (33, "GBK labelled UTF-8", "text/xml; charset=utf-8", "", "gbk", False),
    (33, "GBK unlabelled", "text/xml", "", "gbk", False),
    (33, "header GBK, declaration UTF-8", "text/xml; charset=gbk", "UTF-8", "gbk", False),
    (33, "header UTF-8, declaration GBK", "text/xml; charset=utf-8", "GBK", "gbk", False),
    (33, "two charsets in the header", "text/xml; charset=utf-8; charset=gbk", "", "utf-8", False),
    (34, "UTF-8 with BOM", "text/xml; charset=utf-8", "utf-8", "utf-8-sig", True),
    (34, "UTF-16 with BOM", "text/xml; charset=utf-16", "utf-16", "utf-16", True),
    (34, "UTF-16 with BOM, unlabelled", "text/xml", "", "utf-16", True),
    (34, "UTF-16LE without BOM", "text/xml", "utf-16", "utf-16-le", True),
    (34, "UTF-16BE without BOM", "text/xml; charset=utf-16be", "", "utf-16-be", True),
    (34, "UTF-8 labelled UTF-16", "text/xml; charset=utf-16", "", "utf-8", False),
    (34, "UTF-16 that says UTF-8", "text/xml; charset=utf-8", "", "utf-16-le", False),
    (34, "UTF-32", "text/xml", "", "utf-32", False),
    (35, "UTF-7", "text/xml; charset=utf-7", "", "utf-7", False),
    (35, "UTF-7 by declaration", "text/xml", "utf-7", "utf-7", False),
    (35, "punycode", "text/xml; charset=punycode", "", "utf-8", False),
    (35, "unicode_escape", "text/xml; charset=unicode_escape", "", "utf-8", False),
    (35, "raw_unicode_escape by declaration", "text/xml", "raw_unicode_escape", "utf-8", False),
    (35, "hex", "text/xml; charset=hex", "", "utf-8", False),
    (35, "idna", "text/xml; charset=idna", "", "utf-8", False),
    (35, "unknown", "text/xml; charset=klingon", "", "utf-8", False),
    (35, "unknown by declaration", "text/xml", "klingon", "utf-8", False),
    (35, "EBCDIC", "text/xml; charset=cp037", "", "cp037", False),
    (35, "latin-1", "text/xml; charset=iso-8859-1", "", "utf-8", False),
    (35, "big5", "text/xml; charset=big5", "", "utf-8", False),
]

# bytes put in place of a mark in an otherwise good UTF-8 document
BYTES: list[tuple[int, str, bytes]] = [
    (36, "invalid UTF-8", b"\xff\xfe\xfd"),
    (36, "overlong UTF-8", b"\xc0\xaf"),
    (36, "cut UTF-8", b"\xe4\xbd"),
    (36, "surrogate in UTF-8", b"\xed\xa0\x80"),
    (36, "NUL", b"a\0b"),
    (36, "control character", b"a\x08b"),
    (36, "escape", b"\x1b[31m"),
    (36, "not a character", "\uffff".encode()),
]

MARK = "@@@"


def _marked(path: str) -> str:
    if path == SOAP:
        return bodies.soap(bodies.query(code=MARK))
    document = bodies.contract_root(f"<Extra>{MARK}</Extra>")
    return document if path == HTTP else bodies.wrapped(document)


def _charsets() -> Iterator[Case]:
    for number, what, content_type, declaration, charset, taken in CHARSETS:
        for path, build in DOCUMENTS.items():

            def body(build: Callable[[], str] = build, d: str = declaration, charset: str = charset) -> bytes:
                text = (declared(d) if d else "") + build() + f"<!--{RARE[:2]}-->"
                return text.encode(charset, "replace")

            yield Case(number, what, path, body, (TAKEN if taken else INVALID)[path], {"Content-Type": content_type})


def _bytes() -> Iterator[Case]:
    for number, what, given in BYTES:
        for path in DOCUMENTS:
            yield Case(
                number,
                what,
                path,
                lambda p=path, g=given: _marked(p).encode().replace(MARK.encode(), g),
                INVALID[path],  # type: ignore[misc]
            )


def _json() -> Iterator[Case]:
    """The same at the doors that take JSON."""
    rows: list[tuple[int, str, str, str, str]] = [
        (32, "GBK by header", "application/json; charset=gbk", "gbk", "201 json"),
        (34, "BOM", "application/json", "utf-8-sig", "201 json"),
        (34, "UTF-16 with BOM", "application/json", "utf-16", "201 json"),
        (33, "GBK unlabelled", "application/json", "gbk", "400 tmf invalid"),
        (35, "punycode", "application/json; charset=punycode", "utf-8", "400 tmf invalid"),
        (35, "UTF-7", "application/json; charset=utf-7", "utf-7", "400 tmf invalid"),
        (34, "UTF-32", "application/json", "utf-32", "400 tmf invalid"),
    ]
    for number, what, content_type, charset, want in rows:
        yield Case(number, what, TMF, lambda c=charset: bodies.tmf().encode(c), want, {"Content-Type": content_type})  # type: ignore[misc]
    roots = {"gbk": "200 root 0000", "utf-8-sig": "200 root 0000", "utf-16": "200 root 0000", "utf-7": "200 root 9242"}
    for charset, want in roots.items():
        kind = {"Content-Type": f"application/json; charset={charset.removesuffix('-sig')}"}
        yield Case(32, f"JSON in {charset}", HTTP, lambda c=charset: bodies.contract_root_json().encode(c), want, kind)  # type: ignore[misc]


CASES = [*_charsets(), *_bytes(), *_json()]
