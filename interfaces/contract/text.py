"""A contract file's bytes as UTF-8 text, whatever its declaration claims.

Vendors' files declare UTF-8 and hold windows-1252 or GBK, declare UTF-16 and hold ASCII, begin with blank lines. The
bytes decide: byte order mark, then the declared charset if it fits, then the ones that are usual.
"""

from __future__ import annotations

import re

from interfaces.codec import charset

_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(rb"^\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._:-]*)[\"']")
_DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[>]*>")
_ROOT = re.compile("<[A-Za-z_]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_SINGLE = re.compile(
    r"(?:iso-?8859-?|latin-?|windows-?125|cp125|koi8|us-ascii|ascii|macintosh|mac-?roman|ibm|cp)[\w-]*"
)
_WIDE = {"big5": "big5", "shift_jis": "shift_jis", "euc-jp": "euc_jp", "euc-kr": "euc_kr"}
_OLD_SCHEMA = re.compile(r"http://www\.w3\.org/(?:1999|2000/10|2000/08)/XMLSchema(?=[\"'/-])")
_SCHEMA = "http://www.w3.org/2001/XMLSchema"

Note = tuple[str, str]
"""(finding code, what was done)."""


def as_utf8(body: bytes) -> tuple[bytes, list[Note]]:
    """A document without byte order mark, declaration and outer DOCTYPE, and what had to be put right."""
    declared = _declared(body)
    text, used = _decoded(body, declared)
    notes: list[Note] = []
    if declared and used != declared:
        notes.append(("file-encoding", f"declares {declared} but is {used}"))
    text = text.rstrip("\0")
    declaration = _DECLARATION.match(text)
    if declaration:
        text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
    root = _ROOT.search(text)
    found = _DOCTYPE.search(text, 0, root.start() if root else 0)
    if found:
        text = text[: found.start()] + "\n" * found[0].count("\n") + text[found.end() :]
        notes.append(("file-repaired", "its DOCTYPE is left out"))
    if _OLD_SCHEMA.search(text):
        text = _OLD_SCHEMA.sub(_SCHEMA, text)
        notes.append(("file-repaired", "an XML Schema namespace from before 2001 is read as 2001"))
    return text.encode("utf-8", "surrogatepass"), notes


def _declared(body: bytes) -> str:
    mark = charset.of_mark(body)
    if mark or body[:2] in (b"<\0", b"\0<"):
        return ""
    found = _ENCODING.match(body[:512])
    return found[1].decode("ascii").lower() if found else ""


def _decoded(body: bytes, declared: str) -> tuple[str, str]:
    """(text, charset it was in)."""
    if body[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return body.decode("utf-32", "replace"), "utf-32"
    if body[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"):
        codec = "utf-16" if body[0] > 0x7F else "utf-16-le" if body[1] == 0 else "utf-16-be"
        return body.decode(codec, "replace"), "utf-16"
    for name, codec in _candidates(body, declared):
        try:
            return body.decode(codec).lstrip("\ufeff"), name
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("latin-1"), "iso-8859-1"


def _candidates(body: bytes, declared: str) -> list[tuple[str, str]]:
    """(name, codec), likeliest first. Nothing else than these is ever tried: a file does not choose any codec."""
    found = [("utf-8", "utf-8-sig"), ("windows-1252", "cp1252")]
    if all(len(run) % 2 == 0 for run in _HIGH.findall(body)):  # western letters rarely come in pairs, Chinese do
        found.insert(1, ("gb18030", "gb18030"))
    if declared in ("gbk", "gb2312", "gb18030"):
        found.insert(0, (declared, "gb18030"))
    elif declared in _WIDE:
        found.insert(0, (declared, _WIDE[declared]))
    elif _SINGLE.fullmatch(declared):
        found.insert(0, (declared, declared))
    return [("utf-8", "utf-8-sig"), *found] if declared == "utf8" else found
