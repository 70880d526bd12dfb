"""The guarded XML parser: what it lets in, in which charsets, and what it refuses without effort."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from interfaces.codec.safe_xml import Limits, parse, read, serialize
from interfaces.failure import Failure
from interfaces.wire import WireMessage

TEXT = "装机地址：喆镕路𠮷号"
PLAIN = f"<order><place>{TEXT}</place></order>"


def declared(name: str) -> str:
    return f'<?xml version="1.0" encoding="{name}"?>{PLAIN}'


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        (PLAIN.encode(), "", "utf-8"),
        (PLAIN.encode(), "text/xml; charset=UTF-8", "utf-8"),
        (declared("utf-8").encode("utf-8-sig"), "text/xml", "utf-8"),
        (PLAIN.encode("gb18030"), "text/xml; charset=GBK", "gb18030"),
        (PLAIN.encode("gb18030"), 'application/xml; charset="gb2312"; action="a"', "gb18030"),
        (declared("GB18030").encode("gb18030"), "text/xml", "gb18030"),
        (declared("gbk").encode("gb18030"), "text/xml; charset=gb18030", "gb18030"),
        (PLAIN.encode("utf-16"), "text/xml", "utf-16"),
        (declared("utf-16").encode("utf-16-le"), "text/xml", "utf-16"),
        (PLAIN.encode("utf-16-be"), "text/xml; charset=utf-16", "utf-16"),
        (declared("gbk").encode("utf-16"), "text/xml; charset=gbk", "utf-16"),
        (PLAIN.encode("utf-8-sig"), "text/xml; charset=gbk", "utf-8"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_document_is_read_in_the_charset_it_is_in(body: bytes, content_type: str, encoding: str) -> None:
    document = read(body, content_type)
    assert document.root[0].text == TEXT
    assert document.encoding == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030", "gbk", "gb2312"])
def test_an_answer_can_be_read_again_in_the_charset_it_names(encoding: str) -> None:
    body = serialize(parse(PLAIN.encode()), encoding)
    assert read(body).root[0].text == TEXT
    assert read(body).encoding in (encoding, "gb18030")


def test_a_wire_message_brings_its_own_content_type() -> None:
    wire = WireMessage(PLAIN.encode("gb18030"), "text/xml; charset=gbk")
    assert parse(wire)[0].text == TEXT


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (PLAIN.encode("gb18030"), "text/xml; charset=utf-8"),
        (declared("gbk").encode("gb18030"), "text/xml; charset=utf-8"),
        (declared("utf-8").encode(), "text/xml; charset=gbk"),
        (PLAIN.encode(), "text/xml; charset=utf-8; charset=gbk"),
        (PLAIN.encode("utf-32"), "text/xml"),
        (PLAIN.encode("utf-7"), "text/xml; charset=utf-7"),
        (b"<a/>", "text/xml; charset=punycode"),
        (b"<a/>", "text/xml; charset=unicode_escape"),
        (b"<a/>", "text/xml; charset=hex"),
        (declared("iso-8859-1").encode("gb18030"), ""),
        (b"<a>\xc0\xaf</a>", ""),
        (b"<a>\xed\xa0\x80</a>", ""),
        (b"\xff\xfe<\x00a", ""),
        (b"\x81", "text/xml; charset=gbk"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_or_contradictory_charset_is_refused(body: bytes, content_type: str) -> None:
    assert refused(lambda: parse(body, content_type)) == ("invalid", "xml")


BOMB = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><a>&y;</a>'

BROKEN = {
    "empty": b"",
    "not XML": b"hello",
    "unclosed": b"<a><b>",
    "two roots": b"<a/><b/>",
    "NUL": b"<a>\0</a>",
    "control character": b"<a>&#1;</a>",
    "unknown entity": b"<a>&secret;</a>",
    "unbound prefix": b"<x:a/>",
    "entity bomb": BOMB,
    "external entity": b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]><a>&f;</a>',
    "external DTD": b'<?xml version="1.0"?>\n<!-- c --><!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>',
    "bare DOCTYPE": b"<!DOCTYPE a><a/>",
    "instruction in front": b"<?xml-stylesheet href='x'?><a/>",
    "instruction within": b"<a><?php x ?></a>",
    "instruction behind": b"<a/><?x?>",
    "DOCTYPE in UTF-16": "<!DOCTYPE a><a/>".encode("utf-16"),
    "never closed comment": b"<!--" * 200_000,
    "never closed CDATA": b"<a>" + b"<![CDATA[" * 100_000,
    "never closed instruction": b"<?" * 500_000,
    "long declaration": b"<?xml version='1.0'" + b" encoding='utf-8'" * 60_000,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_not_plain_xml_is_invalid(body: bytes) -> None:
    assert refused(lambda: parse(body)) == ("invalid", "xml")


LARGE = {
    "size": b"<a>" + b" " * (1 << 20) + b"</a>",
    "depth": b"<a>" * 65 + b"</a>" * 65,
    "elements": b"<a>" + b"<b/>" * 20_000 + b"</a>",
    "elements beside comments": b"<a><!-- <c/> -->" + b"<b></b>" * 20_000 + b"</a>",
    "attributes": b"<a " + b" ".join(b"a%d='>'" % n for n in range(65)) + b"/>",
    "namespaces": b"<a" + b"".join(b' xmlns:n%d="urn:%d"' % (n, n) for n in range(10_000)) + b"/>",
    "text": b"<a>" + b"x" * 65_537 + b"</a>",
    "namespaces one by one": b"<a>" + b"".join(b"<b xmlns='urn:%d'/>" % n for n in range(300)) + b"</a>",
    "depth 300, unclosed": b"<a>" * 300,
    "attribute value": b"<a b='" + b"x" * 65_537 + b"'/>",
    "text split by CDATA and comments": b"<a>" + (b"x" * 30_000 + b"<!-- --><![CDATA[x]]>") * 3 + b"</a>",
}


@pytest.mark.parametrize("body", LARGE.values(), ids=LARGE.keys())
def test_what_is_too_much_is_too_large(body: bytes) -> None:
    assert refused(lambda: parse(body))[0] == "too_large"


FINE = {
    "at the depth": b"<a>" * 64 + b"</a>" * 64,
    "at the elements": b"<a>" + b"<b/>" * 19_999 + b"</a>",
    "at the attributes": b"<a " + b" ".join(b"a%d='='" % n for n in range(64)) + b"/>",
    "markup in CDATA": b"<a><![CDATA[" + b"<b/>" * 15_000 + b"]]></a>",
    "a DOCTYPE as text": b"<a><![CDATA[<!DOCTYPE html>]]></a>",
    "equal signs in text": b"<a>" + b"k='v';" * 200 + b"</a>",
    "an instruction as text": b"<?xml version='1.0'?><a><![CDATA[<?php x ?>]]></a>",
    "one namespace again and again": b"<a>" + b"<b xmlns='urn:x'/>" * 300 + b"</a>",
}


@pytest.mark.parametrize("body", FINE.values(), ids=FINE.keys())
def test_what_only_looks_like_an_attack_is_let_in(body: bytes) -> None:
    assert parse(body).tag == "a"


def test_limits_can_be_set() -> None:
    body = b"<a>" + b"x" * 70_000 + b"</a>"
    assert len(parse(body, limits=Limits(text=1 << 20)).text) == 70_000
    assert refused(lambda: parse(b"<a><b/></a>", limits=Limits(depth=1)))[0] == "too_large"


def test_comments_and_instructions_leave_no_trace() -> None:
    root = parse(b"<a>1<!-- 2 -->3<?x y?></a>", limits=Limits(instructions=True))
    assert root.text == "13"
    assert len(root) == 0


def test_a_refusal_says_where_and_never_quotes_what_was_sent() -> None:
    with pytest.raises(Failure) as caught:
        parse("<a>\n<姓名>张三</a>".encode())
    assert "line 2" in caught.value.message
    assert "张三" not in str(caught.value)
    assert "姓名" not in str(caught.value)


def test_a_file_is_never_opened_and_xinclude_does_nothing() -> None:
    body = b'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="file:///etc/hostname" parse="text"/></a>'
    assert parse(body)[0].text is None


def refused(attempt: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Failure) as caught:
        attempt()
    return caught.value.code, caught.value.reason
