from __future__ import annotations

from pathlib import Path

import httpx
import pytest
import respx
from zeep import Client
from zeep.exceptions import Fault, TransportError

from adapters.channels.rest import RestChannel
from adapters.channels.soap import SoapChannel
from adapters.channels.zeep_transport import ZeepTransport
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.wire import WireMessage
from tests.channels.parts import operation, spec

ADDRESS = "http://rm.example.cn/soap"
SOAP = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'


def soap_call(headers: dict[str, str] | None = None, wire: dict[str, str] | None = None) -> WireMessage:
    channel = SoapChannel(spec("soap"), Peer("RM", ADDRESS))
    request = WireMessage(b"<e/>", headers=headers or {})
    return channel.call(operation(**(wire or {})), request, Deadline.after(5))


@respx.mock
def test_soap_posts_to_the_configured_address_with_a_quoted_action() -> None:
    route = respx.post(ADDRESS).respond(200, text="<ok/>", content_type="text/xml")
    reply = soap_call({"soapaction": "urn:fromEnvelope"}, {"action": "urn:fromSpec"})
    sent = route.calls.last.request
    assert sent.headers["soapaction"] == '"urn:fromEnvelope"'
    assert sent.headers["content-type"] == "text/xml; charset=utf-8"
    assert sent.headers["accept-encoding"] == "identity"
    assert (reply.body, reply.headers[":status"]) == (b"<ok/>", "200")


@respx.mock
def test_soap_takes_the_action_of_the_spec_when_the_envelope_has_none() -> None:
    route = respx.post(ADDRESS).respond(200)
    soap_call(wire={"action": "urn:fromSpec"})
    assert route.calls.last.request.headers["soapaction"] == '"urn:fromSpec"'


@respx.mock
@pytest.mark.parametrize("status", [404, 500, 503])
def test_error_statuses_come_back_with_their_body(status: int) -> None:
    respx.post(ADDRESS).respond(status, text="<Fault/>")
    reply = soap_call()
    assert (reply.headers[":status"], reply.body) == (str(status), b"<Fault/>")


@respx.mock
@pytest.mark.parametrize(
    ("error", "code"),
    [(httpx.ConnectError("refused"), "unavailable"), (httpx.ConnectTimeout("no"), "unavailable")],
)
def test_a_peer_that_cannot_be_reached_is_unavailable(error: Exception, code: str) -> None:
    respx.post(ADDRESS).mock(side_effect=error)
    with pytest.raises(Failure) as caught:
        soap_call()
    assert caught.value.code == code


def rest_call(**headers: str) -> WireMessage:
    channel = RestChannel(spec("rest"), Peer("RM", "http://rm.example.cn/api/"))
    request = WireMessage(b"{}", "application/json", {f":{k}": v for k, v in headers.items()})
    return channel.call(operation(method="PUT", path="/numbers"), request, Deadline.after(5))


@respx.mock
def test_rest_joins_address_path_and_query() -> None:
    route = respx.get("http://rm.example.cn/api/numbers/057180000042?area=8330100").respond(200, json={})
    rest_call(method="GET", path="/numbers/057180000042", query="area=8330100")
    assert route.called


@respx.mock
def test_rest_takes_method_and_path_of_the_spec_when_the_envelope_has_none() -> None:
    route = respx.put("http://rm.example.cn/api/numbers").respond(201, json={"id": "1"})
    assert rest_call().headers[":status"] == "201"
    assert not any(name.startswith(":") for name in route.calls.last.request.headers)


@pytest.mark.parametrize("path", ["@elsewhere.example.cn/", "numbers", ".elsewhere.cn/"])
def test_a_path_can_never_change_the_host(path: str) -> None:
    with pytest.raises(Failure) as caught:
        rest_call(path=path)
    assert caught.value.code == "invalid"


@pytest.fixture
def client() -> Client:
    wsdl = Path(__file__).parents[2] / "interfaces/systems/RM/rm-resource/rm-resource.wsdl"
    return Client(str(wsdl), transport=ZeepTransport(timeout=5))


def ask(client: Client, address: str = ADDRESS) -> object:
    binding = next(iter(client.wsdl.bindings))
    return client.create_service(binding, address).queryRequest(requestNo="T-1", lanId="8330100")


@respx.mock
def test_zeep_calls_through_the_pool(client: Client) -> None:
    route = respx.post(ADDRESS).respond(500, text=SOAP.format("<s:Fault><faultcode>s:Server</faultcode></s:Fault>"))
    with pytest.raises(Fault):
        ask(client)
    assert b"T-1" in route.calls.last.request.content


@respx.mock
def test_zeep_gets_our_failure_when_nobody_answers(client: Client) -> None:
    respx.post(ADDRESS).mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(Failure) as caught:
        ask(client)
    assert caught.value.code == "unavailable"


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x.wsdl", "/nowhere/x.wsdl", "ftp://h/x"])
def test_contracts_are_never_fetched(address: str) -> None:
    with pytest.raises(TransportError, match="files only"):
        ZeepTransport().load(address)
