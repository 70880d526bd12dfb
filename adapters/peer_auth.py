"""How the hub proves who it is at a peer: ``[peers.RM] auth = "env:RM_AUTH"``, put on below the journal.

The secret is ``FORM VALUE``: ``basic NAME:PASSWORD``, ``bearer TOKEN``, ``key KEY`` (X-API-Key), and for SOAP
``token NAME:PASSWORD`` (WS-Security UsernameToken with PasswordDigest).
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from interfaces.clock import SECOND, real_now, to_rfc3339
from interfaces.codec import safe_xml
from interfaces.envelope import wsse
from interfaces.envelope.soap_plain import SOAP
from interfaces.failure import Failure
from interfaces.wire import WireMessage

_HEADERS: Final[Mapping[str, Callable[[str], dict[str, str]]]] = {
    "basic": lambda value: {"authorization": f"Basic {base64.b64encode(value.encode()).decode()}"},
    "bearer": lambda value: {"authorization": f"Bearer {value}"},
    "key": lambda value: {"x-api-key": value},
    "token": lambda value: {},
}


@dataclass(frozen=True, slots=True)
class PeerAuth:
    """``headers`` go with every request; ``token`` is (name, password) of a UsernameToken."""

    headers: Mapping[str, str]
    token: tuple[str, str] | None = None

    @classmethod
    def of(cls, secret: str, code: str) -> PeerAuth:
        """Failure ``invalid`` for a form nobody knows; the secret is not quoted."""
        form, _, value = secret.strip().partition(" ")
        if not secret.strip():
            return cls({})
        if form not in _HEADERS or not value or (form in ("basic", "token") and ":" not in value):
            raise Failure(
                "invalid",
                f"the secret of peer {code} has no form that is known",
                where=f"[peers.{code}] auth",
                advice="it is: basic NAME:PASSWORD, bearer TOKEN, key KEY, or token NAME:PASSWORD",
            )
        name, _, password = value.partition(":")
        return cls(_HEADERS[form](value), (name, password) if form == "token" else None)

    def on(self, request: WireMessage) -> WireMessage:
        """The request with the headers that prove us."""
        return replace(request, headers={**request.headers, **self.headers}) if self.headers else request

    def in_envelope(self, request: WireMessage, encoding: str) -> WireMessage:
        """``on``, and a fresh UsernameToken in a SOAP envelope's Header where one is agreed."""
        if self.token is None:
            return self.on(request)
        root = safe_xml.parse(request)
        header = root.find(f"{{{SOAP}}}Header")
        if header is None:
            header = etree.Element(f"{{{SOAP}}}Header")
            root.insert(0, header)
        created = to_rfc3339(real_now() // SECOND * SECOND)
        header.append(wsse.security(*self.token, os.urandom(16), created))
        return replace(request, body=safe_xml.serialize(root, encoding))
