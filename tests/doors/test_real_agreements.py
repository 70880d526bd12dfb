"""The doors with the bundled agreements, behind a real server, called by an independent client."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from zeep import Client

from adapters.channels.zeep_transport import ZeepTransport
from adapters.doors.asgi import build
from interfaces.agreement import Agreement
from interfaces.envelope.soap_plain import SOAP
from interfaces.message import Message
from interfaces.spec.loader import load_spec
from tests.doors.parts import fake_hub
from tests.doors.test_exchange import document, response

SYSTEMS = Path(str(files("interfaces"))) / "systems"
EXAMPLE = (SYSTEMS / "CHAN/order-intake/examples/install-voice.request.xml").read_text("utf-8")


@pytest.fixture(scope="module")
def agreements() -> dict[str, Any]:
    folders = {"order-intake": "CHAN/order-intake", "contractroot-query": "GROUP/contractroot-query"}
    return {name: Agreement(load_spec(SYSTEMS / folder / "spec.yaml")) for name, folder in folders.items()}


@pytest.fixture
def hub(agreements: dict[str, Any]) -> Any:
    hub = fake_hub(agreements)
    hub.intake.outcome = lambda inbound: _reply(inbound.received)
    return hub


def _reply(received: Any) -> Message:
    bodies = {
        "ProductOrder": {"externalId": received.message.key or "-", "id": "ord_1", "state": "acknowledged"},
        "CustomerQuery": {"id": "200000000042", "name": "张示例"},
    }
    reply = received.operation.reply
    return Message("msg_2", reply.type_name, "HUB", bodies[received.message.type])


@pytest.fixture
def url(hub: Any) -> Iterator[str]:
    doors = build(hub)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await doors["/" + scope["path"].split("/")[1]](scope, receive, send)

    config = uvicorn.Config(app, port=0, lifespan="off", log_level="error", http="httptools")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.005)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def zeep_client(url: str, path: str, folder: Path) -> Any:
    """A client made from the WSDL that the door serves, calling where the server really is."""
    wsdl = folder / "served.wsdl"
    wsdl.write_bytes(httpx.get(f"{url}{path}?wsdl").content)
    client = Client(str(wsdl), transport=ZeepTransport(timeout=10))
    return client.create_service(next(iter(client.wsdl.bindings)), url + path)


def post(url: str, body: bytes, content_type: str = "text/xml; charset=utf-8") -> httpx.Response:
    return httpx.post(f"{url}/soap/order-intake", content=body, headers={"content-type": content_type})


def test_the_agreed_example_is_accepted(url: str, hub: Any) -> None:
    answer = post(url, EXAMPLE.encode())
    assert answer.status_code == 200
    assert "submitOrderResponse" in answer.text
    assert hub.intake.submitted[0].received.message.type == "ProductOrder"


def test_a_gb18030_order_is_answered_in_gb18030(url: str) -> None:
    text = EXAMPLE.partition("?>")[2] if EXAMPLE.startswith("<?xml") else EXAMPLE
    answer = post(url, text.encode("gb18030"), "text/xml; charset=GBK")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/xml; charset=gb18030"


ATTACKS = {
    "doctype": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
    "not xml": "{}",
    "deep": "<a>" * 20_000,
    "no envelope": "<order/>",
    "wrong operation": f'<s:Envelope xmlns:s="{SOAP}"><s:Body><destroy/></s:Body></s:Envelope>',
    "two bodies": f'<s:Envelope xmlns:s="{SOAP}"><s:Body/><s:Body/></s:Envelope>',
    "NUL": EXAMPLE.replace("CH-", "CH\0"),
    "an order without its number": EXAMPLE.replace("orderNo", "orderNumber"),
}


@pytest.mark.parametrize("body", ATTACKS.values(), ids=ATTACKS.keys())
def test_bad_requests_get_a_fault_with_an_incident_and_the_door_stays_open(url: str, hub: Any, body: str) -> None:
    answer = post(url, body.encode())
    assert answer.status_code in (413, 500)
    assert "Fault>" in answer.text
    assert "msg_refused1" in answer.text
    assert hub.intake.submitted == []
    assert post(url, EXAMPLE.encode()).status_code == 200


MUST = '<soapenv:Header><a:S xmlns:a="urn:a" soapenv:mustUnderstand="{}" {}/></soapenv:Header><soapenv:Body>'


@pytest.mark.parametrize("said", ["1", "true"])
def test_a_header_that_must_be_understood_is_refused_in_soaps_own_words(url: str, said: str) -> None:
    answer = post(url, EXAMPLE.replace("<soapenv:Body>", MUST.format(said, "")).encode())
    assert "<faultcode>soap:MustUnderstand</faultcode>" in answer.text


def test_a_header_for_somebody_else_on_the_way_is_not_ours_to_judge(url: str) -> None:
    header = MUST.format("1", 'soapenv:actor="urn:another"')
    assert post(url, EXAMPLE.replace("<soapenv:Body>", header).encode()).status_code == 200


def test_a_broken_gbk_order_is_refused_in_its_charset(url: str) -> None:
    body = EXAMPLE.replace("UTF-8", "GBK").encode("gbk")[:-20]
    assert post(url, body, "text/xml; charset=GBK").headers["content-type"] == "text/xml; charset=gb18030"


def test_zeep_places_an_order_by_the_wsdl_we_serve(url: str, tmp_path: Path, hub: Any) -> None:
    service = zeep_client(url, "/soap/order-intake", tmp_path)
    item = {"itemNo": "1", "itemAction": "ADD", "businessType": "INSTALL", "productCode": "VOICE"}
    answer = service.submitOrder(sourceSystem="CHAN", requestId="R-1", orderNo="O-1", lanId="8330100", orderItem=[item])
    assert (answer.orderNo, answer.hubOrderId) == ("O-1", "ord_1")
    assert hub.intake.submitted[0].received.message.exchange_id == "R-1"


def test_zeep_calls_exchange_by_the_wsdl_we_serve(url: str, tmp_path: Path) -> None:
    query = "<QryInfoReq><InfoTypeID>31</InfoTypeID><CodeType>11</CodeType><CodeValue>200000000042</CodeValue>"
    service = zeep_client(url, "/soap/exchange", tmp_path)
    out = service.exchange(document(f"{query}<LanID>8330100</LanID></QryInfoReq>"))
    told = response(out.encode())
    assert (told["RspCode"], told["CustName"]) == ("0000", "张示例")


def test_zeep_gets_a_contractroot_answer_and_no_fault_for_bad_content(url: str, tmp_path: Path) -> None:
    out = zeep_client(url, "/soap/exchange", tmp_path).exchange("no document")
    assert response(out.encode())["RspCode"] == "9241"
