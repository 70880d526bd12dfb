"""One ContractRoot agreement on both sides, in every form of the content."""

import re
from pathlib import Path

import pytest

from interfaces.agreement import Agreement
from interfaces.clock import VirtualClock
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.loader import parse_spec
from interfaces.spec.registry import BundledRegistry
from interfaces.wire import WireMessage
from tests.envelope.messages import response

SPEC = """\
apiVersion: mboss/v1
kind: Interface
metadata: {{id: sample, version: 1.0.0, system: GROUP, owner: "team:x", lifecycle: production, title: {{en: Sample}}}}
spec:
  direction: outbound
  transport:
    kind: soap
    envelope: contract-root
    encoding: {encoding}
    settings:
      content: {form}
      as:
        {{SrcOrgID: "609903", SrcSysID: "6099030005", DstOrgID: "100000", DstSysID: "1000000001", SrcSysSign: example}}
  errors:
    result: {{code: Rsp.ResultCode, message: Rsp.ResultMsg, ok: ["0"]}}
    business: [{{match: "-1", code: rejected, note: no such order}}, {{match: "*", code: rejected}}]
  operations:
    notify:
      pattern: request-reply
      wire: {{busCode: BUS70002, serviceCode: SVC70052, contractVersion: SVC7005220260701}}
      request: {{type: OrderEvent@1, mapping: [[externalId, Req.No], [state, Req.St], [area, Req.Lan]]}}
      reply:
        type: OrderEventResult@1
        mapping: [[externalId, Rsp.No], [state, ~, const: received], [~, Rsp.ResultCode, const: "0"]]
"""
BODY = {"externalId": "订单-1", "state": "completed", "area": "8330100"}
EVENT = Message(id="msg_1", type="OrderEvent", source="CRM", body=BODY, key="订单-1", priority=3)


def agreement(form: str, encoding: str = "utf-8") -> Agreement:
    return Agreement(parse_spec(SPEC.format(form=form, encoding=encoding), Path("nowhere/sample.yaml")))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("form", ["xml", "cdata-xml", "cdata-json", "json"])
def test_both_sides_understand_each_other(form, encoding):
    one = agreement(form, encoding)
    received = one.read_request(one.write_request("notify", EVENT))
    assert received.message.body == BODY
    assert (received.message.source, received.message.priority) == ("6099030005", 3)
    assert received.header[":encoding"] == encoding
    result = Message("msg_2", "OrderEventResult", "GROUP", {"externalId": "订单-1", "state": "received"})
    assert one.read_reply("notify", one.write_reply(received, result), EVENT).body == result.body


def test_each_request_has_a_transaction_of_its_own():
    one = agreement("xml")
    ids = {one.read_request(one.write_request("notify", EVENT)).message.exchange_id for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch(r"6099030005\d{18}", each) for each in ids)


RESULTS = [
    (response("9", "9016"), "timeout"),
    (response("9", "9004"), "timeout"),
    (response("9", "9999"), "timeout"),
    (response("9", "9017"), "unavailable"),
    (response("9", "9018"), "duplicate"),
    (response("0", "0000", "<Rsp><ResultCode>-1</ResultCode><ResultMsg>无</ResultMsg></Rsp>"), "rejected"),
    (response("0", "0000", "<Rsp/>"), "timeout"),
    (response("0", "0000"), "timeout"),
    (b"<html/>", "timeout"),
]


@pytest.mark.parametrize(("body", "code"), RESULTS)
def test_the_exchange_is_judged_first_and_then_the_business(body, code):
    with pytest.raises(Failure) as caught:
        agreement("xml").read_reply("notify", WireMessage(body, "text/xml"), EVENT)
    assert caught.value.code == code


def test_a_refused_request_is_answered_in_its_own_charset_with_its_own_transaction():
    one = agreement("xml", "gb18030")
    wire = one.write_request("notify", EVENT)
    broken = WireMessage(wire.body.replace(b"BUS70002", b"BUS7"), wire.content_type)
    with pytest.raises(Failure) as caught:
        one.read_request(broken)
    answer = one.write_failure(None, caught.value, "9002")
    assert "gb18030" in answer.content_type
    assert re.search(rb"<TransactionID>6099030005\d{18}</TransactionID>", answer.body)


def test_a_service_this_interface_does_not_have_is_refused():
    one = agreement("xml")
    wire = one.write_request("notify", EVENT)
    other = wire.body.replace(b"SVC70052", b"SVC70053")
    with pytest.raises(Failure, match="names no operation"):
        one.read_request(WireMessage(other, wire.content_type))


def test_an_answer_carries_the_hubs_own_time():
    at = 1_790_000_000_000_000
    agreement = Agreement(BundledRegistry().get("contractroot-query").spec, clock=VirtualClock(at))
    answer = agreement.write_failure(None, Failure("unavailable", "down"), "9016")
    assert b"<RspTime>20260921221320</RspTime>" in answer.body
