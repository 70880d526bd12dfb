"""WS-Security UsernameToken: is it what the agreed password makes, and is it from now?

Pure; whether a nonce was seen before is asked of the store (nonces.py). Times are real time: business time may run
ahead, and a window that guards must not.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

from interfaces.clock import MINUTE, SECOND, from_rfc3339
from interfaces.envelope.wsse import Token, digest
from interfaces.failure import Failure

OLDEST: Final = 5 * MINUTE
EARLIEST: Final = 60 * SECOND
"""A token may have been made so long ago, or so far in the future of our clock."""
LONGEST_NONCE: Final = 200


def check_form(token: Token, now: int) -> None:
    """Failure ``unauthenticated`` unless the header can be judged and is from now."""
    if token.other:
        raise refused(f"the Security header holds {token.other[:80]}, which is not processed here")
    if token.digest and not (token.nonce and token.created):
        raise refused("a PasswordDigest needs Nonce and Created")
    if len(token.nonce) > LONGEST_NONCE:
        raise refused("the Nonce is too long")
    for name, text in (("UsernameToken's Created", token.created), ("Timestamp's Created", token.issued)):
        if text and not now - OLDEST <= moment(text) <= now + EARLIEST:
            raise refused(f"the {name} is older than 5 minutes or more than 60 s in the future")
    if token.until and moment(token.until) < now:
        raise refused("the Timestamp has expired")


def matches(token: Token, password: str) -> bool:
    """Whether the token holds the agreed password, in constant time."""
    if not token.digest:
        return _same(token.password, password)
    try:
        nonce = base64.b64decode(token.nonce, validate=True)
    except binascii.Error:
        return False
    return _same(token.password, digest(nonce, token.created, password))


def nonce_key(token: Token) -> str:
    """What of a token must never come again; "" when it has no nonce."""
    return hashlib.sha256(f"{token.nonce} {token.created}".encode()).hexdigest() if token.nonce else ""


def moment(text: str) -> int:
    """xsd:dateTime; without a zone it is UTC (WSS 1.1, section 10). Failure when it is none."""
    try:
        return from_rfc3339(text)
    except ValueError:
        pass
    try:
        return from_rfc3339(f"{text}+00:00")
    except ValueError:
        raise refused("a time of the Security header is none") from None


def refused(why: str) -> Failure:
    return Failure("unauthenticated", why, where="wsse:Security", advice="make a fresh UsernameToken for each request")


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode("utf-8", "surrogatepass"))
