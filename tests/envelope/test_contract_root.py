"""ContractRoot: header rules, forms of the content, answers, two result levels."""

import json

import pytest

from interfaces.clock import SECOND, VirtualClock
from interfaces.codec import safe_xml
from interfaces.envelope import loose_xml
from interfaces.envelope.base import Opened
from interfaces.envelope.contract_root import ContractRoot, Serial
from interfaces.envelope.contract_root_header import NO_TRANSACTION, RULES, faults, rules_of
from interfaces.failure import Failure
from interfaces.wire import WireMessage
from tests.envelope.messages import HEADER, NESTED, TREE, document, header, response

ROOT = ContractRoot(clock=VirtualClock(1_790_000_000 * SECOND))


def opened(body: bytes, content_type: str = "") -> Opened:
    return ROOT.peek(WireMessage(body, content_type))


def tree_of(found: Opened) -> object:
    return found.payload if isinstance(found.payload, dict) else loose_xml.parse(found.payload)


def fields_of(wire: WireMessage) -> dict[str, str]:
    return dict(ROOT.peek(wire).header)


def test_a_good_header_has_no_faults_in_any_order():
    assert faults(HEADER, RULES) == []
    backwards = dict(reversed(HEADER.items()))
    ROOT.check(opened(document(backwards)))


ONE_FAULT = [
    ("TransactionID", "9000000020202610120000000007", "must begin with SrcSysID"),
    ("TransactionID", "1000000020202613990000000007", "no day of the calendar"),
    ("TransactionID", "100000002020261012000000007", "28 characters"),
    ("ActionCode", "1", "0 for a request"),
    ("BusCode", "BUS1700", "BUS and 5 digits"),
    ("ServiceContractVer", "SVC2200220261001", "another ServiceCode"),
    ("ServiceContractVer", "SVC1100120261399", "no day of the calendar"),
    ("ServiceLevel", "12", "one digit"),
    ("ServiceLevel", "0", "one digit"),
    ("SrcOrgID", "10000", "6 characters"),
    ("DstSysID", "1111110001", "must begin with DstOrgID"),
    ("SrcSysSign", None, "is missing"),
    ("ReqTime", "20261012250000", "no time of the calendar"),
]


@pytest.mark.parametrize(("name", "value", "said"), ONE_FAULT)
def test_each_rule_names_its_field(name, value, said):
    found = {f["path"]: f["message"] for f in faults(header(**{name: value}), RULES)}
    assert said in found[name]


def test_all_header_faults_come_in_one_failure_that_quotes_no_value():
    broken = header(BusCode="BUS1700", ServiceLevel="12", SrcSysSign=None, TransactionID="1000000020202613990000000009")
    broken["ServiceContractVer"] = "SVC2200220261001"
    with pytest.raises(Failure) as caught:
        ROOT.check(opened(document(broken, "")))
    failure = caught.value
    assert (failure.code, failure.reason) == ("invalid", "header")
    named = [fault["path"] for fault in failure.errors]
    assert named == ["TransactionID", "BusCode", "ServiceContractVer", "ServiceLevel", "SrcSysSign"]
    assert "BUS1700" not in str(failure.errors)
    answer = fields_of(ROOT.fault(failure.header, failure, "9002"))
    assert all(name in answer["RspDesc"] for name in named)
    assert answer["TransactionID"] == "1000000020202613990000000009"


def test_a_missing_contract_version_alone_has_a_reason_of_its_own():
    with pytest.raises(Failure) as alone:
        ROOT.check(opened(document(header(ServiceContractVer=None))))
    assert alone.value.reason == "contract_version"
    with pytest.raises(Failure) as among_others:
        ROOT.check(opened(document(header(ServiceContractVer=None, ServiceLevel="x"))))
    assert among_others.value.reason == "header"
    assert len(among_others.value.errors) == 2


def test_a_field_that_stands_twice_is_a_fault():
    for again in (b"<BusCode>BUS17002</BusCode>", b"<SrcSysSign>456</SrcSysSign>", b"<ActionCode>0</ActionCode>"):
        twice = document(HEADER).replace(b"</TcpCont>", again + b"</TcpCont>")
        with pytest.raises(Failure, match="1 fault") as refused:
            ROOT.check(opened(twice))
        assert refused.value.errors[0]["message"] == "stands more than once"


@pytest.mark.parametrize(("sign", "said"), [(None, "is missing"), (["a", "b"], "stands more than once")])
def test_null_and_a_list_are_no_value_of_a_json_header(sign, said):
    whole = json.dumps({"ContractRoot": {"TcpCont": {**HEADER, "SrcSysSign": sign}, "SvcCont": {}}}).encode()
    with pytest.raises(Failure) as refused:
        ROOT.check(opened(whole))
    assert refused.value.errors == [{"path": "SrcSysSign", "message": said}]


@pytest.mark.parametrize(
    ("own", "changes"),
    [
        ({"ReqTime": {"lenient": True}}, {"ReqTime": "2026/10/12 11:00"}),
        ({"SrcSysSign": {"required": False}}, {"SrcSysSign": None}),
        ({"TransactionID": {"length": 30}}, {"TransactionID": "X" * 30}),
        ({"BusCode": {"pattern": "[A-Z]{3}"}}, {"BusCode": "ABC"}),
    ],
)
def test_a_peer_may_have_rules_of_its_own(own, changes):
    changed = header(**changes)
    assert faults(changed, RULES) != []
    assert faults(changed, rules_of(own)) == []


def test_a_pattern_that_cannot_be_read_is_refused_when_the_spec_is_compiled():
    with pytest.raises(Failure, match="the pattern cannot be read"):
        rules_of({"BusCode": {"pattern": "[A-"}})


FORMS = {
    "xml": NESTED,
    "cdata-xml": f"<![CDATA[{NESTED}]]>",
    "cdata-xml with a declaration": f'<![CDATA[<?xml version="1.0" encoding="GBK"?>{NESTED}]]>',
    "cdata-json": f"<![CDATA[{json.dumps(TREE)}]]>",
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_every_form_of_the_content_reads_the_same(content):
    assert tree_of(opened(document(HEADER, content))) == TREE


def test_the_whole_message_may_be_json():
    body = json.dumps({"ContractRoot": {"TcpCont": HEADER, "SvcCont": TREE}}).encode()
    found = opened(body, "application/json")
    assert tree_of(found) == TREE
    assert found.header[":form"] == "json"
    answer = ROOT.reply(found.header, None, {"ok": "1"})
    assert json.loads(answer.body)["ContractRoot"]["TcpCont"]["Response"]["RspCode"] == "0000"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-16"])
def test_the_answer_comes_in_the_charset_that_came_in(encoding):
    found = opened(document(HEADER, encoding=encoding))
    answer = ROOT.reply(found.header, None, None)
    assert answer.content_type == f"text/xml; charset={encoding}"
    assert "成功" in answer.body.decode(encoding)


def test_an_answer_repeats_the_transaction_and_says_when():
    answer = fields_of(ROOT.reply(HEADER, None, None))
    assert answer["ActionCode"] == "1"
    assert answer["TransactionID"] == HEADER["TransactionID"]
    assert answer["RspTime"] == "20260921221320"
    assert (answer["RspType"], answer["RspCode"]) == ("0", "0000")


def test_an_unreadable_request_is_answered_with_28_nines():
    failure = Failure("invalid", "not XML", reason="xml")
    answer = fields_of(ROOT.fault({}, failure, "9241"))
    assert answer["TransactionID"] == NO_TRANSACTION == "9" * 28
    assert (answer["RspType"], answer["RspCode"]) == ("9", "9241")


def test_a_business_refusal_is_type_1_and_names_the_incident():
    failure = Failure("conflict", "an order is open", detail={"incident": "inc_1"})
    answer = fields_of(ROOT.fault(HEADER, failure, "1001"))
    assert answer["RspType"] == "1"
    assert "inc_1" in answer["RspDesc"]


UNREADABLE = {
    b"": "xml",
    b"not xml": "xml",
    b"<a/>": "structure",
    b"<ContractRoot/>": "structure",
    b"{": "json",
    b'{"ContractRoot": []}': "structure",
    b'{"a": 1}': "structure",
    document(HEADER, "<![CDATA[{broken]]>"): "json",
    document(HEADER, "<![CDATA[<broken]]>"): "xml",
}


@pytest.mark.parametrize(("body", "reason"), UNREADABLE.items())
def test_what_cannot_be_read_says_why_and_never_crashes(body, reason):
    with pytest.raises(Failure) as caught:
        opened(body)
    assert (caught.value.code, caught.value.reason) == ("invalid", reason)


def test_two_result_levels_first_the_exchange():
    good, found = ROOT.open_reply(WireMessage(response("0", "0000", "<Rsp><ResultCode>-1</ResultCode></Rsp>")))
    assert good.code == ""
    assert tree_of(found) == {"Rsp": {"ResultCode": "-1"}}
    bad, _ = ROOT.open_reply(WireMessage(response("9", "9016")))
    assert bad.code == "9016"
    with pytest.raises(Failure):
        ROOT.open_reply(WireMessage(document(HEADER)))


def test_a_serial_is_never_the_same_twice():
    clock = VirtualClock()
    serial = Serial(clock)
    numbers = [serial.next() for _ in range(1000)]
    assert len(set(numbers)) == 1000
    assert all(0 <= number < 10**10 for number in numbers)


def test_repeated_elements_and_attributes_survive_without_a_contract():
    text = b'<S><SOO type="A"><X>1</X></SOO><SOO type="B"><ATTR CD="1">n</ATTR></SOO></S>'
    tree = loose_xml.parse(safe_xml.parse(text))
    assert tree == {"SOO": [{"@type": "A", "X": "1"}, {"@type": "B", "ATTR": {"@CD": "1", "#text": "n"}}]}
    from lxml import etree

    root = etree.Element("S")
    loose_xml.build(root, tree)
    assert etree.tostring(root) == text
