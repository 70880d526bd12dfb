"""The XML codec: every shape an element can have, both ways, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interfaces.codec import safe_xml
from interfaces.codec.xml import ElementCodec, XmlContract
from interfaces.failure import Failure
from interfaces.wire import NIL
from tests.contracts.parts import TNS, xsd

XSI = "http://www.w3.org/2001/XMLSchema-instance"


def codec(folder: Path, content: str, more: str = "") -> ElementCodec:
    """The codec of ``order``, whose complex type is ``content``."""
    return contract(folder, content, more).element("order")


def contract(folder: Path, content: str, more: str = "") -> XmlContract:
    order = f'<xs:element name="order"><xs:complexType>{content}</xs:complexType></xs:element>'
    return XmlContract.load(xsd(folder, order + more))


def xml(body: str) -> Any:
    """``order`` with that content, as it comes in."""
    return safe_xml.parse(f'<order xmlns="{TNS}" xmlns:t="{TNS}" xmlns:xsi="{XSI}">{body}</order>'.encode())


def faults(attempt: Any, *args: Any) -> dict[str, str]:
    with pytest.raises(Failure) as caught:
        attempt(*args)
    assert (caught.value.code, caught.value.reason) == ("invalid", "structure")
    return {fault["path"]: fault["message"] for fault in caught.value.errors}


def sequence(*elements: str) -> str:
    return f"<xs:sequence>{''.join(elements)}</xs:sequence>"


def element(name: str, kind: str = "xs:string", more: str = "") -> str:
    return f'<xs:element name="{name}" type="{kind}" {more}/>'


OPTIONAL, MANY = 'minOccurs="0"', 'minOccurs="0" maxOccurs="unbounded"'
CHOICE = '<xs:choice minOccurs="0" maxOccurs="unbounded">%s</xs:choice>'
ATTRIBUTES = '<xs:attribute name="code" use="required"/><xs:attribute name="unit"/>'
EXTENDED = f"""<xs:complexType name="Party"><xs:sequence>{element("id")}</xs:sequence></xs:complexType>
  <xs:complexType name="Person"><xs:complexContent><xs:extension base="t:Party"><xs:sequence>
    {element("born", more=OPTIONAL)}</xs:sequence></xs:extension></xs:complexContent></xs:complexType>"""
SHAPES = """<xs:element name="shape" type="xs:string" abstract="true"/>
  <xs:element name="circle" type="xs:string" substitutionGroup="t:shape"/>
  <xs:element name="square" type="xs:string" substitutionGroup="t:shape"/>"""

CASES: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "leaves keep their text": (
        sequence(element("no", "xs:int"), element("note", more=OPTIONAL)),
        "",
        {"no": "007", "note": " a <&> b "},
        "<no>007</no><note> a &lt;&amp;&gt; b </note>",
    ),
    "an absent element is an absent key": (
        sequence(element("a", more=OPTIONAL), element("b", more=OPTIONAL)),
        "",
        {},
        "",
    ),
    "an empty element is an empty text": (sequence(element("a")), "", {"a": ""}, "<a/>"),
    "what may repeat is a list": (sequence(element("a", more=MANY)), "", {"a": ["1"]}, "<a>1</a>"),
    "nil is NIL": (
        sequence(element("a", more='nillable="true"'), element("b", "t:Party", 'nillable="true"')),
        EXTENDED,
        {"a": NIL, "b": NIL},
        '<a xsi:nil="true"/><b xsi:nil="1"/>',
    ),
    "attributes beside children": (sequence(element("a")) + ATTRIBUTES, "", {"@code": "1", "a": "2"}, "<a>2</a>"),
    "attributes beside text": (
        sequence('<xs:element name="price" type="t:Price"/>'),
        f"""<xs:complexType name="Price"><xs:simpleContent><xs:extension base="xs:string">{ATTRIBUTES}
        </xs:extension></xs:simpleContent></xs:complexType>""",
        {"price": {"@code": "C\n1", "@unit": '"', "#text": "12.50"}},
        '<price unit="&quot;" code="C&#10;1">12.50</price>',
    ),
    "a choice": ("<xs:choice>" + element("a") + element("b") + "</xs:choice>", "", {"b": "1"}, "<b>1</b>"),
    "a repeated choice keeps the order": (
        CHOICE % (element("a") + element("b")),
        "",
        {"a": ["1", "3"], "b": ["2"], "#order": ["a", "b", "a"]},
        "<a>1</a><b>2</b><a>3</a>",
    ),
    "a repeated sequence keeps the order": (
        '<xs:sequence maxOccurs="9">' + element("a") + element("b", more=OPTIONAL) + "</xs:sequence>",
        "",
        {"a": ["1", "2"], "b": ["x"], "#order": ["a", "a", "b"]},
        "<a>1</a><a>2</a><b>x</b>",
    ),
    "the same name in two places": (
        sequence(element("a"), element("b"), element("a")),
        "",
        {"a": ["1", "2"], "b": "x", "#order": ["a", "b", "a"]},
        "<a>1</a><b>x</b><a>2</a>",
    ),
    "one name in two branches": (
        f"<xs:choice>{sequence(element('a'), element('b'))}{sequence(element('c'), element('a'))}</xs:choice>",
        "",
        {"c": "1", "a": "2", "#order": ["c", "a"]},
        "<c>1</c><a>2</a>",
    ),
    "nested groups": (
        sequence(
            element("a"), f"<xs:choice>{element('b')}{sequence(element('c'), element('d'))}</xs:choice>", element("e")
        ),
        "",
        {"a": "1", "c": "2", "d": "3", "e": "4"},
        "<a>1</a><c>2</c><d>3</d><e>4</e>",
    ),
    "all, in any order": (
        "<xs:all>" + element("a") + element("b", more=OPTIONAL) + "</xs:all>",
        "",
        {"b": "2", "a": "1"},
        "<b>2</b><a>1</a>",
    ),
    "any": (
        sequence(
            element("a"), '<xs:any namespace="##other" processContents="lax" minOccurs="0" maxOccurs="unbounded"/>'
        ),
        "",
        {"a": "1", "#any": ['<x:y xmlns:x="urn:x">2</x:y>']},
        '<a>1</a><x:y xmlns:x="urn:x">2</x:y>',
    ),
    "a substitution group": (sequence('<xs:element ref="t:shape"/>'), SHAPES, {"circle": "1"}, "<circle>1</circle>"),
    "a repeated substitution group keeps the order": (
        sequence('<xs:element ref="t:shape" maxOccurs="unbounded"/>'),
        SHAPES,
        {"circle": ["1", "3"], "square": ["2"], "#order": ["circle", "square", "circle"]},
        "<circle>1</circle><square>2</square><circle>3</circle>",
    ),
    "an extension names its type": (
        sequence(element("party", "t:Party")),
        EXTENDED,
        {"party": {"@xsi:type": "Person", "id": "1", "born": "1970"}},
        '<party xsi:type="t:Person"><id>1</id><born>1970</born></party>',
    ),
    "a type that contains itself": (
        sequence(element("node", "t:Node")),
        f'<xs:complexType name="Node">{sequence(element("id"), element("node", "t:Node", MANY))}</xs:complexType>',
        {"node": {"id": "1", "node": [{"id": "2"}, {"id": "3", "node": [{"id": "4"}]}]}},
        "<node><id>1</id><node><id>2</id></node><node><id>3</id><node><id>4</id></node></node></node>",
    ),
    "white space that means nothing": (sequence(element("a", "xs:int")), "", {"a": "007"}, "<a>\n 007 </a>"),
}


@pytest.mark.parametrize(("content", "more", "tree", "body"), CASES.values(), ids=CASES.keys())
def test_a_document_and_its_tree_say_the_same(
    tmp_path: Path, content: str, more: str, tree: dict[str, Any], body: str
) -> None:
    made = contract(tmp_path, content, more)
    order = made.element("order")
    document = xml(body)
    if "@code" in tree:
        document.set("code", "1")
    assert made.validate(document) == []
    assert order.parse(document) == tree
    built = order.build(tree)
    assert made.validate(built) == []
    assert order.parse(built) == tree


def test_siblings_of_one_name_are_told_apart_by_prefix(tmp_path: Path) -> None:
    xsd(tmp_path, element("no"), "other.xsd", "urn:other", 'xmlns:o="urn:other"')
    include = '<xs:import namespace="urn:other" schemaLocation="other.xsd"/>'
    content = sequence('<xs:element ref="o:no"/>', '<xs:element ref="t:no"/>')
    order = f'<xs:element name="order"><xs:complexType>{content}</xs:complexType></xs:element>{element("no")}'
    made = XmlContract.load(xsd(tmp_path, include + order, more='xmlns:o="urn:other"')).element("order")
    tree = {"o:no": "1", "t:no": "2"}
    assert made.parse(made.build(tree)) == tree


def test_unqualified_elements_stay_unqualified(tmp_path: Path) -> None:
    order = f'<xs:element name="order"><xs:complexType>{sequence(element("a"))}</xs:complexType></xs:element>'
    made = XmlContract.load(xsd(tmp_path, order, form="unqualified")).element("order")
    assert "<a>1</a>" in made.text({"a": "1"})
    assert made.parse(made.build({"a": "1"})) == {"a": "1"}


def test_a_schema_without_namespace_works(tmp_path: Path) -> None:
    order = f'<xs:element name="order"><xs:complexType>{sequence(element("a"))}</xs:complexType></xs:element>'
    made = XmlContract.load(xsd(tmp_path, order, tns=""))
    assert made.element("order").parse(safe_xml.parse(b"<order><a>1</a></order>")) == {"a": "1"}
    assert made.validate(made.element("order").build({"a": "1"})) == []


def test_every_fault_of_a_document_is_named_by_its_path(tmp_path: Path) -> None:
    line = sequence(element("id"), element("note", more=OPTIONAL))
    more = f'<xs:complexType name="Line">{line}</xs:complexType>'
    order = codec(tmp_path, sequence(element("no"), element("line", "t:Line", MANY), element("end")), more)
    found = faults(order.parse, xml('<no x="1">1</no><line><id>1</id></line><line><ID>2</ID></line><what/>'))
    assert found == {
        "no.@x": "attribute is not in the contract",
        "line[1].ID": "element is not in the contract",
        "line[1].id": "required element is missing",
        "what": "element is not in the contract",
        "end": "required element is missing",
    }


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("<b>1</b><a>2</a>", "b"),
        ("<a>1</a><a>2</a><b>3</b>", "a"),
        ("<a>1</a>", "b"),
        ("<a><c/></a><b>1</b>", "a"),
        ('<a xsi:nil="true"/><b>1</b>', "a"),
        ("<a>1</a><b>2</b><c/>", "c"),
    ],
)
def test_a_misplaced_missing_or_unknown_element_is_refused(tmp_path: Path, body: str, path: str) -> None:
    order = codec(tmp_path, sequence(element("a"), element("b")))
    assert list(faults(order.parse, xml(body))) == [path]


@pytest.mark.parametrize("times", [0, 1, 4])
def test_a_counted_element_comes_as_often_as_agreed(tmp_path: Path, times: int) -> None:
    order = codec(tmp_path, sequence(element("a", more='minOccurs="2" maxOccurs="3"')))
    assert "a" in faults(order.parse, xml("<a>1</a>" * times))
    assert faults(order.build, {"a": ["1"] * times})
    assert order.parse(order.build({"a": ["1", "2"]})) == {"a": ["1", "2"]}


def test_twice_the_same_in_all_is_refused(tmp_path: Path) -> None:
    order = codec(tmp_path, "<xs:all>" + element("a") + element("b", more=OPTIONAL) + "</xs:all>")
    assert "a" in faults(order.parse, xml("<a>1</a><b>2</b><a>3</a>"))
    assert "a" in faults(order.parse, xml("<b>2</b>"))


def test_another_root_element_is_refused(tmp_path: Path) -> None:
    order = codec(tmp_path, sequence(element("a")))
    assert "" in faults(order.parse, safe_xml.parse(b"<order><a>1</a></order>"))


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"b": ["1"]}, "a"),
        ({"a": "1", "x": "2"}, "x"),
        ({"a": 1}, "a"),
        ({"a": None}, "a"),
        ({"a": NIL}, "a"),
        ({"a": "\x00"}, "a"),
        ({"a": "\ud800"}, "a"),
        ({"a": "1", "b": "2"}, "b"),
        ({"a": "1", "b": ["2", 3]}, "b[1]"),
        ({"a": "1", "@c": "2"}, "@c"),
        ("text", ""),
        ([], ""),
    ],
)
def test_a_tree_that_does_not_fit_is_refused_by_path(tmp_path: Path, tree: Any, path: str) -> None:
    order = codec(tmp_path, sequence(element("a"), element("b", more=MANY)))
    assert list(faults(order.build, tree)) == [path]


def test_a_tree_too_deep_for_a_document_is_too_large(tmp_path: Path) -> None:
    node = f'<xs:complexType name="Node">{sequence(element("node", "t:Node", OPTIONAL))}</xs:complexType>'
    order = codec(tmp_path, sequence(element("node", "t:Node")), node)
    for depth in (300, 20_000):
        tree: dict[str, Any] = {}
        for _ in range(depth):
            tree = {"node": tree}
        with pytest.raises(Failure) as caught:
            order.build(tree)
        assert caught.value.code == "too_large"


def test_any_takes_whole_elements_and_no_markup_tricks(tmp_path: Path) -> None:
    order = codec(tmp_path, sequence('<xs:any namespace="##other" processContents="lax" maxOccurs="9"/>'))
    for trick in ["</order><order>", "<x:a/>", "text", "<a/><b/>", '<!DOCTYPE a><a xmlns="urn:x"/>']:
        assert faults(order.build, {"#any": [trick]})


def test_validation_finds_values_and_stray_text_without_quoting_them(tmp_path: Path) -> None:
    digits = '<xs:restriction base="xs:string"><xs:pattern value="[0-9]{4}"/></xs:restriction>'
    short = f'<xs:simpleType name="No">{digits}</xs:simpleType>'
    made = contract(
        tmp_path, sequence(element("no", "t:No", MANY), element("n", "xs:int"), element("e", more=OPTIONAL)), short
    )
    secret = "310101' is not accepted by the pattern 'x"
    found = made.validate(xml(f"<no>1234</no><no>{secret}</no><n>{secret}</n>stray {secret}"))
    assert [fault["path"] for fault in found] == ["no[1]", "n", ""]
    assert "310101" not in str(found)
    assert "[0-9]{4}" in found[0]["message"]
    assert "xs:int" in found[1]["message"]


def test_an_unknown_element_name_is_not_found(tmp_path: Path) -> None:
    made = contract(tmp_path, sequence(element("a")))
    with pytest.raises(Failure) as caught:
        made.element("ordre")
    assert caught.value.code == "not_found"
    assert "order" in caught.value.advice
    assert made.element(f"{{{TNS}}}order") is made.element("order")
