"""Bytes of the journal as text for people: decoded with the charset they came in."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Callable

from interfaces.codec import charset
from interfaces.failure import Failure

SHOWN = 65_536
"""Characters of one message that are shown; the rest is in ``/raw``."""

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,80}encoding\s*=\s*["']([\w.-]{1,40})["']""")


def charset_of(raw: bytes, content_type: str) -> str:
    """Byte order mark, else the transport's word, else the XML declaration, else UTF-8 if it is that."""
    declared = _DECLARED.match(raw)
    witnesses = (
        charset.of_mark(raw),
        _allowed(charset.of_header, content_type),
        _allowed(charset.allowed, declared[1].decode("ascii")) if declared else "",
    )
    return next((said for said in witnesses if said in charset.ALLOWED), "") or _guess(raw)


def _allowed(read: Callable[[str], str], said: str) -> str:
    """What a sender says, "" when no door would take it: people may look at refused messages too."""
    try:
        return read(said)
    except Failure:
        return ""


def _guess(raw: bytes) -> str:
    try:
        getincrementaldecoder("utf-8")().decode(raw)  # the last character may be cut
    except UnicodeDecodeError:
        return charset.GB18030
    return charset.UTF8


def decode(raw: bytes, said: str) -> str:
    """Text for display: undecodable bytes become U+FFFD, it never fails, at most ``SHOWN`` characters."""
    return raw.decode(said, "replace").lstrip("\ufeff")[:SHOWN]
