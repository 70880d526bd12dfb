"""API keys: ``mbk_<prefix>_<secret>``. The prefix finds the key, of the secret only the sha256 is kept.

160 bits of chance need no slow hash; comparing takes the same time for a prefix nobody has.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

MARK: Final = "mbk_"
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_PREFIX, _SECRET = 8, 32
NOBODYS: Final = hashlib.sha256(b"").hexdigest()
"""What a key with an unknown prefix is compared with: no key has an empty secret."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """``key`` is shown once; prefix and hash are kept."""

    key: str
    prefix: str
    hash: str


def make() -> NewKey:
    prefix, secret = (_chance(length) for length in (_PREFIX, _SECRET))
    return NewKey(f"{MARK}{prefix}_{secret}", prefix, hashed(secret))


def split(key: str) -> tuple[str, str]:
    """(prefix, secret) of what was presented, whatever it is."""
    prefix, _, secret = key.removeprefix(MARK).partition("_")
    return prefix, secret


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matches(secret: str, kept: str) -> bool:
    """Whether ``kept`` is the hash of ``secret``, in constant time."""
    return hmac.compare_digest(hashed(secret), kept)


def _chance(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
