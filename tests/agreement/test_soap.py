"""One SOAP agreement, both sides: what the client writes the server reads, and the other way round."""

from pathlib import Path

import pytest

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.loader import load_spec
from interfaces.wire import WireMessage

HERE = Path(__file__).parent
AGREEMENT = Agreement(load_spec(HERE / "spec.yaml"))
BODY = {
    "externalId": "R-1",
    "area": "8330100",
    "action": "reserve",
    "resource": [{"id": "05718000", "type": "number"}],
}
REQUEST = Message(id="msg_1", type="ResourceOrder", source="HUB", body=BODY, key="R-1", area="8330100")


def envelope(body: str, header: str = "", namespace: str = "http://schemas.xmlsoap.org/soap/envelope/") -> bytes:
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f'<s:Envelope xmlns:s="{namespace}">{head}<s:Body>{body}</s:Body></s:Envelope>'.encode()


def reply(content: str, status: str = "200") -> WireMessage:
    inside = f'<reserveResponse xmlns="urn:sample:res">{content}</reserveResponse>'
    return WireMessage(envelope(inside), "text/xml", {":status": status})


def fault(code: str, status: str = "500") -> WireMessage:
    inside = f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>no</faultstring></s:Fault>"
    return WireMessage(envelope(inside), "text/xml", {":status": status})


def refusal(wire: WireMessage) -> Failure:
    with pytest.raises(Failure) as caught:
        AGREEMENT.read_reply("reserve", wire, REQUEST)
    return caught.value


def refused_request(body: bytes) -> Failure:
    with pytest.raises(Failure) as caught:
        AGREEMENT.read_request(WireMessage(body, "text/xml"))
    return caught.value


def test_what_the_client_writes_the_server_reads():
    wire = AGREEMENT.write_request("reserve", REQUEST)
    assert wire.headers["soapaction"] == "urn:reserve"
    received = AGREEMENT.read_request(wire)
    assert received.operation.name == "reserve"
    assert received.message.body == BODY
    assert (received.message.key, received.message.source) == ("R-1", "HUB")


def test_what_the_server_answers_the_client_reads():
    received = AGREEMENT.read_request(AGREEMENT.write_request("reserve", REQUEST))
    result = Message("msg_2", "ResourceOrderResult", "RM", {"externalId": "R-1", "state": "completed"})
    answer = AGREEMENT.read_reply("reserve", AGREEMENT.write_reply(received, result), REQUEST)
    assert answer.body == {"externalId": "R-1", "state": "completed"}
    assert (answer.source, answer.in_reply_to) == ("RM", "msg_1")


def test_a_gb18030_request_gets_a_gb18030_answer_and_fault():
    text = AGREEMENT.write_request("reserve", REQUEST).body.decode().partition("?>")[2]
    wire = WireMessage(text.encode("gb18030"), "text/xml; charset=gb18030")
    received = AGREEMENT.read_request(wire)
    result = Message("msg_2", "ResourceOrderResult", "RM", {"externalId": "R-1", "state": "completed"})
    assert b"GB18030" in AGREEMENT.write_reply(received, result).body
    with pytest.raises(Failure) as caught:
        AGREEMENT.read_request(WireMessage(wire.body.replace(b"requestNo", b"other"), wire.content_type))
    failed = AGREEMENT.write_failure(None, caught.value, "Client")
    assert b"GB18030" in failed.body


def test_a_body_that_breaks_its_canonical_type_is_not_sent():
    broken = Message("msg_1", "ResourceOrder", "HUB", {**BODY, "area": "no spaces"})
    with pytest.raises(Failure) as caught:
        AGREEMENT.write_request("reserve", broken)
    assert caught.value.errors[0]["path"] == "area"


def test_a_value_the_contract_does_not_allow_is_not_sent():
    long = Message("msg_1", "ResourceOrder", "HUB", {**BODY, "resource": [{"id": "1" * 13, "type": "number"}]})
    with pytest.raises(Failure) as caught:
        AGREEMENT.write_request("reserve", long)
    assert caught.value.code == "invalid"
    assert caught.value.errors


BROKEN_REPLIES = {
    "wrong root": WireMessage(envelope('<other xmlns="urn:sample:res"/>'), "text/xml", {":status": "200"}),
    "missing required element": reply("<requestNo>R-1</requestNo>"),
    "unknown element": reply("<resultCode>0</resultCode><colour>red</colour>"),
    "missing in the canonical type": reply("<resultCode>0</resultCode>"),
    "empty": WireMessage(b"", "text/xml", {":status": "200"}),
    "not XML": WireMessage(b"<html>", "text/html", {":status": "200"}),
    "two bodies": WireMessage(envelope("<a/><b/>"), "text/xml", {":status": "200"}),
    "empty result code": reply("<resultCode/>"),
}


@pytest.mark.parametrize("wire", BROKEN_REPLIES.values(), ids=BROKEN_REPLIES)
def test_a_reply_that_breaks_the_contract_leaves_the_outcome_unknown(wire):
    failure = refusal(wire)
    assert (failure.code, failure.reason) == ("timeout", "reply")
    assert "sample-res@1.0.0/reserve" in failure.where


BUSINESS = [("1001", "rejected"), ("9123", "unavailable"), ("7", "internal")]


@pytest.mark.parametrize(("partner", "code"), BUSINESS)
def test_a_business_result_is_judged_by_the_table_and_keeps_the_partners_code(partner, code):
    failure = refusal(reply(f"<resultCode>{partner}</resultCode><resultMsg>无</resultMsg>"))
    assert failure.code == code
    assert failure.detail == {"level": "business", "code": partner, "text": "无"}


EXCHANGE = [
    (fault("Server"), "timeout"),
    (fault("Server", "200"), "timeout"),
    (fault("Server.Busy"), "unavailable"),
    (fault("Client"), "internal"),
    (WireMessage(b"<html>busy</html>", "text/html", {":status": "503"}), "unavailable"),
    (WireMessage(b"<html>broken</html>", "text/html", {":status": "502"}), "timeout"),
    (WireMessage(b"", "", {":status": "500"}), "timeout"),
    (reply("<resultCode>0</resultCode><requestNo>R-1</requestNo>", "500"), "timeout"),
]


@pytest.mark.parametrize(("wire", "code"), EXCHANGE)
def test_on_the_exchange_level_only_what_surely_did_nothing_is_unavailable(wire, code):
    assert refusal(wire).code == code


BROKEN_REQUESTS = {
    "not SOAP": b"<a/>",
    "SOAP 1.2": envelope("<a/>", namespace="http://www.w3.org/2003/05/soap-envelope"),
    "empty Body": envelope(""),
    "two elements": envelope("<a/><b/>"),
    "two Bodies": b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><a/></s:Body><s:Body/></s:Envelope>',
    "unknown element": envelope('<remove xmlns="urn:sample:res"/>'),
    "another namespace": envelope('<reserve xmlns="urn:other"/>'),
    "missing element": envelope('<reserve xmlns="urn:sample:res"><requestNo>1</requestNo></reserve>'),
    "mustUnderstand": envelope('<reserve xmlns="urn:sample:res"/>', '<x:Tx xmlns:x="urn:x" s:mustUnderstand="1"/>'),
}


@pytest.mark.parametrize("body", BROKEN_REQUESTS.values(), ids=BROKEN_REQUESTS)
def test_a_broken_request_is_refused_and_answered_with_a_fault(body):
    failure = refused_request(body)
    assert (failure.code, failure.reason) == ("invalid", "structure")
    assert b"Fault>" in AGREEMENT.write_failure(None, failure, "Client").body


def test_a_fault_tells_incident_code_and_every_error():
    failure = Failure("invalid", "wrong <b>", detail={"incident": "inc_1"}, errors=[{"path": "a", "message": "bad"}])
    text = AGREEMENT.write_failure(None, failure, "Client").body.decode()
    assert "<faultcode>soap:Client</faultcode>" in text
    assert "wrong &lt;b&gt;" in text
    assert "inc_1" in text
    assert "<hub:error><hub:path>a</hub:path><hub:message>bad</hub:message></hub:error>" in text


@pytest.mark.parametrize(("name", "code"), [("mustUnderstand", "MustUnderstand"), ("SOAP 1.2", "VersionMismatch")])
def test_what_soap_names_itself_gets_soaps_own_faultcode(name, code):
    failure = refused_request(BROKEN_REQUESTS[name])
    assert f"soap:{code}".encode() in AGREEMENT.write_failure(None, failure, "Client").body


def test_a_header_entry_we_understand_may_be_mandatory():
    body = AGREEMENT.write_request("reserve", REQUEST).body.decode().partition("<soap:Body>")[2]
    inside = body.partition("</soap:Body>")[0]
    wire = envelope(inside, '<x:Security xmlns:x="urn:x" s:mustUnderstand="1"/>')
    assert AGREEMENT.read_request(WireMessage(wire, "text/xml")).message.key == "R-1"


def test_the_agreed_contract_carries_our_address():
    assert b'location="https://hub.example/soap/sample-res"' in AGREEMENT.contract(
        "https://hub.example/soap/sample-res"
    )


def test_an_unknown_operation_is_named_with_the_known_ones():
    with pytest.raises(Failure, match="no operation 'fly'"):
        AGREEMENT.write_request("fly", REQUEST)


ONE_WAY = Agreement(load_spec(HERE / "one-way.yaml"))


def told(wire: WireMessage) -> str:
    """What became of a one-way request that got this answer: "" taken, else a Failure's code."""
    try:
        return "" if ONE_WAY.read_reply("reserve", wire, REQUEST).body == {} else "something"
    except Failure as failure:
        return failure.code


@pytest.mark.parametrize(("wire", "code"), [
    (WireMessage(b"", "", {":status": "202"}), ""),
    (WireMessage(envelope(""), "text/xml", {":status": "200"}), ""),
    (fault("Server.Busy"), "unavailable"),
    (fault("Client", status="200"), "internal"),
    (WireMessage(b"", "", {":status": "503"}), "unavailable"),
    (WireMessage(b"<html>please log in</html>", "text/html", {":status": "200"}), "timeout"),
])  # fmt: skip
def test_a_one_way_request_is_not_taken_when_the_peer_says_no(wire: WireMessage, code: str) -> None:
    assert told(wire) == code


def test_an_empty_body_is_a_message_only_where_the_contract_says_so() -> None:
    failure = refused_request(envelope(""))
    assert "the Body has 0 elements" in failure.message
    assert failure.detail["faultcode"] == "Client"
    assert refusal(WireMessage(envelope(""), "text/xml", {":status": "200"})).code == "timeout"
