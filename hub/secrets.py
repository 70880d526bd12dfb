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
_NAMES: Final = "SrcSysSign|Password"
# an element, the same escaped in another document, a JSON member; whatever stands there up to its end
_PROOFS: Final = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rf"(<(?:[\w.-]+:)?(?:{_NAMES})(?:\s[^<>]*)?>)(.*?)(?=</(?:[\w.-]+:)?(?:{_NAMES})|\Z)",
        rf"(&lt;(?:[\w.-]+:)?(?:{_NAMES})(?:\s(?:[^&]|&(?![lg]t;))*)?&gt;)(.*?)(?=&lt;/(?:[\w.-]+:)?(?:{_NAMES})|\Z)",
        r'("SrcSysSign"\s*:\s*"?)((?:\\.|[^"\\,}])*)',
    )
)


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


def without_secrets(body: bytes) -> bytes:
    """A message's bytes as they may be kept: SrcSysSign and Password hidden, whatever the form and the charset."""
    if b"SrcSysSign" in body or b"Password" in body:
        return _hidden(body.decode("latin-1")).encode("latin-1")  # every allowed charset but one holds ASCII as it is
    if b"\0" in body[:4]:
        name = "utf-16-le" if body[1:2] == b"\0" or body[:2] == b"\xff\xfe" else "utf-16-be"
        if any(word.encode(name) in body for word in _NAMES.split("|")):
            return _hidden(body.decode(name, "replace")).encode(name)
    return body


def _hidden(text: str) -> str:
    for proof in _PROOFS:
        text = proof.sub(lambda found: found[1] + HIDDEN, text)
    return text
