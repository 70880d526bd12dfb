"""The SOAP agreements between the hub and partners that are built on other stacks."""

from __future__ import annotations

import pytest
import zeep
from lxml import etree

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.wire import WireMessage
from tests.systems.bundle import bundled
from tests.systems.test_examples import body, example_of, message, wire

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
RM = "http://rm.example.cn/rm-resource/v1"


def sent_by_zeep(name: str, operation: str, **fields: object) -> WireMessage:
    """What an independent client sends for these fields."""
    spec = bundled()[name]
    client = zeep.Client(str(spec.folder / spec.transport.contract))
    element = client.create_message(client.service, operation, **fields)
    return WireMessage(etree.tostring(element), "text/xml; charset=utf-8")


def test_the_smallest_order_of_an_independent_client_is_understood():
    item = {"itemNo": "1", "itemAction": "ADD", "offerCode": "FTTH-300M"}
    sent = sent_by_zeep(
        "order-intake",
        "submitOrder",
        sourceSystem="CHAN",
        requestId="r-1",
        orderNo="CH-1",
        lanId="8330100",
        orderItem=[item],
    )
    received = Agreement(bundled()["order-intake"]).read_request(sent)
    assert received.message.body == {
        "externalId": "CH-1",
        "area": "8330100",
        "productOrderItem": [{"id": "1", "action": "add", "productOffering": {"id": "FTTH-300M"}}],
    }
    assert (received.message.source, received.message.exchange_id) == ("CHAN", "r-1")


def test_an_independent_client_reads_what_the_hub_answers():
    spec, operation, files = example_of("order-intake", "query-customer")
    agreement = Agreement(spec)
    asked = agreement.read_request(wire(spec, operation, files["request"]))
    answer = agreement.write_reply(asked, message(operation.reply, body(spec, files["canonicalReply"]), spec))
    client = zeep.Client(str(spec.folder / spec.transport.contract))
    read = client.service._operations["queryCustomer"]  # the proxy would call out
    binding = read._proxy._binding
    got = binding.get("queryCustomer").process_reply(etree.fromstring(answer.body))
    assert (got.custName, got.product[0].accNbr) == ("张示例", "0571-80000042")


@pytest.mark.parametrize("name", [n for n, s in bundled().items() if s.transport.envelope == "soap-plain"])
def test_a_request_carries_the_action_of_the_contract(name):
    spec = bundled()[name]
    for example in spec.examples:
        operation = spec.operations[example["operation"]]
        written = Agreement(spec).write_request(
            operation.name, message(operation.request, body(spec, example["canonical"]), spec)
        )
        assert written.headers["soapaction"].endswith(f"v1/{operation.wire['operation']}")


def answered(code: str, *, operation: str = "reserve", root: str = "reserveResourceResponse", extra: str = "") -> None:
    """RM answers our reserve request like this."""
    namespace = "http://rm.example.cn/rm-resource/v1"
    reply = f'<{root} xmlns="{namespace}"><requestNo>task_1</requestNo>{code}{extra}</{root}>'
    bytes_ = f'<e:Envelope xmlns:e="{ENVELOPE}"><e:Body>{reply}</e:Body></e:Envelope>'.encode()
    asked = Message("msg_1", "ResourceOrder", "HUB", {"externalId": "task_1", "area": "8330100", "action": operation})
    Agreement(bundled()["rm-resource"]).read_reply(
        operation, WireMessage(bytes_, "text/xml", {":status": "200"}), asked
    )


@pytest.mark.parametrize(
    ("code", "failure"),
    [("1001", "rejected"), ("1002", "rejected"), ("4711", "rejected"), ("9001", "unavailable")],
)
def test_a_refusal_of_rm_keeps_its_own_code(code, failure):
    with pytest.raises(Failure) as caught:
        answered(f"<resultCode>{code}</resultCode><resultMsg>no</resultMsg>")
    assert (caught.value.code, caught.value.detail["code"]) == (failure, code)


@pytest.mark.parametrize(
    "broken",
    [
        {"code": "<resultCode>0</resultCode>", "root": "holdResourceResponse"},
        {"code": ""},
        {"code": "<resultCode>0</resultCode>", "extra": "<surprise/>"},
    ],
    ids=["another root element", "no result code", "an element nobody agreed"],
)
def test_an_answer_that_breaks_the_contract_is_an_unknown_outcome(broken):
    with pytest.raises(Failure) as caught:
        answered(**broken)
    assert (caught.value.code, caught.value.reason) == ("timeout", "reply")


@pytest.mark.parametrize(
    ("fault", "failure"), [("Server.Busy", "unavailable"), ("Client", "internal"), ("Server", "timeout")]
)
def test_a_soap_fault_says_nothing_was_done_only_when_it_says_busy(fault, failure):
    said = f"<e:Fault><faultcode>e:{fault}</faultcode><faultstring>no</faultstring></e:Fault>"
    bytes_ = f'<e:Envelope xmlns:e="{ENVELOPE}"><e:Body>{said}</e:Body></e:Envelope>'.encode()
    asked = Message("msg_1", "ResourceOrder", "HUB", {"externalId": "task_1", "area": "8330100", "action": "hold"})
    with pytest.raises(Failure) as caught:
        Agreement(bundled()["rm-resource"]).read_reply(
            "hold", WireMessage(bytes_, "text/xml", {":status": "500"}), asked
        )
    assert caught.value.code == failure


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ("2026-10-16T18:00:00+08:00", "2026-10-16T18:00:00+08:00"),
        ("2026-10-16T18:00:00", "2026-10-16T18:00:00+08:00"),
        ("2026-10-16T10:00:00Z", "2026-10-16T10:00:00+00:00"),
        ("2026-10-16T18:00:00.500+08:00", "2026-10-16T18:00:00.500000+08:00"),
    ],
)
def test_a_time_of_a_channel_without_an_offset_is_local(sent, understood):
    mapping = Agreement(bundled()["order-intake"]).mapping("submitOrder")
    assert mapping.to_canonical({"requiredTime": sent})["requestedCompletionDate"] == understood


def test_a_time_of_the_hub_reaches_a_channel_in_local_time():
    mapping = Agreement(bundled()["order-intake"]).mapping("submitOrder", reply=True)
    assert mapping.to_wire({"orderDate": "2026-10-12T02:15:01Z"})["acceptTime"] == "2026-10-12T10:15:01+08:00"


def test_a_time_that_is_none_is_refused():
    mapping = Agreement(bundled()["order-intake"]).mapping("submitOrder")
    with pytest.raises(Failure, match="2026-10-15"):
        mapping.to_canonical({"requiredTime": "tomorrow"})


def test_a_query_that_finds_nothing_is_answered_with_nothing():
    rm, channel = Agreement(bundled()["rm-resource"]), Agreement(bundled()["order-intake"])
    found = (
        f'<e:Envelope xmlns:e="{ENVELOPE}"><e:Body><r:queryResourceResponse xmlns:r="{RM}">'
        "<r:resultCode>0</r:resultCode></r:queryResourceResponse></e:Body></e:Envelope>"
    )
    spec, operation, files = example_of("order-intake", "query-numbers")
    asked = channel.read_request(wire(spec, operation, files["request"]))
    reply = rm.read_reply("queryNumbers", WireMessage(found.encode(), "text/xml"), asked.message)
    assert reply.body == {}
    assert b"resultCode>0<" in channel.write_reply(asked, reply).body
