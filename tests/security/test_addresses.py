"""Attacks 27, 30 and 59: an address that comes with a message is written down with it, and nobody calls there."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from tests.flow.house import until
from tests.security import bodies
from tests.security.answers import told
from tests.security.bodies import EXCHANGE, HTTP, INTAKE, OWN, SOAP, TMF
from tests.security.case import JSON, XML
from tests.security.hub import Hub
from tests.security.raw import ask, request

WSA = ("http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing")
PLACES = ("To", "From", "ReplyTo", "FaultTo", "AcksTo")


@pytest.fixture
def bait() -> Iterator[socket.socket]:
    """Somebody who waits for the hub's call."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def _addressing(url: str, namespace: str) -> str:
    parts = "".join(f"<a:{name}><a:Address>{url}</a:Address></a:{name}>" for name in PLACES[1:])
    return f'<a:Places xmlns:a="{namespace}">{parts}</a:Places>' + "".join(
        f'<a:{name} xmlns:a="{namespace}"><a:Address>{url}</a:Address></a:{name}>' for name in PLACES
    )


def test_no_address_of_a_message_is_called(hub: Hub, bait: socket.socket) -> None:
    url = f"http://127.0.0.1:{bait.getsockname()[1]}/x"
    headers = dict.fromkeys(("Callback", "Callback-URL", "Reply-To", "X-Forwarded-Host", "Referer", "Link"), url)
    noted = f', "note": [{{"text": "{url}"}}]'
    sent = [
        *((SOAP, XML, bodies.soap(bodies.order(), _addressing(url, wsa)), "200 reply") for wsa in WSA),
        (OWN, XML, bodies.soap(bodies.own_query(), _addressing(url, WSA[0])), "200 reply"),
        (EXCHANGE, XML, bodies.exchange("", header=_addressing(url, WSA[0])), "200 root 9241"),
        (HTTP, XML, bodies.contract_root(f"<CallbackUrl>{url}</CallbackUrl>"), "200 root 9006"),
        (SOAP, XML, bodies.soap(bodies.query(), attributes=f' xmlns:x="{url}" xml:base="{url}"'), "200 reply"),
        (SOAP, XML, bodies.soap(bodies.query(code=url)), "500 fault Client"),
        (TMF, JSON, bodies.tmf(noted), "201 json"),
        (TMF, JSON, bodies.tmf(f', "href": "{url}"'), "400 tmf invalid"),
        (TMF, JSON, bodies.tmf(f', "callback": "{url}"'), "400 tmf invalid"),
    ]
    answers = [
        ask(hub.port, request(path, body.encode(), {"Content-Type": kind, **headers})) for path, kind, body, _ in sent
    ]
    assert [told(answer) for answer in answers] == [want for *_, want in sent]
    taken = json.loads(answers[7].body)["id"]
    until(lambda: _attempts(hub, taken), bool)  # its first tasks have been on their way
    with pytest.raises(BlockingIOError):
        bait.accept()
    wsdl = ask(hub.port, request(f"{SOAP}?wsdl", method="GET", headers=headers | {"Host": f"127.0.0.1:{hub.port}"}))
    assert INTAKE in wsdl.text
    assert url not in wsdl.text


def _attempts(hub: Hub, order: str) -> int:
    return sum(task["attempt"] for task in hub.get(f"/api/v1/orders/{order}")["tasks"])
