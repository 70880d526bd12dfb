"""What the spec marks as personal does not reach the reader."""

from __future__ import annotations

from hub.views.mask import Masker
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
