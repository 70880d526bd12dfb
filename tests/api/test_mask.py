"""What the spec marks as personal does not reach the reader."""

from __future__ import annotations

from interfaces.failure import Failure
from interfaces.mask import Masker
from interfaces.spec.model import InterfaceSpec, Operation, Row, Side, Transport

ROWS = (
    Row(1, "relatedParty[role=customer].name", "cust.name"),
    Row(2, "relatedParty[role=customer].identification.number", "cust.@certNo"),
    Row(3, "productOrderItem", "items", rows=(Row(1, "productOffering.name", "name"),)),
)
SPEC = InterfaceSpec(
    id="x",
    version="1.0.0",
    system="X",
    title={},
    owner="",
    lifecycle="production",
    direction="inbound",
    transport=Transport("soap", "soap-plain"),
    operations={"o": Operation("o", "one-way", Side("ProductOrder@1", mapping=ROWS))},
    masked=("relatedParty[role=customer].name", "relatedParty[role=customer].identification"),
)
BODY = {
    "relatedParty": [{"role": "customer", "name": "赵一", "identification": {"type": "idCard", "number": "X&1"}}],
    "productOrderItem": [{"productOffering": {"name": "Fibre"}}],
}
XML = '<o><cust certNo="X&amp;1"><name>赵一</name></cust><name>Fibre</name></o>'


def test_canonical_values_are_hidden_with_what_is_below_them() -> None:
    shown = Masker.of(SPEC).canonical(BODY)
    assert shown["relatedParty"] == [{"role": "customer", "name": "***", "identification": "***"}]
    assert shown["productOrderItem"] == BODY["productOrderItem"]


def test_the_same_values_are_hidden_on_the_wire_and_others_stay() -> None:
    assert Masker.of(SPEC).text(XML, BODY) == '<o><cust certNo="***"><name>***</name></cust><name>Fibre</name></o>'


def test_escaped_json_is_hidden_too() -> None:
    assert Masker.of(SPEC).text(r'{"n": "\u8d75\u4e00", "x": "Fibre"}', BODY) == '{"n": "***", "x": "Fibre"}'


def test_without_a_canonical_body_doubtful_fields_are_hidden_as_well() -> None:
    assert Masker.of(SPEC).text(XML, None) == '<o><cust certNo="***"><name>***</name></cust><name>***</name></o>'


def test_fields_are_found_with_prefixes_and_attributes() -> None:
    masker = Masker(names=frozenset({"certNo"}))
    said = '<a certNo="12345"/><n:certNo x="1">6789</n:certNo>{"certNo": "55555"} <other>1</other>'
    assert masker.text(said, {}) == '<a certNo="***"/><n:certNo x="1">***</n:certNo>{"certNo": "***"} <other>1</other>'


def test_a_text_of_no_known_interface_hides_what_any_spec_marks_wherever_it_stands() -> None:
    said = "<o><cust certNo='x'><name>赵一</name></cust><note>赵一 called</note></o> &lt;name&gt;钱二&lt;/name&gt;"
    shown = "<o><cust certNo='x'><name>***</name></cust><note>*** called</note></o> &lt;name&gt;***&lt;/name&gt;"
    assert Masker.of_any([SPEC]).text(said, None) == shown


def test_a_list_in_the_place_of_a_text_is_no_way_out() -> None:
    assert Masker.of_any([SPEC]).text('{"name": ["赵一"], "x": "Fibre"}', None) == '{"name": ["***"], "x": "Fibre"}'


def test_a_partner_that_quotes_the_request_is_not_quoted() -> None:
    said = {"message": "赵一?", "level": 2}
    failure = Failure("rejected", "no customer 赵一", detail=said, errors=[{"path": "赵一"}])
    Masker.of(SPEC).failure(failure, BODY)
    assert failure.message == "no customer ***"
    assert failure.detail == {"message": "***?", "level": 2}
    assert failure.errors == [{"path": "***"}]
