"""zeep as the oracle: on contracts both can express, both write the same document and read it alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from zeep import Transport
from zeep.helpers import serialize_object
from zeep.xsd import Schema

from interfaces.codec.xml import XmlContract
from tests.contracts.parts import TNS, xsd

TEXT = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"]), min_size=1, max_size=8).filter(
    lambda text: text.strip() == text
)
NAMES = st.sampled_from(["no", "area", "item", "name", "note", "code", "party"])


@dataclass(frozen=True)
class Field:
    """One element of an invented contract; ``fields`` makes it complex."""

    name: str
    low: int
    high: int | None
    fields: tuple[Field, ...] = ()
    attribute: bool = False


@st.composite
def fields(draw: st.DrawFn, depth: int = 2) -> tuple[Field, ...]:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    made = []
    for name in names:
        inner = draw(fields(depth - 1)) if depth and draw(st.booleans()) else ()
        low = draw(st.integers(0, 1))
        high = draw(st.sampled_from([1, None]))
        made.append(Field(name, low, high, inner, bool(inner) and draw(st.booleans())))
    return tuple(made)


def schema_of(all_fields: tuple[Field, ...], attribute: bool) -> str:
    body = "".join(element_of(field) for field in all_fields)
    more = '<xs:attribute name="kind" type="xs:string" use="required"/>' if attribute else ""
    return f"<xs:complexType><xs:sequence>{body}</xs:sequence>{more}</xs:complexType>"


def element_of(field: Field) -> str:
    times = f'minOccurs="{field.low}" maxOccurs="{field.high or "unbounded"}"'
    if not field.fields:
        return f'<xs:element name="{field.name}" type="xs:string" {times}/>'
    return f'<xs:element name="{field.name}" {times}>{schema_of(field.fields, field.attribute)}</xs:element>'


@st.composite
def trees(draw: st.DrawFn, all_fields: tuple[Field, ...], attribute: bool = False) -> dict[str, Any]:
    tree: dict[str, Any] = {"@kind": draw(TEXT)} if attribute else {}
    for field in all_fields:
        value = trees(field.fields, field.attribute) if field.fields else TEXT
        if field.high is None:
            items = draw(st.lists(value, min_size=field.low, max_size=3))
            tree |= {field.name: items} if items else {}
        elif field.low or draw(st.booleans()):
            tree[field.name] = draw(value)
    return tree


@st.composite
def contracts(draw: st.DrawFn) -> tuple[tuple[Field, ...], list[dict[str, Any]]]:
    made = draw(fields())
    return made, [draw(trees(made)) for _ in range(3)]


def plain(element: Any) -> tuple[Any, ...]:
    """What a document says, without prefixes and the order of attributes."""
    return element.tag, dict(element.attrib), element.text or "", [plain(child) for child in element]


def for_zeep(tree: Any) -> Any:
    """zeep knows attributes by their bare name."""
    if isinstance(tree, dict):
        return {key.removeprefix("@"): for_zeep(value) for key, value in tree.items()}
    return [for_zeep(item) for item in tree] if isinstance(tree, list) else tree


def squeezed(value: Any) -> Any:
    """zeep reads an empty complex element as None: what holds nothing is left out on both sides."""
    if isinstance(value, dict):
        parts = {key: squeezed(part) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part not in (None, [], {})} or None
    return [squeezed(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(contracts())
def test_zeep_and_the_codec_write_and_read_the_same(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[tuple[Field, ...], list[dict[str, Any]]]
) -> None:
    layout, examples = made
    path = xsd(tmp_path_factory.getbasetemp(), f'<xs:element name="order">{schema_of(layout, False)}</xs:element>')
    contract = XmlContract.load(path)
    ours, theirs = contract.element("order"), oracle(path)
    for tree in examples:
        parent = etree.Element("body")
        theirs.element.render(parent, theirs.element(**for_zeep(tree)))
        assert plain(ours.build(tree)) == plain(parent[0])
        assert ours.parse(parent[0]) == tree
        assert contract.validate(ours.build(tree)) == []
        read = serialize_object(theirs.element.parse(ours.build(tree), theirs.schema), dict)
        assert squeezed(read) == squeezed(for_zeep(tree))


@dataclass
class Oracle:
    schema: Any
    element: Any


def oracle(path: Path) -> Oracle:
    schema = Schema(etree.parse(str(path)).getroot(), Transport(), str(path))
    return Oracle(schema, schema.get_element(f"{{{TNS}}}order"))
