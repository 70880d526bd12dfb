"""What proves who somebody is is not kept, in whatever form it comes; every other byte is."""

from __future__ import annotations

import pytest

from hub.secrets import without_secrets

SECRET = "s3cret-4711"
FORMS = {
    "an element": "<a><SrcSysSign>{}</SrcSysSign><b>赵</b></a>",
    "with a prefix and attributes": '<w:Password Type="x#PasswordText">{}</w:Password><b/>',
    "with line ends": "<SrcSysSign\n >\n{}\n</SrcSysSign >",
    "CDATA": "<SrcSysSign><![CDATA[{}]]></SrcSysSign>",
    "a document in a text": "<in0>&lt;SrcSysSign&gt;{}&lt;/SrcSysSign&gt;</in0>",
    "of which only what must be is escaped": "<in0>&lt;SrcSysSign>{}&lt;/SrcSysSign></in0>",
    "by numbers": "<in0>&#60;SrcSysSign&#x3E;{}&#x3c;/SrcSysSign&#062;</in0>",
    "escaped twice": "<in0>&amp;lt;SrcSysSign&amp;gt;{}&amp;lt;/SrcSysSign&amp;gt;</in0>",
    "JSON": '{{"TcpCont": {{"SrcSysSign": "{}", "x": 1}}}}',
    "an element that nobody closes": "<a><SrcSysSign>{}",
    "twice": "<SrcSysSign>{0}</SrcSysSign><b/><SrcSysSign>{0}</SrcSysSign>",
}
CHARSETS = ["utf-8", "gb18030", "utf-16-le", "utf-16-be", "utf-16"]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_it_is_hidden_and_nothing_else_changes(form: str, charset: str) -> None:
    kept, names = without_secrets(form.format(SECRET).encode(charset))
    assert kept.decode(charset).replace("\n", "") == form.format("***").replace("\n", "").replace(
        "<![CDATA[***]]>", "***"
    )
    assert names == ("Password" if "Password" in form else "SrcSysSign",)


@pytest.mark.parametrize(
    "body",
    [
        b"<SrcSysSign/><b>1</b>",
        b"<a><SrcSysSign /><b>1</b></a>",
        b"<SrcSysSign></SrcSysSign><b>1</b>",
        b'<Password Type="x"/><b>1</b>',
        b"&lt;SrcSysSign /&gt;&lt;b&gt;1",
        b'{"SrcSysSign": "", "b": 1}',
        b"<PasswordHint>none</PasswordHint> SrcSysSign Password",
        "<a>Password</a>".encode("utf-16-le") + b"\x00",
        b"<\0\x00\xd8P\0a\0s\0s\0w\0o\0r\0d\0",
        b"",
    ],
)
def test_where_there_is_none_every_byte_stays(body: bytes) -> None:
    assert without_secrets(body) == (body, ())


def test_many_begun_and_none_ended_cost_no_more_than_one() -> None:
    kept, _ = without_secrets(b"<Password " * 100_000 + b"&lt;SrcSysSign&gt;" * 60_000)
    assert kept.endswith(b"***")
