"""ContractRoot at both doors; the agreement behind is a fake, envelope and codec are the real ones."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape, unescape

import pytest
from lxml import etree

from adapters.doors.asgi import build
from interfaces.failure import Failure
from interfaces.message import Message
from tests.doors.parts import fake_hub, fetch
from tests.envelope.messages import HEADER

NINES = "9" * 28


def document(content: str = "<Q>张</Q>", declared: str = "UTF-8", **changes: str | None) -> str:
    fields = {k: v for k, v in {**HEADER, **changes}.items() if v is not None}
    header = "".join(f"<{k}>{v}</{k}>" for k, v in fields.items())
    root = f"<ContractRoot><TcpCont>{header}</TcpCont><SvcCont>{content}</SvcCont></ContractRoot>"
    return f'<?xml version="1.0" encoding="{declared}"?>{root}'


class Http:
    """Plain POST."""

    path = "/http/exchange"

    def __init__(self, hub: Any) -> None:
        self._app = build(hub)["/http"]

    def send(self, text: str | bytes, content_type: str = "text/xml") -> bytes:
        body = text.encode() if isinstance(text, str) else text
        answer = fetch(self._app, "POST", self.path, body, {"content-type": content_type})
        assert answer.status_code == 200
        return answer.content


class Soap:
    """exchange(in0) -> out through spyne."""

    path = "/soap/exchange"

    def __init__(self, hub: Any) -> None:
        self._app = build(hub)["/soap"]

    def send(self, text: str) -> bytes:
        answer = self.post(envelope(escape(text)).encode())
        assert answer.status_code == 200, answer.text
        return out_of(answer.text)

    def post(self, body: bytes, content_type: str = "text/xml; charset=utf-8", method: str = "POST") -> Any:
        return fetch(self._app, method, self.path, body, {"content-type": content_type})


def out_of(answer: str) -> bytes:
    """The document in the answer's ``out``."""
    out = re.search("<[^>]*out>(.*)</[^>]*out>", answer, re.DOTALL)
    assert out
    return unescape(out[1], {"&#13;": "\r"}).encode()


def envelope(in0: str, name: str = "exchange", more: str = "") -> str:
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        f'xmlns:h="http://www.chinatelecom.hub.com">{more}<s:Body>'
        f"<h:{name}><h:in0>{in0}</h:in0></h:{name}></s:Body></s:Envelope>"
    )


@pytest.fixture
def hub() -> Any:
    return fake_hub()


@pytest.fixture(params=[Http, Soap])
def door(request: pytest.FixtureRequest, hub: Any) -> Any:
    return request.param(hub)


def response(body: bytes) -> dict[str, str]:
    root = etree.fromstring(body)
    return {leaf.tag: leaf.text or "" for leaf in root.iter() if len(leaf) == 0}


def test_a_good_request_is_submitted_and_answered(door: Any, hub: Any) -> None:
    assert door.send(document()) == f"<done>{HEADER['TransactionID']}</done>".encode()
    (inbound,) = hub.intake.submitted
    assert inbound.endpoint == f"{door.path.split('/')[1]}:{door.path}"
    assert HEADER["TransactionID"].encode() in inbound.wire.body


def test_all_faults_of_the_header_come_in_one_9002(door: Any, hub: Any) -> None:
    told = response(door.send(document(BusCode="BUS1700", ServiceLevel="12", SrcSysSign=None)))
    assert (told["RspType"], told["RspCode"], told["TransactionID"]) == ("9", "9002", HEADER["TransactionID"])
    assert all(name in told["RspDesc"] for name in ("BusCode", "ServiceLevel", "SrcSysSign", "msg_refused1"))
    assert len(hub.intake.refused) == 1


def test_an_unregistered_service_is_a_line_of_the_9002(door: Any) -> None:
    told = response(door.send(document(ServiceCode="SVC99999", ServiceContractVer="SVC9999920261001", ReqTime="x")))
    assert told["RspCode"] == "9002"
    assert "BUS17002/SVC99999 is registered" in told["RspDesc"]
    assert "ReqTime" in told["RspDesc"]


def test_a_contract_version_missing_alone_is_9051_and_else_a_line(door: Any) -> None:
    assert response(door.send(document(ServiceContractVer=None)))["RspCode"] == "9051"
    assert response(door.send(document(ServiceContractVer=None, ReqTime="x")))["RspCode"] == "9002"


@pytest.mark.parametrize("text", ["", "hello", "<ContractRoot>", "<!DOCTYPE a><ContractRoot/>"])
def test_what_is_no_xml_gets_9241_and_28_nines(door: Any, text: str) -> None:
    told = response(door.send(text))
    assert (told["RspCode"], told["TransactionID"], told["ActionCode"]) == ("9241", NINES, "1")


def test_another_document_gets_9006(door: Any) -> None:
    assert response(door.send("<Order/>"))["RspCode"] == "9006"


def test_broken_json_in_cdata_gets_9242_and_its_own_transaction_id(door: Any) -> None:
    told = response(door.send(document("<![CDATA[{broken]]>")))
    assert (told["RspCode"], told["TransactionID"]) == ("9242", HEADER["TransactionID"])


def test_a_transaction_id_seen_before_is_9018(door: Any, hub: Any) -> None:
    def again(_: object) -> Message:
        raise Failure("duplicate", "TransactionID was seen before")

    hub.intake.outcome = again
    hub.registry.get("contractroot-query").write_failure = lambda received, failure, code: _written(code)
    assert door.send(document()) == b"9018"


def _written(code: str) -> Any:
    from interfaces.wire import WireMessage

    return WireMessage(code.encode(), "text/xml")


def test_a_fault_of_our_own_is_9999_and_tells_nothing(door: Any, hub: Any) -> None:
    def bug(_: object) -> Any:
        raise KeyError("a customer's name")

    hub.registry.get("contractroot-query").read_opened = bug
    body = door.send(document())
    assert response(body)["RspCode"] == "9999"
    assert b"customer" not in body


def test_gb18030_in_gives_gb18030_out(hub: Any) -> None:
    text = document(declared="GB18030", ServiceLevel="12")
    body = Http(hub).send(text.encode("gb18030"))
    assert b"GB18030" in body[:60]
    assert "调用" not in body.decode("gb18030")
    assert response(body)["TransactionID"] == HEADER["TransactionID"]


def test_gbk_named_by_the_http_header_alone_is_read(hub: Any) -> None:
    text = document("<Q>張三</Q>").partition("?>")[2]
    assert b"<done>" in Http(hub).send(text.encode("gbk"), "text/xml; charset=GBK")


def test_a_whole_message_as_json_is_answered_in_json(hub: Any) -> None:
    sent = {"ContractRoot": {"TcpCont": {**HEADER, "ServiceLevel": "12"}, "SvcCont": {"a": 1}}}
    told = json.loads(Http(hub).send(json.dumps(sent), "application/json"))
    assert told["ContractRoot"]["TcpCont"]["Response"]["RspCode"] == "9002"


def test_half_a_document_more_is_refused_and_named_by_its_transaction(door: Any, hub: Any) -> None:
    twice = document().replace("</ContractRoot>", "<SvcCont><Q>second</Q></SvcCont></ContractRoot>")
    two_headers = document().replace("<SvcCont>", "<TcpCont><BusCode>BUS1</BusCode></TcpCont><SvcCont>")
    for text, name in ((twice, "SvcCont"), (two_headers, "TcpCont")):
        told = response(door.send(text))
        assert (told["RspCode"], told["TransactionID"]) == ("9006", HEADER["TransactionID"])
        assert f"exactly one {name}" in told["RspDesc"]
    assert hub.intake.submitted == []


def test_blank_lines_before_the_declaration_are_passed_over(door: Any) -> None:
    assert b"<done>" in door.send("\n  " + document())


def test_a_large_broken_content_is_answered_with_its_own_transaction_id(door: Any) -> None:
    told = response(door.send(document('<![CDATA[{"a": "' + "x" * 80_000 + "]]>")))
    assert (told["RspCode"], told["TransactionID"]) == ("9242", HEADER["TransactionID"])


def test_broken_json_is_answered_in_json_and_in_its_charset(hub: Any) -> None:
    body, headers = '{"名":'.encode("gbk"), {"content-type": "application/json; charset=gbk"}
    answer = fetch(build(hub)["/http"], "POST", Http.path, body, headers)
    assert answer.headers["content-type"] == "application/json; charset=gb18030"
    told = json.loads(answer.content.decode("gb18030"))["ContractRoot"]["TcpCont"]
    assert (told["TransactionID"], told["Response"]["RspCode"]) == (NINES, "9242")


def test_a_broken_gbk_document_is_answered_in_its_charset(hub: Any) -> None:
    body = document(declared="GBK").encode("gbk")[:-20]
    answer = fetch(build(hub)["/http"], "POST", Http.path, body, {"content-type": "text/xml"})
    assert answer.headers["content-type"] == "text/xml; charset=gb18030"


def test_too_large_a_body_is_9043(hub: Any) -> None:
    assert response(Http(hub).send("x" * 200_000))["RspCode"] == "9043"


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/http/exchange", 405), ("POST", "/http/other", 404)])
def test_other_methods_and_paths_are_still_answered_in_contractroot(
    hub: Any, method: str, path: str, status: int
) -> None:
    answer = fetch(build(hub)["/http"], method, path)
    assert answer.headers.get("allow") == ("POST, OPTIONS" if status == 405 else None)
    assert (answer.status_code, response(answer.content)["TransactionID"]) == (status, NINES)


# -- the SOAP envelope around it --------------------------------------------------------------------------


def test_the_soap_request_is_journalled_as_it_came(hub: Any) -> None:
    Soap(hub).send(document())
    assert hub.intake.submitted[0].wire.body.startswith(b"<s:Envelope")


def test_a_gb18030_envelope_gets_a_gb18030_answer(hub: Any) -> None:
    body = f'<?xml version="1.0" encoding="GB18030"?>{envelope(escape(document(SrcSysSign="密")))}'
    answer = Soap(hub).post(body.encode("gb18030"), "text/xml")
    assert answer.headers["content-type"] == "text/xml; charset=gb18030"
    assert "done" in answer.content.decode("gb18030")


NO_CALL = {
    "another operation": ("Client", envelope("x", "destroy")),
    "empty Body": ("Client", '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'),
    "SOAP 1.2": (
        "VersionMismatch",
        envelope("x").replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"),
    ),
    "two Bodies": ("Client", envelope("x").replace("</s:Envelope>", "<s:Body/></s:Envelope>")),
    "a header to understand": (
        "MustUnderstand",
        envelope("x", more='<s:Header><a s:mustUnderstand="true"/></s:Header>'),
    ),
}


@pytest.mark.parametrize(("faultcode", "body"), NO_CALL.values(), ids=NO_CALL.keys())
def test_what_is_no_call_of_exchange_gets_a_fault_with_an_incident(hub: Any, faultcode: str, body: str) -> None:
    answer = Soap(hub).post(body.encode())
    assert answer.status_code == 500
    assert f"<faultcode>soap:{faultcode}</faultcode>" in answer.text
    assert "msg_refused1" in answer.text
    assert hub.intake.submitted == []


UNREADABLE = {
    "not XML": ("hello", "9241"),
    "empty": ("", "9241"),
    "DOCTYPE": ('<!DOCTYPE a [<!ENTITY b "c">]>' + envelope("&b;"), "9241"),
    "too large": (envelope("x" * 200_000), "9043"),
    "too deep": (envelope("<a>" * 200 + "</a>" * 200), "9043"),
    "references": (envelope("x").replace("<h:in0>", '<h:in0 href="#a">'), "9006"),
    "no in0": (envelope("x").replace("in0", "in1"), "9006"),
    "two in0": (envelope("x</h:in0><h:in0>y"), "9006"),
    "in0 with elements": (envelope("<ContractRoot><TcpCont/></ContractRoot>"), "9006"),
}


@pytest.mark.parametrize(("body", "code"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_answered_in_contractroot_and_never_by_a_fault(hub: Any, body: str, code: str) -> None:
    answer = Soap(hub).post(body.encode())
    told = response(out_of(answer.text))
    assert (answer.status_code, told["RspCode"], told["TransactionID"]) == (200, code, NINES)
    assert "msg_refused1" in told["RspDesc"]


@pytest.mark.parametrize("charset", ["punycode", "utf-7", "unicode_escape"])
def test_the_sender_cannot_choose_an_odd_codec(hub: Any, charset: str) -> None:
    answer = Soap(hub).post(envelope("x").encode(), f"text/xml; charset={charset}")
    assert response(out_of(answer.text))["RspCode"] == "9241"


def test_a_broken_gb18030_envelope_is_refused_in_gb18030(hub: Any) -> None:
    answer = Soap(hub).post('<?xml version="1.0" encoding="GBK"?><张'.encode("gbk"), "text/xml")
    assert answer.headers["content-type"] == "text/xml; charset=gb18030"


def test_other_methods_are_told_which_one_there_is(hub: Any) -> None:
    answer = Soap(hub).post(b"", method="PUT")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_the_wsdl_is_built_once_from_the_configured_address(hub: Any) -> None:
    wsdl = fetch(build(hub)["/soap"], "GET", "/soap/exchange?wsdl", headers={"host": "evil.example.cn"}).text
    assert 'location="http://hub.example.cn:8080/soap/exchange"' in wsdl
    assert "evil" not in wsdl
    assert "soap12" not in wsdl


def test_a_large_document_in_in0_passes(hub: Any) -> None:
    assert b"<done>" in Soap(hub).send(document("<Q>" + "字" * 20_000 + "</Q>"))
