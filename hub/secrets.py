"""Secrets are named, never written down: ``env:NAME`` or ``file:PATH``; and what of them passes is not kept."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SECRET_FIELDS: Final = frozenset({"auth", "password", "key"})
PASSWORD_IN_URL: Final = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@:]*:[^/@]+@", re.IGNORECASE)
FORMS: Final = "write env:NAME or file:PATH"

HIDDEN: Final = "***"
MARK: Final = ":hidden"
"""Header of a kept message: names of the fields of which the bytes hold HIDDEN and not what came."""

_LESS: Final = r"(?:<|&(?:amp;)*(?:lt|#0*60|#[xX]0*3[cC]);)"
_GREATER: Final = r"(?:>|&(?:amp;)*(?:gt|#0*62|#[xX]0*3[eE]);)"
_NAME: Final = r"(?:[\w.-]+:)?(?P<name>SrcSysSign|Password)"
_OTHERS: Final = rf"(?:(?!{_LESS}|{_GREATER}).)*?"
# an element, or the same escaped in another document, by references of any kind and as often as may be; a JSON member;
# whatever stands there up to its end, and an element that nobody closes up to the end of all
_PROOFS: Final = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf"(?P<begin>{_LESS}{_NAME}(?:\s{_OTHERS})?(?<!/){_GREATER})(?P<said>.*?)"
        rf"(?={_LESS}/(?:[\w.-]+:)?(?:SrcSysSign|Password)|\Z)",
        r'(?P<begin>"(?P<name>SrcSysSign)"\s*:\s*"?)(?P<said>(?:\\.|[^"\\,}])*)',
    )
)
_WORDS: Final = ("SrcSysSign", "Password")


def is_reference(value: str) -> bool:
    """Whether ``value`` names a secret instead of being one."""
    return value.startswith(("env:", "file:"))


def refuse_literals(where: str, fields: Mapping[str, str]) -> None:
    """ValueError when a field that is secret, or a URL with a password, stands there in clear."""
    for name, value in fields.items():
        in_clear = name in SECRET_FIELDS and value and not is_reference(value)
        if in_clear or PASSWORD_IN_URL.match(value):
            raise ValueError(f"{where}.{name} holds a secret in clear; {FORMS}")


def open_secret(value: str) -> str:
    """The secret a reference names; any other text as it is. ValueError when it is not there."""
    kind, _, name = value.partition(":")
    if kind == "env":
        if name not in os.environ:
            raise ValueError(f"the environment has no {name}")
        return os.environ[name]
    if kind == "file" and not name.startswith("//"):
        return _read(Path(name))
    return value


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"secret file {path}: {error.strerror}") from None


def without_secrets(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """A message's bytes as they may be kept, and which fields were hidden in them, whatever the form and the charset.

    Every other byte is as it was; without such a field all of them are.
    """
    if any(word.encode() in body for word in _WORDS):
        return _hidden(body, "latin-1")  # every allowed charset but one holds ASCII as it is
    if b"\0" in body[:4]:
        name = "utf-16-le" if body[1:2] == b"\0" or body[:2] == b"\xff\xfe" else "utf-16-be"
        if any(word.encode(name) in body for word in _WORDS):
            return _hidden(body, name)
    return body, ()


def _hidden(body: bytes, charset: str) -> tuple[bytes, tuple[str, ...]]:
    whole = len(body) - len(body) % 2 if charset.startswith("utf-16") else len(body)
    text, names = body[:whole].decode(charset, "surrogatepass"), dict[str, None]()

    def hide(found: re.Match[str]) -> str:
        if found["said"]:
            names[found["name"]] = None
        return found["begin"] + (HIDDEN if found["said"] else "")

    for proof in _PROOFS:
        text = proof.sub(hide, text)
    return text.encode(charset, "surrogatepass") + body[whole:], tuple(names)
