"""WS-Security in a SOAP header: UsernameToken and Timestamp, read and written.

Sources: OASIS WSS SOAP Message Security 1.1, UsernameToken Profile 1.1. Signatures and encryption are not processed: a
header that holds them is told apart by ``other`` and is never taken for understood.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

_OASIS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE: Final = f"{_OASIS}wssecurity-secext-1.0.xsd"
WSU: Final = f"{_OASIS}wssecurity-utility-1.0.xsd"
PROFILE: Final = f"{_OASIS}username-token-profile-1.0"
BASE64: Final = f"{_OASIS}soap-message-security-1.0#Base64Binary"
SECURITY: Final = f"{{{WSSE}}}Security"
MARK: Final = ":wsse:"
"""Begins the names of header entries that hold a part of a token; they are secrets."""

_PARTS: Final = {
    "username": f"{{{WSSE}}}UsernameToken/{{{WSSE}}}Username",
    "password": f"{{{WSSE}}}UsernameToken/{{{WSSE}}}Password",
    "nonce": f"{{{WSSE}}}UsernameToken/{{{WSSE}}}Nonce",
    "created": f"{{{WSSE}}}UsernameToken/{{{WSU}}}Created",
    "from": f"{{{WSU}}}Timestamp/{{{WSU}}}Created",
    "until": f"{{{WSU}}}Timestamp/{{{WSU}}}Expires",
}
_KNOWN: Final = (f"{{{WSSE}}}UsernameToken", f"{{{WSU}}}Timestamp")


@dataclass(frozen=True, slots=True)
class Token:
    """What a Security header says; "" where it is silent.

    digest  the password is Base64(SHA-1(nonce + created + password))
    created, issued, until  times as they stand there: of the token, and of the Timestamp
    other   names of what stands there and is not processed (Signature, ...), or stands there twice
    """

    username: str = ""
    password: str = ""
    digest: bool = False
    nonce: str = ""
    created: str = ""
    issued: str = ""
    until: str = ""
    other: str = ""


def entries(security: Any) -> dict[str, str]:
    """A Security element as header entries."""
    found = {MARK + name: (security.findtext(path) or "").strip() for name, path in _PARTS.items()}
    password = security.find(_PARTS["password"])
    kind = "" if password is None else password.get("Type", "")
    children = [child.tag for child in security if isinstance(child.tag, str)]
    other = {tag for tag in children if tag not in _KNOWN or children.count(tag) > 1}
    names = " ".join(sorted(etree.QName(tag).localname for tag in other))
    return found | {MARK + "type": kind, MARK + "other": names}


def token(header: Mapping[str, str]) -> Token | None:
    """The token of an opened header, None when there is none."""
    said = {name: header.get(MARK + name, "") for name in (*_PARTS, "type", "other")}
    if not any(said.values()):
        return None
    return Token(
        said["username"],
        said["password"],
        said["type"].endswith("#PasswordDigest"),
        said["nonce"],
        said["created"],
        said["from"],
        said["until"],
        said["other"],
    )


def without_token(header: Mapping[str, str]) -> dict[str, str]:
    """The header when the token has done its duty."""
    return {name: value for name, value in header.items() if not name.startswith(MARK)}


def digest(nonce: bytes, created: str, password: str) -> str:
    """PasswordDigest; SHA-1 is the profile's choice."""
    made = hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False)
    return base64.b64encode(made.digest()).decode()


def security(username: str, password: str, nonce: bytes, created: str, *, as_digest: bool = True) -> Any:
    """A Security element with one UsernameToken, for the side that sends."""
    root = etree.Element(SECURITY, nsmap={"wsse": WSSE, "wsu": WSU})
    inside = etree.SubElement(root, f"{{{WSSE}}}UsernameToken")
    etree.SubElement(inside, f"{{{WSSE}}}Username").text = username
    kind = f"{PROFILE}#{'PasswordDigest' if as_digest else 'PasswordText'}"
    said = digest(nonce, created, password) if as_digest else password
    etree.SubElement(inside, f"{{{WSSE}}}Password", Type=kind).text = said
    etree.SubElement(inside, f"{{{WSSE}}}Nonce", EncodingType=BASE64).text = base64.b64encode(nonce).decode()
    etree.SubElement(inside, f"{{{WSU}}}Created").text = created
    return root
