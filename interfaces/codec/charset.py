"""Which charset a document is in: byte order mark, transport header, XML declaration, and a short list of allowed ones.

The sender never picks an arbitrary codec: some of Python's take quadratic time on chosen input.
GBK and GB2312 are read and written as GB18030, their superset.
"""

from __future__ import annotations

import re
from functools import lru_cache

from interfaces.failure import Failure

UTF8, UTF16, GB18030 = "utf-8", "utf-16", "gb18030"

ALLOWED: dict[str, str] = {
    "utf-8": UTF8,
    "utf8": UTF8,
    "utf-16": UTF16,
    "utf-16le": UTF16,
    "utf-16be": UTF16,
    "gb18030": GB18030,
    "gbk": GB18030,
    "gb2312": GB18030,
}
"""Names a sender may use -> the charset we answer in."""

_CODECS = {UTF8: "utf-8-sig", GB18030: "gb18030"}
_MARKS = ((b"\xef\xbb\xbf", UTF8), (b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", UTF16), (b"\xfe\xff", UTF16))
_PARAMETER = re.compile(r";\s*charset\s*=\s*(?:\"([^\"]*)\"|([^\s;\"]+))", re.IGNORECASE)


@lru_cache(maxsize=256)
def of_header(content_type: str) -> str:
    """``text/xml; charset=GBK`` -> ``gb18030``; "" when no charset is named; Failure when it is not allowed."""
    named = {allowed(quoted or bare) for quoted, bare in _PARAMETER.findall(content_type)}
    if len(named) > 1:
        raise refused("the content type names several charsets")
    return named.pop() if named else ""


def allowed(name: str) -> str:
    """One name from header or declaration -> our charset; Failure(invalid) for any other."""
    charset = ALLOWED.get(name.strip().lower())
    if charset is None:
        raise refused(f"charset {name[:40]!r} is not allowed")
    return charset


def of_mark(body: bytes) -> str:
    """The charset a byte order mark names, or ""."""
    return next((charset for mark, charset in _MARKS if body.startswith(mark)), "")


def agreed(mark: str, header: str, declared: str) -> str:
    """One charset out of three witnesses, each "" when silent.

    A byte order mark wins over both (RFC 7303); header and declaration must not contradict each other;
    nothing said means UTF-8.
    """
    if mark:
        return allowed(mark)
    if header and declared and header != declared:
        raise refused(f"the header says {header}, the document says {declared}")
    return header or declared or UTF8


def decode(body: bytes, charset: str) -> str:
    """Bytes -> text without byte order mark; Failure when the bytes are not in that charset."""
    try:
        return body.decode(_CODECS.get(charset) or _utf16(body))
    except UnicodeDecodeError as error:
        raise refused(f"the bytes are not {charset} (offset {error.start})") from None


def _utf16(body: bytes) -> str:
    """UTF-16 with a mark, or without one when the first character shows the byte order."""
    if of_mark(body) == UTF16:
        return "utf-16"
    return "utf-16-le" if body[1:2] == b"\0" else "utf-16-be"


def refused(message: str) -> Failure:
    """``invalid``; the caller's codec sets the reason (xml, json) that picks the wire code."""
    names = ", ".join(sorted(ALLOWED))
    return Failure("invalid", message, where="charset", advice=f"send one of: {names}")
