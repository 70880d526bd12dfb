"""Passwords of people: scrypt of the standard library (RFC 7914), cost and salt kept beside the hash.

argon2 would be a dependency more and no safer at these costs (OWASP lists both); what is checked often is remembered
by hub/identity/people.py, so the cost is paid once a login.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import cache
from typing import Final

from interfaces.failure import Failure

COST: Final = (1 << 15, 8, 3)
"""n, r, p: 32 MiB, about a fifth of a second on a slow core."""
SHORTEST, LONGEST = 10, 200


def check_new(password: str) -> None:
    """Failure ``invalid`` for a password nobody should have."""
    if not SHORTEST <= len(password) <= LONGEST or len(set(password)) < 4:
        raise Failure(
            "invalid",
            f"a password has {SHORTEST} to {LONGEST} characters, at least 4 of them different",
            where="password",
        )


def hash_password(password: str, cost: tuple[int, int, int] = COST) -> str:
    """``scrypt$n$r$p$salt$hash``."""
    salt = os.urandom(16)
    digest = _scrypt(password, salt, cost)
    return "$".join(["scrypt", *map(str, cost), _text(salt), _text(digest)])


def verify(password: str, kept: str) -> bool:
    _, n, r, p, salt, digest = kept.split("$")
    made = _scrypt(password, base64.b64decode(salt), (int(n), int(r), int(p)))
    return hmac.compare_digest(made, base64.b64decode(digest))


@cache
def nobodys() -> str:
    """What the password of an unknown name is compared with, so that it takes as long."""
    return hash_password(_text(os.urandom(16)))


def _scrypt(password: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    n, r, p = cost
    said = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(said, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
