"""Which converter a row asks for. What a converter is: converter.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from interfaces.mapping.affixes import pad, prefix, suffix
from interfaces.mapping.converter import COPY, Converter, Function, Settings
from interfaces.mapping.errors import ConversionError
from interfaces.mapping.expression import id_expression
from interfaces.mapping.lookup import Context, Towards
from interfaces.mapping.named import named
from interfaces.mapping.numbers import money, number, scale, unit
from interfaces.mapping.template import join, split
from interfaces.mapping.temporal import temporal
from interfaces.mapping.texts import Texts

__all__ = ["COPY", "Converter", "Function", "Settings", "converter"]


def converter(options: Mapping[str, Any], settings: Settings) -> Converter:
    """The converter a row asks for; ValueError when it asks for two or for one that cannot be."""
    asked = [name for name in options if name in _MAKERS]
    if len(asked) > 1:
        raise ValueError(f"a row has one converter, not {' and '.join(asked)}")
    return _MAKERS[asked[0]](options[asked[0]], settings) if asked else COPY


def _code(name: str, settings: Settings) -> Converter:
    if name not in settings.code_lists:
        raise ValueError(f"there is no code list {name}; there are {', '.join(settings.code_lists) or 'none'}")
    codes = dict(settings.code_lists[name].codes)
    names: dict[str, str] = dict(settings.code_lists[name].also)
    for own, wire in codes.items():
        names.setdefault(wire, own)

    def out(value: Any) -> str:
        try:
            return codes[value]
        except (KeyError, TypeError):
            raise ConversionError(f"is not in code list {name}; known: {', '.join(codes)}") from None

    def back(value: Any) -> str:
        try:
            return names[str(value)]
        except KeyError:
            raise ConversionError(f"is not in code list {name}; known: {', '.join(names)}") from None

    return Converter("code", out, back, values=tuple(codes), closed=True)


def _bool(forms: list[str], settings: Settings) -> Converter:
    true, false = forms
    values = {true: True, false: False}
    if len(values) < 2:
        raise ValueError("true and false need different forms")

    def out(value: Any) -> str:
        if not isinstance(value, bool):
            raise ConversionError("must be true or false")
        return true if value else false

    def back(value: Any) -> bool:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text not in values:
            raise ConversionError(f"must be {true} or {false}")
        return values[text]

    return Converter("bool", out, back, values=(True, False), closed=True)


def _xref(options: Mapping[str, str], settings: Settings) -> Converter:
    kind, otherwise = options["kind"], options.get("else", "refuse")
    system = options.get("system", settings.system)

    def find(value: Any, context: Context, to: Towards) -> str | None:
        found = context.lookup.find(kind, system, context.area, str(value), to)
        if found is None and otherwise == "refuse":
            raise ConversionError(f"is no known id of a {kind} at {system or 'the peer'}")
        return str(value) if found is None and otherwise == "same" else found

    return Converter(
        "xref",
        lambda value, context: find(value, context, "wire"),
        lambda value, context: find(value, context, "canonical"),
        contextual=True,
    )


def _date(pattern: str, settings: Settings) -> Converter:
    form = temporal(pattern)
    return Converter("date", form.out, form.back)


def _text(options: Mapping[str, Any], settings: Settings) -> Converter:
    texts = Texts(settings.charset, **{"max_bytes" if k == "max" else k: v for k, v in options.items()})
    return Converter("text", texts.out, refuses="text that the wire cannot hold")


_MAKERS: dict[str, Callable[[Any, Settings], Converter]] = {
    "code": _code,
    "number": number,
    "money": money,
    "scale": scale,
    "unit": unit,
    "bool": _bool,
    "date": _date,
    "text": _text,
    "prefix": prefix,
    "suffix": suffix,
    "pad": pad,
    "join": join,
    "split": split,
    "xref": _xref,
    "idExpression": id_expression,
    "converter": named,
}
