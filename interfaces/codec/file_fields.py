"""One field of an exchange file: the text of its place on the line <-> the lexical text of the wire tree.

Padding, implied decimals and the guard against spreadsheet formulas are undone and done here, nothing else: only
mapping rows convert. What could not be read back as it was is refused, never cut. Every ValueError says what is wrong
and never shows the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from interfaces.codec.json import BAD_TEXT
from interfaces.contract.file_layout import Field, FileLayout
from interfaces.mapping.errors import ConversionError
from interfaces.mapping.temporal import Temporal, temporal

Read = Callable[[str], str | None]
Write = Callable[[Any], str]

_DIGITS = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,24})(?:\.(?P<part>[0-9]{1,12}))?")
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
"""What Excel and its kin run when a cell begins with it (OWASP, CSV injection), with the guard already before it."""


def reader(field: Field, layout: FileLayout) -> Read:
    """Text of the line -> tree text, None when nothing stands there; ValueError."""
    read = {"text": _text_reader, "number": _number_reader, "date": _date_reader}[field.type](field, layout)
    if not field.required and not field.value:
        return read

    def checked(text: str) -> str | None:
        value = read(text)
        if value is None and field.required:
            raise ValueError("is missing")
        if field.value and value != field.value:
            raise ValueError(f"must be {field.value}")
        return value

    return checked


def writer(field: Field, layout: FileLayout) -> Write:
    """Tree value (None = absent) -> text of the line, still without padding; ValueError."""
    write = {"text": _text_writer, "number": _number_writer, "date": _date_writer}[field.type](field, layout)

    def checked(value: Any) -> str:
        if field.value and value not in (None, field.value):
            raise ValueError(f"must be {field.value}")
        if value in (None, "") and not field.value:
            if field.required:
                raise ValueError("is missing")
            return ""
        text = write(field.value or value)
        if text and read(text) is None:
            raise ValueError("would be read back as nothing")
        return text

    read = reader(field, layout)
    return checked


def padded(field: Field, text: str, charset: str) -> bytes:
    """Bytes of a fixed field; ValueError for text that is too long or has a character the charset lacks."""
    data = encoded(field, text, charset)
    gap = field.bytes - len(data)
    if not gap or not field.pad:
        return data
    if not text:
        return b" " * gap
    pad = field.pad.encode()
    if field.align == "left":
        return data + pad * gap
    sign = data[:1] if field.pad == "0" and data[:1] in (b"-", b"+") else b""
    return sign + pad * gap + data[len(sign) :]


def encoded(field: Field, text: str, charset: str) -> bytes:
    try:
        data = text.encode(charset)
    except UnicodeEncodeError as error:
        # the position, not the character: it may belong to a person's name
        raise ValueError(f"has a character that {charset} lacks, at {error.start + 1}") from None
    if field.bytes and len(data) > field.bytes:
        raise ValueError(f"has {len(data)} bytes in {charset}, {field.bytes} are allowed")
    return data


def guarded(text: str) -> str:
    """``=1+1`` -> ``'=1+1``; ``unguarded`` takes it off again, so that nothing is lost."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text


def _text_reader(field: Field, layout: FileLayout) -> Read:
    strip = _stripper(field)
    bare = unguarded if layout.formulas == "prefix" else str

    def read(text: str) -> str | None:
        value = bare(strip(text))
        if not value.isprintable() and BAD_TEXT.search(value):  # the first question is much the cheaper one
            raise ValueError("holds a control character")
        return value or None

    return read


def _text_writer(field: Field, layout: FileLayout) -> Write:
    strip = _stripper(field)

    def write(value: Any) -> str:
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise ValueError("must be text")
        text = str(value)
        if BAD_TEXT.search(text) or (layout.form == "fixed" and ("\n" in text or "\r" in text)):
            raise ValueError("holds a control character or a line end")
        if strip(text) != text:
            raise ValueError(f"begins or ends with {field.pad!r}, which is padding here and would be lost")
        if layout.formulas == "refuse" and _FORMULA.match(text):
            raise ValueError("begins like a formula, which the layout refuses")
        return guarded(text) if layout.formulas == "prefix" else text

    return write


def _stripper(field: Field) -> Callable[[str], str]:
    pad = field.pad
    if not pad:
        return str
    return (lambda text: text.rstrip(pad)) if field.align == "left" else (lambda text: text.lstrip(pad))


def _number_reader(field: Field, layout: FileLayout) -> Read:
    places, implied = field.decimals, field.point == "implied"
    filler = f" {field.pad}" if field.pad != "0" else " "
    plain = not places

    def read(text: str) -> str | None:
        digits = text.strip(filler)
        if not digits:
            return None
        if plain and len(digits) <= 24 and digits.isdecimal() and digits.isascii():  # nearly all of them
            return digits.lstrip("0") or "0"
        match = _DIGITS.fullmatch(digits)
        if match is None or len(match["part"] or "") > (0 if implied else places):
            raise ValueError(f"is no number with {places} decimals")
        whole, part = match["whole"], match["part"] or ""
        if implied and places:
            whole = whole.rjust(places + 1, "0")
            whole, part = whole[:-places], whole[-places:]
        return _number(match["sign"] == "-", whole, part.ljust(places, "0"))

    return read


def _number(negative: bool, whole: str, part: str) -> str:
    """The one way to write it: no leading zeros, no -0."""
    text = (whole.lstrip("0") or "0") + (f".{part}" if part else "")
    return f"-{text}" if negative and text.strip("0.") else text


def _number_writer(field: Field, layout: FileLayout) -> Write:
    places, implied = field.decimals, field.point == "implied"

    def write(value: Any) -> str:
        match = _DIGITS.fullmatch(str(value))
        if match is None or isinstance(value, bool):
            raise ValueError("must be a number")
        part = (match["part"] or "").rstrip("0")
        if len(part) > places:
            raise ValueError(f"has more than {places} decimals")
        text = _number(match["sign"] == "-", match["whole"], part.ljust(places, "0"))
        return text.replace(".", "") if implied else text

    return write


def _date_reader(field: Field, layout: FileLayout) -> Read:
    form = _form(field.format)

    def read(text: str) -> str | None:
        value = text.strip(" ")
        if not value.strip("0"):  # old peers fill an absent date with zeros
            return None
        return _day(form, value)

    return read


def _date_writer(field: Field, layout: FileLayout) -> Write:
    form = _form(field.format)
    return lambda value: _day(form, str(value))


@lru_cache(maxsize=64)
def _form(pattern: str) -> Temporal:
    form = temporal(pattern)
    assert isinstance(form, Temporal), "the layout allows nothing else"
    return form


@lru_cache(maxsize=4096)
def _day(form: Temporal, value: str) -> str:
    """A file's dates are few and stand there often."""
    try:
        form.back(value)
    except ConversionError as error:
        raise ValueError(str(error)) from None
    return value
