"""Secrets are named, never written down: ``env:NAME`` or ``file:PATH``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SECRET_FIELDS: Final = frozenset({"auth", "password", "key"})
PASSWORD_IN_URL: Final = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@:]*:[^/@]+@", re.IGNORECASE)
FORMS: Final = "write env:NAME or file:PATH"


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
