"""The outside systems of the day: what they send, and what they make of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.demo import plays, wire
from hub.demo.channels import by_http_exchange, by_soap, by_soap_exchange, by_tmf622
from hub.demo.hubs import Hubs
from hub.demo.orders import make_order
from hub.demo.scenarios import FTTH, ONE, TWO, VOICE
from interfaces.codec import safe_xml
from interfaces.wire import WireMessage
from tests.demo.stub import Script, Stub, says, stub_hub

ORDER = make_order(7, ONE, FTTH)
ACCEPTED = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><r><hubOrderId>ord_1</hubOrderId>'
    b"<resultCode>0</resultCode></r></s:Body></s:Envelope>"
)
FAULT = (
    b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode>'
    b"<faultstring>no</faultstring></s:Fault></s:Body></s:Envelope>"
)


@contextmanager
def outside(data: Path, script: Script) -> Iterator[tuple[Hubs, Stub]]:
    hubs = Hubs(data)
    with stub_hub(data, script) as stub:
        yield hubs, stub
    hubs.close()


def contract_root(code: str, business_code: str = "0") -> bytes:
    """The portal's answer: exchange level and, in CDATA, the business level."""
    header = f"<TcpCont><RspCode>{code}</RspCode></TcpCont>"
    business = wire.cdata({"orderResp": {"resultCode": business_code, "orderId": "ord_3"}})
    return f"<ContractRoot>{header}<SvcCont>{business}</SvcCont></ContractRoot>".encode()


def test_the_soap_channel_sends_the_agreed_fields(tmp_path: Path) -> None:
    with outside(tmp_path, says(200, ACCEPTED)) as (hubs, stub):
        answer = by_soap(hubs, ORDER)
    path, body = stub.received[0]
    element = safe_xml.parse(WireMessage(body, "text/xml")).find(f".//{{{wire.INTAKE}}}submitOrder")
    assert path == "/soap/order-intake"
    assert answer.taken
    assert answer.order_id == "ord_1"
    assert element is not None
    assert element.findtext(f"{{{wire.INTAKE}}}orderNo") == "DAY-000007"


def test_a_soap_fault_is_not_taken(tmp_path: Path) -> None:
    with outside(tmp_path, says(500, FAULT)) as (hubs, _):
        assert not by_soap(hubs, ORDER).taken


def test_the_tmf_client_reads_the_id(tmp_path: Path) -> None:
    with outside(tmp_path, says(201, {"id": "ord_2"})) as (hubs, stub):
        assert by_tmf622(hubs, ORDER).order_id == "ord_2"
    assert json.loads(stub.received[0][1])["externalId"] == "DAY-000007"


@pytest.mark.parametrize(("code", "taken"), [("0000", True), ("9002", False)])
def test_the_portal_reads_the_exchange_level(tmp_path: Path, code: str, taken: bool) -> None:
    with outside(tmp_path, says(200, contract_root(code))) as (hubs, _):
        assert by_http_exchange(hubs, ORDER).taken is taken


def test_the_portal_reads_the_business_level_too(tmp_path: Path) -> None:
    with outside(tmp_path, says(200, contract_root("0000", "9001"))) as (hubs, _):
        assert not by_http_exchange(hubs, ORDER).taken


def test_the_soap_exchange_carries_the_document_as_text(tmp_path: Path) -> None:
    out = wire.soap(wire.EXCHANGE, "exchangeResponse", {"out": contract_root("0000").decode()})
    with outside(tmp_path, says(200, out)) as (hubs, stub):
        assert by_soap_exchange(hubs, ORDER).taken
    sent = safe_xml.parse(WireMessage(stub.received[0][1], "text/xml")).findtext(f".//{{{wire.EXCHANGE}}}in0")
    assert "<![CDATA[" in (sent or "")


def test_every_transaction_id_is_new_and_as_long_as_agreed() -> None:
    ids = {
        safe_xml.parse(wire.contract_root(wire.transaction_id("1000000206"), wire.ORDER, "")).findtext(
            ".//TransactionID"
        )
        for _ in range(5)
    }
    assert len(ids) == 5
    assert {len(one or "") for one in ids} == {28}


def test_text_is_escaped_and_what_is_empty_left_out() -> None:
    assert wire.xml({"a": "<&>", "b": "", "c": None, "d": [{"e": 1}, {"e": 2}]}) == (
        "<a>&lt;&amp;&gt;</a><d><e>1</e></d><d><e>2</e></d>"
    )


def test_a_duplicate_that_gets_another_order_is_noticed(tmp_path: Path) -> None:
    ids = iter(("ord_1", "ord_2"))
    script: Script = lambda *_: (200, ACCEPTED.replace(b"ord_1", next(ids).encode()))  # noqa: E731
    with outside(tmp_path, script) as (hubs, _):
        assert plays.install_twice(hubs, "soap", ORDER).reached == "duplicate"


def test_a_number_that_is_not_offered_ends_the_play(tmp_path: Path) -> None:
    with outside(tmp_path, says(200, ACCEPTED)) as (hubs, stub):
        told = plays.choose_and_install(hubs, "soap", make_order(1, TWO, VOICE, "0574-81000001"))
    assert told.reached == "rejected"
    assert len(stub.received) == 1


def test_a_query_is_answered_only_with_what_was_asked_for(tmp_path: Path) -> None:
    with outside(tmp_path, says(200, ACCEPTED)) as (hubs, _):
        assert plays.ask_arrears(hubs, "soap", ORDER).reached == "rejected"
    with outside(tmp_path, says(200, ACCEPTED.replace(b"hubOrderId", b"amount"))) as (hubs, _):
        assert plays.ask_arrears(hubs, "soap", ORDER).reached == "answered"
