"""Which values a row is tried with: those of the canonical type, or where that says nothing, those of the wire."""

from __future__ import annotations

from typing import Any, Final

from interfaces.mapping.rows import Prepared
from interfaces.proof.samples import Schema, matching
from interfaces.spec.shapes import Facts, JsonShape, Shape

_NUMBER: Final[Schema] = {"type": "string", "pattern": "[1-9][0-9]{0,1}"}
_LEXICAL: Final[dict[str, Schema]] = {
    "boolean": {"enum": ["true", "false"]},
    "date": {"type": "string", "format": "date"},
    "dateTime": {"type": "string", "format": "date-time"},
    **dict.fromkeys(
      (
        "int", "integer", "long", "short", "byte", "decimal", "float", "double", "positiveInteger",
        "nonNegativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
      ), _NUMBER,
    ),
}  # fmt: skip
"""XSD type -> what a text of it may be."""
_JSON: Final = frozenset({"integer", "number", "boolean", "date", "date-time"})


def schema_of(row: Prepared, own: Shape | None, wire: Shape | None, lexical: bool) -> Schema:
    """The JSON Schema of a row's canonical values. lexical: wire leaves are text.

    A draft's type allows anything; what is copied from or to such a field is what the contract takes there.
    """
    if isinstance(own, JsonShape):
        return own.schema
    if wire is None or row.converter.name != "copy":
        return {}
    return _of(wire.facts(), lexical)


def _of(facts: Facts, lexical: bool) -> Schema:
    if facts.values:
        return {"enum": list(facts.values)}
    if lexical and facts.kind in _LEXICAL:
        return _LEXICAL[facts.kind]
    made: dict[str, Any] = {"type": "string"}
    if not lexical and facts.kind in _JSON:
        made = {"type": "string", "format": facts.kind} if "date" in facts.kind else {"type": facts.kind}
    for pattern in facts.patterns[:1]:  # an empty text is an absent one
        made["enum"] = [text for text in matching(f"^(?:{pattern})$" if lexical else pattern) if text]
    least, most = facts.lengths
    made |= {name: size for name, size in (("minLength", least), ("maxLength", most)) if size is not None}
    low, high = (_number(text) for text in facts.bounds)
    return made | {name: bound for name, bound in (("minimum", low), ("maximum", high)) if bound is not None}


def _number(text: str) -> float | int | None:
    try:
        return int(text)
    except ValueError:
        return None
