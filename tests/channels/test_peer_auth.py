"""The hub proves who it is at a peer, below the journal."""

from __future__ import annotations

import base64

import pytest

from adapters.peer_auth import PeerAuth
from hub.identity import token
from interfaces.clock import real_now
from interfaces.codec import safe_xml
from interfaces.envelope import wsse
from interfaces.envelope.soap_plain import SOAP
from interfaces.failure import Failure
from interfaces.wire import WireMessage

ENVELOPE = f'<s:Envelope xmlns:s="{SOAP}"><s:Body><a>中</a></s:Body></s:Envelope>'
REQUEST = WireMessage(ENVELOPE.encode(), "text/xml; charset=utf-8", {"soapaction": '"x"'})


@pytest.mark.parametrize(
    ("secret", "name", "value"),
    [
        ("basic hub:word", "authorization", "Basic " + base64.b64encode(b"hub:word").decode()),
        ("bearer abc", "authorization", "Bearer abc"),
        ("key abc", "x-api-key", "abc"),
    ],
)
def test_a_header_is_put_on(secret: str, name: str, value: str) -> None:
    proved = PeerAuth.of(secret, "RM").in_envelope(REQUEST, "utf-8")
    assert proved.headers == {"soapaction": '"x"', name: value}
    assert proved.body == REQUEST.body


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_fresh_token_that_our_own_gate_would_take(encoding: str) -> None:
    request = WireMessage(safe_xml.serialize(safe_xml.parse(REQUEST), encoding), f"text/xml; charset={encoding}")
    auth = PeerAuth.of("token hub:word", "RM")
    one, two = (auth.in_envelope(request, encoding) for _ in range(2))
    assert one.body != two.body
    root = safe_xml.parse(one)
    said = wsse.token(wsse.entries(root.find(f"{{{SOAP}}}Header")[0]))
    assert said is not None
    token.check_form(said, real_now())
    assert said.username == "hub"
    assert token.matches(said, "word")
    assert root.find(f"{{{SOAP}}}Body/a").text == "中"


def test_nothing_configured_changes_nothing() -> None:
    assert PeerAuth.of("", "RM").in_envelope(REQUEST, "utf-8") is REQUEST


@pytest.mark.parametrize("secret", ["s3cret", "basic s3cret", "token s3cret", "magic s3cret"])
def test_a_secret_of_no_known_form_is_not_quoted(secret: str) -> None:
    with pytest.raises(Failure) as refused:
        PeerAuth.of(secret, "RM")
    assert "s3cret" not in str(refused.value)
