"""Messages in the shapes that real senders use (data/, all values invented): every one is read for what it is."""

from pathlib import Path

import pytest

from interfaces.envelope import loose_xml
from interfaces.envelope.contract_root import ContractRoot
from interfaces.envelope.settings import value_at
from interfaces.failure import Failure
from interfaces.wire import WireMessage

DATA = Path(__file__).parent / "data"
ROOT = ContractRoot()


def wire(name: str) -> WireMessage:
    return WireMessage((DATA / f"{name}.xml").read_bytes(), "text/xml")


def content(payload: object) -> object:
    return payload if payload is None or isinstance(payload, dict) else loose_xml.parse(payload)


REQUESTS = {
    "customer-query": ("xml", "QryInfoReq.CodeValue", "200000000777"),
    "ftth-install-cdata-json": ("cdata-json", "orderReq.cust.custName", "王样本"),
    "completion-notify": ("xml", "messages.message.commonRegionId", "8330100"),
    "leased-line-install": ("xml", "SOO[3].PROD_INST.ATTR[@CD=200000001].#text", "A端地址"),
}


@pytest.mark.parametrize(("name", "expected"), REQUESTS.items())
def test_a_request_passes_the_header_rules_and_shows_its_content(name, expected):
    form, path, value = expected
    opened = ROOT.peek(wire(name))
    ROOT.check(opened)
    assert opened.header[":form"] == form
    assert value_at(content(opened.payload), path) == value


RESPONSES = {
    "customer-query-response": ("", "QryInfoRsp.InfoCont.CustInfo.CustName", "王样本"),
    "completion-notify-response-business-error": ("", "messages.message.resultCd", "-1"),
    "error-9016": ("9016", "", None),
}


@pytest.mark.parametrize(("name", "expected"), RESPONSES.items())
def test_a_response_says_how_the_exchange_went_and_then_the_business(name, expected):
    code, path, value = expected
    result, opened = ROOT.open_reply(wire(name))
    assert result.code == code
    assert (value_at(content(opened.payload), path) if path else opened.payload) == value


def test_the_one_with_five_header_faults_is_told_all_five():
    opened = ROOT.peek(wire("header-faults"))
    with pytest.raises(Failure) as caught:
        ROOT.check(opened)
    named = {fault["path"] for fault in caught.value.errors}
    assert named == {"TransactionID", "BusCode", "ServiceContractVer", "ServiceLevel", "SrcSysSign"}


@pytest.mark.parametrize("name", sorted(path.stem for path in DATA.iterdir()))
def test_every_message_reads_the_same_in_gb18030(name):
    text = wire(name).body.decode().replace('encoding="UTF-8"', 'encoding="GB18030"')
    one, other = ROOT.peek(wire(name)), ROOT.peek(WireMessage(text.encode("gb18030"), "text/xml"))
    assert other.header[":encoding"] == "gb18030"
    assert content(other.payload) == content(one.payload)
