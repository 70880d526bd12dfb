"""Converters: each a pair of functions, canonical -> wire and back, with a declared domain.

What lies outside the domain raises ConversionError with a message that does not hold the value; the caller adds row,
paths and (unless masked) the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from interfaces.mapping.errors import ConversionError
from interfaces.mapping.lookup import Context, Towards
from interfaces.mapping.temporal import temporal
from interfaces.mapping.texts import Texts
from interfaces.spec.model import CodeList

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Converter:
    """``out``: canonical -> wire, ``back``: wire -> canonical; None = copied. With ``contextual`` both also take the
    Context and may answer None for "leave it out"."""

    name: str
    out: Function | None = None
    back: Function | None = None
    contextual: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """What converters of one spec share.

    lexical  wire leaves are text (XML, tables); otherwise they keep JSON types
    """

    code_lists: Mapping[str, CodeList] = field(default_factory=dict)
    charset: str = "utf-8"
    lexical: bool = True
    system: str = ""


COPY = Converter("copy")


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

    return Converter("code", out, back)


def _number(form: str, settings: Settings) -> Converter:
    return Converter("number", _write_number, _read_int if form == "int" else _read_decimal)


def _write_number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ConversionError("must be a number")
    return str(value) if isinstance(value, int) else format(Decimal(str(value)), "f")


def _read_int(value: Any) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", str(value)):
        raise ConversionError("must be a whole number of at most 18 digits")
    return int(str(value))


def _read_decimal(value: Any) -> int | float:
    text = str(value)
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", text) or len(text.lstrip("+-0.")) > 16:
        raise ConversionError("must be a decimal number of at most 15 digits")
    return float(text) if "." in text else int(text)


def _money(places: int, settings: Settings) -> Converter:
    form = re.compile(rf"(-?)([0-9]{{1,15}})(?:\.([0-9]{{1,{places}}}))?" if places else r"(-?)([0-9]{1,15})()")

    scale: int = 10**places

    def out(value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ConversionError("must be a whole number of minor units")
        digits = str(abs(value)).rjust(places + 1, "0")
        cut = len(digits) - places
        return f"{'-' if value < 0 else ''}{digits[:cut]}{'.' + digits[cut:] if places else ''}"

    def back(value: Any) -> int:
        match = form.fullmatch(str(value))
        if match is None:
            raise ConversionError(f"must be an amount with at most {places} decimals")
        minor = int(match[2]) * scale + int((match[3] or "").ljust(places, "0") or 0)
        return -minor if match[1] else minor

    return Converter("money", out, back)


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

    return Converter("bool", out, back)


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
    return Converter("text", texts.out)


_MAKERS: dict[str, Callable[[Any, Settings], Converter]] = {
    "code": _code,
    "number": _number,
    "money": _money,
    "bool": _bool,
    "date": _date,
    "text": _text,
    "xref": _xref,
}
