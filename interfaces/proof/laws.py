"""The law of one row: what goes out comes back as it was, ``back(out(v)) == v``, for values the schema allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from interfaces.mapping import Context
from interfaces.mapping.converters import Converter
from interfaces.mapping.rows import Prepared
from interfaces.mapping.runtime import lexical, plain
from interfaces.proof.samples import Samples, Schema
from interfaces.spec.differences import same

SAMPLES = 200


class Mirror:
    """An id cross-reference in which everybody has the same ids: the rows are proved, not the ids of a store."""

    def find(self, kind: str, system: str, area: str, value: str, to: str) -> str:
        return value


CONTEXT = Context(Mirror(), "8330100")


@dataclass(slots=True)
class Trials:
    """What came of the samples of one row. good: values that came back. broken: (value, wire, what came back)."""

    good: list[Any] = field(default_factory=list)
    refused: list[tuple[Any, str]] = field(default_factory=list)
    broken: list[tuple[Any, Any, Any]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.good) + len(self.refused) + len(self.broken)


def try_row(row: Prepared, schema: Schema, samples: Samples, is_lexical: bool) -> Trials:
    """Every sample of the row's canonical side out and back."""
    there, again = ways(row.converter, is_lexical)
    trials = Trials()
    for value in _domain(row, schema, samples):
        try:
            wire = there(value)
            got = None if wire in ("", None) and row.row.options.get("presence") != "value" else again(wire)
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
            trials.refused.append((value, str(error)))
            continue
        if same(got, value, schema):
            trials.good.append(value)
        else:
            trials.broken.append((value, wire, got))
    return trials


def ways(converter: Converter, is_lexical: bool) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """(out, back) of one value, as the compiled mapping does it."""
    return _way(converter.out, converter, lexical if is_lexical else plain), _way(converter.back, converter, plain)


def _way(convert: Callable[..., Any] | None, converter: Converter, copied: Callable[[Any], Any]) -> Any:
    if convert is None:
        return lambda value: value if isinstance(value, str) else copied(value)
    if converter.contextual:
        return lambda value: convert(value, CONTEXT)
    return convert


def _domain(row: Prepared, schema: Schema, samples: Samples) -> list[Any]:
    converter = row.converter
    if row.several == "canonical":
        return [tuple(samples.value({"maxLength": 12}) for _ in row.parts) for _ in range(SAMPLES // 4)]
    if converter.fit is not None:
        return [converter.fit(text) for text in samples.values({"pattern": "[0-9A-Za-z]{1,8}"}, SAMPLES // 4)]
    own = list(converter.values or ())
    if converter.name == "code" and not {"enum", "const"} & schema.keys():
        return own  # a code list is the domain where the canonical type lists no values
    return own + [value for value in samples.values(schema, SAMPLES) if value not in own]
