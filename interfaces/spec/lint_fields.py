"""Lint rules for the values of rows against both schemas: type, length, decimals, unit, charset, presence, condition.

Each rule looks at one row at its place and yields messages; see RULES_OF_A_ROW.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any, Final

from interfaces.agreement import Agreement
from interfaces.mapping.numbers import UNITS
from interfaces.mapping.rows import Path, Prepared, parse_path
from interfaces.spec.lint_rules import Hit, reads
from interfaces.spec.model import InterfaceSpec
from interfaces.spec.shapes import JsonShape, Shape, canonical_shape, walk

_NARROW: Final = frozenset({"gbk", "gb2312"})
_COPIES: Final = frozenset({"copy", "text", "prefix", "suffix"})
_NUMBERS: Final = frozenset({"integer", "number"})
_TAKES: Final[Mapping[str, frozenset[str]]] = {
    "number": _NUMBERS,
    "scale": _NUMBERS,
    "unit": _NUMBERS,
    "money": frozenset({"integer"}),
    "bool": frozenset({"boolean"}),
} | dict.fromkeys(("date", "text", "prefix", "suffix", "pad", "code", "xref", "idExpression"), frozenset({"string"}))
"""converter -> JSON types of the canonical values that it takes."""
_NOT_TEXT: Final = frozenset({"decimal", "float", "double", "boolean", "dateTime", "date", "time", "duration"})
"""Primitive XSD types whose values free text is not."""
_UNIT: Final = re.compile(
    r"(?:(?<=[a-z0-9])|(?<=_)|^)(bps|kbps|mbps|gbps|min|mins|minutes|sec|secs|seconds|ms|hours|days|fen|jiao|yuan|cents|kop"
    r"|kb|mb|gb|km|mm)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """One row where it stands: the schemas of its scope and of its two ends; None where a schema has no such place.

    written: by the hub. key: the canonical field that its group is aligned by.
    """

    row: Prepared
    spec: InterfaceSpec
    written: bool
    lexical: bool
    key: str
    own_scope: Shape | None
    wire_scope: Shape | None

    @property
    def own(self) -> Shape | None:
        return walk(self.own_scope, self.row.canonical or ())

    @property
    def wire(self) -> Shape | None:
        return walk(self.wire_scope, self.row.wire or ())

    @property
    def schema(self) -> Mapping[str, Any]:
        """The canonical JSON Schema here, {} when it says nothing."""
        own = self.own
        return own.schema if isinstance(own, JsonShape) else {}

    @property
    def options(self) -> Mapping[str, Any]:
        return self.row.row.options

    @property
    def explained(self) -> bool:
        return bool({"partial", "lossy"} & self.options.keys())


def check(spec: InterfaceSpec, agreement: Agreement) -> Iterator[Hit]:
    for op in spec.operations.values():
        for side in filter(None, (op.request, op.reply)):
            mapping = agreement.mapping(op.name, side is op.reply)
            what = f"{op.name} {'reply' if side is op.reply else 'request'}"
            facts = spec, not reads(spec, op, side), agreement.lexical
            top = mapping.rows, "", canonical_shape(side), agreement.shape(side)
            for place, rows in _places(facts, *top):
                for rule, judge in RULES_OF_A_ROW.items():
                    for message in judge(place, rows):
                        yield rule, place.row.row.line, f"{what} row {_name(place.row)} {message}"


def _places(
    facts: tuple[InterfaceSpec, bool, bool],
    rows: tuple[Prepared, ...],
    key: str,
    own: Shape | None,
    wire: Shape | None,
) -> Iterator[tuple[Place, tuple[Prepared, ...]]]:
    """Every row that carries a value, with the rows beside it."""
    for row in rows:
        place = Place(row, *facts, key, own, wire)
        if row.rows:
            inner = row.canonical[-1].key if row.canonical else ""
            yield from _places(facts, row.rows, inner, place.own, place.wire)
        elif row.canonical is not None and row.wire is not None:
            yield place, rows


def _name(row: Prepared) -> str:
    return f"{row.label} {row.full_canonical} <-> {row.full_wire}"


# -- types ---------------------------------------------------------------------------------------------------------


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    said = schema.get("type", "string" if "enum" in schema else ())
    return frozenset([said] if isinstance(said, str) else said)


def type_mismatch(place: Place, rows: tuple[Prepared, ...]) -> Iterator[str]:
    own, name = _types(place.schema), place.row.converter.name
    if place.explained or not own or place.row.parts:
        return
    takes = _TAKES.get(name)
    dated = name == "date" and place.schema.get("format") not in ("date", "date-time")
    if takes is not None and (dated or not takes & own):
        yield f"converts with {name}, and the canonical field is {' or '.join(sorted(own))}"
    elif name == "copy":
        yield from _copied(place, own)


def _copied(place: Place, own: frozenset[str]) -> Iterator[str]:
    wire, said = place.wire, " or ".join(sorted(own))
    if place.lexical and not {"string", "object", "array"} & own:
        yield f"copies a canonical {said}, and comes back as text"
    elif isinstance(wire, JsonShape):
        theirs = _types(wire.schema)
        if theirs and not (theirs & own or (own == {"integer"} and theirs == {"number"})):
            yield f"copies a canonical {said} into {' or '.join(sorted(theirs))}"
    elif place.written and wire is not None and _free(place.schema) and wire.facts().kind in _NOT_TEXT:
        yield f"copies free text into {wire.facts().kind}"


def _free(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "string" and not {"enum", "const", "pattern", "format"} & schema.keys()


# -- lengths and charsets ------------------------------------------------------------------------------------------


def maxlength_overflow(place: Place, rows: tuple[Prepared, ...]) -> Iterator[str]:
    if not place.written or place.explained or place.wire is None:
        return
    most, least = place.wire.facts().lengths[1], _longest(place)
    if most is not None and least > most:
        yield f"may have {'any length' if least == inf else f'{least:g} characters'}, and the contract takes {most}"


def _longest(place: Place) -> float:
    """Characters of the longest text that the row may write; 0 where nothing can be said."""
    name, schema = place.row.converter.name, place.schema
    if name == "code":
        codes = place.spec.code_lists[place.options["code"]].codes
        return max(map(len, codes.values()))
    if name not in _COPIES or _types(schema) != {"string"} or {"pattern", "format", "const"} & schema.keys():
        return 0
    if "enum" in schema:
        return max(len(str(value)) for value in schema["enum"])
    own: float = min(schema.get("maxLength", inf), place.options.get("text", {}).get("max", inf))
    affix = place.options.get(name, "") if name in ("prefix", "suffix") else ""
    return own + (len(affix) if isinstance(affix, str) else len(affix.get("add", "")) - len(affix.get("drop", "")))


def charset_narrower(place: Place, rows: tuple[Prepared, ...]) -> Iterator[str]:
    encoding = place.spec.transport.encoding
    if place.written and place.row.converter.name == "copy" and _free(place.schema) and encoding in _NARROW:
        yield f"may hold rare characters, which {encoding} lacks"


# -- numbers -------------------------------------------------------------------------------------------------------


def decimal_precision_loss(place: Place, rows: tuple[Prepared, ...]) -> Iterator[str]:
    name, wire = place.row.converter.name, place.wire
    if place.explained or name not in ("number", "money", "scale", "unit"):
        return
    theirs = wire.facts().places if wire is not None else None
    may, holds = _places_needed(place), _places_written(place)
    if place.written and may > min(holds, inf if theirs is None else theirs):
        room = min(holds, inf if theirs is None else theirs)
        yield f"may need {'any number of' if may == inf else f'{may:g}'} decimals, and {room:g} are there"
    elif not place.written and theirs is not None and theirs > _places_read(place):
        yield f"reads {theirs} decimals, and {_places_read(place):g} are there"


def _places_needed(place: Place) -> float:
    """Decimals that a canonical value may have on the wire."""
    name, whole = place.row.converter.name, "number" not in _types(place.schema)
    if name == "money":
        return float(place.options["money"])
    if name == "number":
        return 0 if whole else inf
    if not whole and "multipleOf" not in place.schema:
        return inf
    return _decimals(_factor(place) * Fraction(str(place.schema.get("multipleOf", 1))))


def _factor(place: Place) -> Fraction:
    """The wire's number by the canonical one, of a ``scale`` or ``unit`` row."""
    if "unit" in place.options:
        unit = place.options["unit"]
        return UNITS[unit["from"]][1] / UNITS[unit["to"]][1]
    scale = place.options["scale"]
    return Fraction(scale if isinstance(scale, str) else scale["by"])


def _decimals(number: Fraction) -> float:
    """How many decimals a number has: as many as 10 must be multiplied to make it whole."""
    rest, count = number.denominator, 0
    for prime in (2, 5):
        times = 0
        while rest % prime == 0:
            rest, times = rest // prime, times + 1
        count = max(count, times)
    return inf if rest > 1 else count


def _places_written(place: Place) -> float:
    given = place.options.get("scale") or place.options.get("unit") or {}
    if place.options.get("number") == "int":
        return 0
    return float(given["places"]) if isinstance(given, Mapping) and "places" in given else inf


def _places_read(place: Place) -> float:
    """Decimals of the wire that the canonical value can hold."""
    if "money" in place.options:
        return float(place.options["money"])
    return 0 if place.options.get("number") == "int" else inf


def unit_unspecified(place: Place, rows: tuple[Prepared, ...]) -> Iterator[str]:
    if place.row.converter.name not in ("copy", "number") or "lossy" in place.options:
        return
    own, wire = (_unit(path) for path in (place.row.canonical, place.row.wire))
    if own != wire:
        yield f"has the unit {own or wire} in one name, and nothing says in which the other side counts"


def _unit(path: Path | None) -> str:
    found = _UNIT.search(path[-1].name) if path else None
    return found[1].lower() if found else ""


# -- presence and conditions ---------------------------------------------------------------------------------------


def optional_to_mandatory(place: Place, rows: tuple[Prepared, ...]) -> Iterator[str]:
    """Of what the hub writes. What it reads is checked as it comes, and refused with the place that is empty."""
    row, given = place.row, place.options.keys()
    if not place.written or row.when is not None or place.explained or row.parts or row.row.canonical == place.key:
        return
    if place.own_scope is None or not place.own_scope.names():  # a draft's type says nothing of any field
        return
    own, wire = _certain(place.own_scope, row.canonical), _certain(place.wire_scope, row.wire)
    filled = "default-out" in given or place.options.get("presence") == "empty"
    filled = filled or row.full_wire in place.spec.transport.settings.values()  # by what the header tells
    if wire and not own and not filled:
        yield "may be absent, and the contract asks for it"


def _certain(shape: Shape | None, path: Path | None) -> bool:
    """Whether something must stand at a path of a sound document."""
    for step in path or ():
        if shape is None or step.name not in shape.required() or step.index or step.select:
            return False
        shape = shape.child(step.name)
    return True


def conditional_not_exhaustive(place: Place, rows: tuple[Prepared, ...]) -> Iterator[str]:
    """Told at the first row of the field: a value carried under conditions must be carried under each that may be."""
    mine = [row for row in rows if row.canonical == place.row.canonical and row.wire is not None]
    literals = {row.when.literal for row in mine if row.when is not None and row.when.equal}
    paths = {row.when.path if row.when else "" for row in mine}
    if mine[0] is not place.row or "" in paths or len(paths) > 1 or not literals or "lossy" in place.options:
        return
    if any(not row.when.equal and row.when.literal in literals for row in mine if row.when):
        return
    decider = walk(place.own_scope, parse_path(paths.pop()))
    left = [v for v in decider.enum() if v not in literals] if isinstance(decider, JsonShape) else []
    if left:
        yield f"is dropped when the condition's field is {left[0]}"


Judge = Callable[[Place, tuple[Prepared, ...]], Iterator[str]]
RULES_OF_A_ROW: Final[Mapping[str, Judge]] = {
    "optional-to-mandatory-without-default": optional_to_mandatory,
    "type-mismatch-no-convert": type_mismatch,
    "maxlength-overflow": maxlength_overflow,
    "charset-narrower": charset_narrower,
    "decimal-precision-loss": decimal_precision_loss,
    "unit-unspecified": unit_unspecified,
    "conditional-not-exhaustive": conditional_not_exhaustive,
}
