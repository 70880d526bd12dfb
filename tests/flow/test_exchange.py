"""ContractRoot on the wire of a running hub, by plain HTTP and by SOAP, as bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import httpx
import pytest

from tests.flow.exchange import DOORS, NINES, Reply, by_http, sample, transaction_of
from tests.flow.house import House, until

Send = Callable[..., Reply]
RARE = "㐂𠀀䶮示例"
"""A name with characters that take four bytes in GB18030."""


@pytest.fixture(params=DOORS)
def send(request: pytest.FixtureRequest, house: House) -> Send:
    door = DOORS[request.param]

    def post(text: str | bytes, content_type: str = "text/xml; charset=utf-8") -> Reply:
        return door(house.url, text.encode() if isinstance(text, str) else text, content_type)

    return post


def test_a_customer_query_is_answered_from_the_crm_core(send: Send, house: House) -> None:
    text = sample("customer_query.xml")
    reply = send(text)
    assert (reply.code, reply.transaction) == ("0000", transaction_of(text))
    assert (reply.leaves["CustID"], reply.leaves["CustName"]) == ("200000000042", "张示例")


def test_an_order_with_json_in_cdata_is_completed(send: Send, house: House) -> None:
    number = house.order().external_id
    reply = send(sample("ftth_install.xml").replace("WEB-20261103-0001", number))
    assert reply.code == "0000"
    result = json.loads(reply.leaves["SvcCont"])["orderResp"]
    assert (result["resultCode"], result["extCustOrderId"]) == ("0", number)
    assert house.ended(result["orderId"])["reached"] == "completed"


def test_five_header_faults_are_all_named_in_one_9002(send: Send) -> None:
    text = sample("header_faults.xml")
    reply = send(text)
    assert (reply.code, reply.leaves["RspType"], reply.transaction) == ("9002", "9", transaction_of(text))
    for field in ("TransactionID", "BusCode", "ServiceContractVer", "ServiceLevel", "SrcSysSign"):
        assert field in reply.words


@pytest.mark.parametrize("body", ["", " ", "order please", "<ContractRoot><TcpCont>", "{", "\x00\x01"])
def test_what_cannot_be_read_gets_28_nines(house: House, body: str) -> None:
    reply = by_http(house.url, body.encode())
    assert (reply.transaction, reply.leaves["RspType"]) == (NINES, "9")
    assert reply.code in ("9241", "9242", "9006")


def test_an_unknown_service_is_refused_by_name(send: Send) -> None:
    reply = send(sample("customer_query.xml").replace("SVC11001", "SVC99999"))
    assert reply.code == "9002"
    assert "ServiceCode" in reply.words


def test_a_repeated_transaction_id_is_9018_and_names_the_first(send: Send, house: House) -> None:
    text = sample("customer_query.xml")
    assert send(text).code == "0000"
    again = send(text)
    assert (again.code, again.transaction) == ("9018", transaction_of(text))
    asked = {"exchange_id": transaction_of(text), "direction": "in", "outcome": "ok"}
    (first,) = house.hubs.get("/api/v1/messages", **asked)["items"]
    assert first["id"] in again.words


def test_a_refused_request_does_not_burn_its_transaction_id(send: Send) -> None:
    good = sample("customer_query.xml")
    bad = good.replace("<ServiceLevel>2<", "<ServiceLevel>22<")
    assert [send(bad).code, send(bad).code, send(good).code, send(good).code] == ["9002", "9002", "0000", "9018"]


def test_a_repeated_order_number_under_a_new_transaction_id_is_the_same_order(send: Send, house: House) -> None:
    number = house.order().external_id
    first, second = (send(sample("ftth_install.xml").replace("WEB-20261103-0001", number)) for _ in range(2))
    assert (first.code, second.code) == ("0000", "0000")
    assert first.leaves["SvcCont"] == second.leaves["SvcCont"]


@pytest.mark.parametrize("told", ["declaration", "header", "both"])
def test_gb18030_in_gives_gb18030_out_and_keeps_every_character(send: Send, house: House, told: str) -> None:
    order = house.order()
    text = sample("ftth_install.xml").replace("WEB-20261103-0001", order.external_id)
    text = text.replace("230000000001", order.customer)
    install = send(*_in_gb18030(text, told))
    assert install.code == "0000"
    house.ended(json.loads(install.leaves["SvcCont"])["orderResp"]["orderId"])

    reply = send(*_in_gb18030(sample("customer_query.xml").replace("200000000042", order.customer), told))
    assert reply.leaves["CustName"] == RARE
    assert "gb18030" in reply.content_type.lower()
    assert RARE.encode("gb18030") in reply.body


def test_the_original_bytes_stand_in_the_journal(house: House) -> None:
    body, content_type = _in_gb18030(sample("customer_query.xml"), "declaration")
    by_http(house.url, body, content_type)
    asked = {"exchange_id": transaction_of(body.decode("gb18030")), "direction": "in"}
    (row,) = until(lambda: house.hubs.get("/api/v1/messages", **asked)["items"], bool)
    assert httpx.get(f"{house.url}/api/v1/messages/{row['id']}/raw", trust_env=False).content == body


def test_a_whole_message_as_json_is_answered_as_json(house: House) -> None:
    text = sample("customer_query.json")
    reply = by_http(house.url, text.encode(), "application/json")
    assert (reply.code, reply.transaction) == ("0000", transaction_of(text))
    assert reply.text.startswith("{")
    assert reply.leaves["CustName"] == "张示例"


def test_a_byte_order_mark_is_no_fault(send: Send) -> None:
    assert send("\ufeff" + sample("customer_query.xml")).code == "0000"


def _in_gb18030(text: str, told: str) -> tuple[bytes, str]:
    """The document in GB18030, said by its declaration, by the HTTP header, or by both."""
    declared = "GB18030" if told != "header" else ""
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = re.sub(r"^<\?xml[^>]*\?>", declaration, text)
    return text.encode("gb18030"), "text/xml; charset=GB18030" if told != "declaration" else "text/xml"
