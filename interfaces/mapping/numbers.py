"""Numbers: lexical forms, money in minor units, scales and units. Exact: nothing is ever rounded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from interfaces.mapping.converter import Converter, Settings
from interfaces.mapping.errors import ConversionError

UNITS: Final[Mapping[str, tuple[str, Fraction]]] = {
    "bps": ("rate", Fraction(1)),
    "kbps": ("rate", Fraction(10**3)),
    "Mbps": ("rate", Fraction(10**6)),
    "Gbps": ("rate", Fraction(10**9)),
    "B": ("volume", Fraction(1)),
    "KiB": ("volume", Fraction(2**10)),
    "MiB": ("volume", Fraction(2**20)),
    "GiB": ("volume", Fraction(2**30)),
    "kB": ("volume", Fraction(10**3)),
    "MB": ("volume", Fraction(10**6)),
    "GB": ("volume", Fraction(10**9)),
    "ms": ("time", Fraction(1, 1000)),
    "s": ("time", Fraction(1)),
    "min": ("time", Fraction(60)),
    "h": ("time", Fraction(3600)),
    "d": ("time", Fraction(86400)),
    "mm": ("length", Fraction(1, 1000)),
    "m": ("length", Fraction(1)),
    "km": ("length", Fraction(1000)),
    "fen": ("money", Fraction(1, 100)),
    "jiao": ("money", Fraction(1, 10)),
    "yuan": ("money", Fraction(1)),
}
"""unit -> (what it measures, how many of the base unit it is)."""

_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")
_MOST_PLACES = 15


def number(form: str, settings: Settings) -> Converter:
    """``int`` (at most 18 digits) or ``decimal`` (at most 15 before and after the point) as text."""
    if form == "int":
        return Converter("number", _write_int, _read_int, closed=True)
    return Converter("number", _write_number, _read_decimal)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _write_number(value: Any) -> str:
    if not _is_number(value):
        raise ConversionError("must be a number")
    return str(value) if isinstance(value, int) else format(Decimal(str(value)), "f")


def _write_int(value: Any) -> str:
    text = _write_number(value)
    if not isinstance(value, int) and Decimal(text) != int(value):
        raise ConversionError("must be a whole number")
    return text.partition(".")[0]


def _read_int(value: Any) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", str(value)):
        raise ConversionError("must be a whole number of at most 18 digits")
    return int(str(value))


def _read_decimal(value: Any) -> int | float:
    text = str(value)
    if not _DECIMAL.fullmatch(text) or len(text.lstrip("+-0.")) > 16:
        raise ConversionError("must be a decimal number of at most 15 digits")
    return float(text) if "." in text else int(text)


def money(places: int, settings: Settings) -> Converter:
    """Canonical minor units (a whole number) <-> an amount with ``places`` decimals."""
    form = re.compile(rf"(-?)([0-9]{{1,15}})(?:\.([0-9]{{1,{places}}}))?" if places else r"(-?)([0-9]{1,15})()")
    factor: int = 10**places

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
        minor = int(match[2]) * factor + int((match[3] or "").ljust(places, "0") or 0)
        return -minor if match[1] else minor

    return Converter("money", out, back, closed=True)


def scale(options: str | Mapping[str, Any], settings: Settings) -> Converter:
    """``"1/1000"`` or ``{by: "1/1000", places: 0}``: the wire's number is the canonical one times ``by``.

    places  decimals the wire may have; what needs more is refused, never rounded
    """
    given = {"by": options} if isinstance(options, str) else options
    factor = Fraction(given["by"])
    if factor == 0:
        raise ValueError("a scale of 0 loses the number")
    return _scaled("scale", factor, int(given.get("places", _MOST_PLACES)), settings)


def unit(options: Mapping[str, Any], settings: Settings) -> Converter:
    """``{from: kbps, to: Mbps, places: 0}``: canonical unit and the wire's; see UNITS."""
    own, wire = options["from"], options["to"]
    for name in (own, wire):
        if name not in UNITS:
            raise ValueError(f"there is no unit {name}; there are {', '.join(UNITS)}")
    if UNITS[own][0] != UNITS[wire][0]:
        raise ValueError(f"{own} measures {UNITS[own][0]} and {wire} {UNITS[wire][0]}")
    return _scaled("unit", UNITS[own][1] / UNITS[wire][1], int(options.get("places", _MOST_PLACES)), settings)


def _scaled(name: str, factor: Fraction, places: int, settings: Settings) -> Converter:
    def out(value: Any) -> Any:
        if not _is_number(value):
            raise ConversionError("must be a number")
        text = _exact(Fraction(str(value)) * factor, places)
        return text if settings.lexical else _json(text)

    def back(value: Any) -> int | float:
        text = str(value)
        if not _DECIMAL.fullmatch(text):
            raise ConversionError("must be a decimal number of at most 15 digits")
        return _json(_exact(Fraction(text) / factor, _MOST_PLACES))

    return Converter(name, out, back)


def _exact(number: Fraction, places: int) -> str:
    """Decimal text without needless zeros; ConversionError when it would have to be rounded."""
    shifted = number * 10**places
    if shifted.denominator != 1:
        raise ConversionError(f"does not fit exactly into {places} decimals")
    text = format(Decimal(shifted.numerator).scaleb(-places), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _json(text: str) -> int | float:
    return float(text) if "." in text else int(text)
