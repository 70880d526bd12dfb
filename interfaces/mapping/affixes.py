"""Prefixes, suffixes and padding: what one side writes in front of or behind a value and the other does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from interfaces.mapping.converter import Converter, Settings
from interfaces.mapping.errors import ConversionError

Text = Callable[[Any], str]


def prefix(options: str | Mapping[str, str], settings: Settings) -> Converter:
    """``"0"`` or ``{add: "0"}``: the wire has it and the canonical value has not; ``{drop: "+86"}``: the other way."""
    text, dropped = _affix(options)
    with_it = _joined(lambda value: text + value)
    without = _cut(text, str.startswith, lambda value: value[len(text) :], "begin with")
    return _either("prefix", with_it, without, dropped)


def suffix(options: str | Mapping[str, str], settings: Settings) -> Converter:
    """As ``prefix``, behind the value."""
    text, dropped = _affix(options)
    with_it = _joined(lambda value: value + text)
    without = _cut(text, str.endswith, lambda value: value[: len(value) - len(text)], "end with")
    return _either("suffix", with_it, without, dropped)


def _affix(options: str | Mapping[str, str]) -> tuple[str, bool]:
    if isinstance(options, str):
        return options, False
    if len(options) != 1:
        raise ValueError("say either add or drop")
    return next(iter(options.values())), "drop" in options


def _either(name: str, with_it: Text, without: Text, dropped: bool) -> Converter:
    if dropped:  # the canonical value has it: what has not cannot be sent
        return Converter(name, without, with_it, refuses=f"a value without the {name}", fit=with_it)
    return Converter(name, with_it, without, closed=True)


def _joined(join: Text) -> Text:
    def joined(value: Any) -> str:
        if not isinstance(value, str):
            raise ConversionError("must be text")
        return join(value)

    return joined


def _cut(text: str, has: Callable[[str, str], bool], cut: Text, what: str) -> Text:
    def without(value: Any) -> str:
        if not isinstance(value, str) or not has(value, text) or value == text:
            raise ConversionError(f"must {what} {text!r}")
        return cut(value)

    return without


def pad(options: Mapping[str, Any], settings: Settings) -> Converter:
    """``{to: 8, with: "0", side: left}``: the wire's value always has ``to`` characters; padding is not part of it.

    A value that itself begins (or ends) with the padding cannot be told from a padded one and is refused.
    """
    width, filler, left = int(options["to"]), options.get("with", "0"), options.get("side", "left") == "left"
    if len(filler) != 1:
        raise ValueError("padding is one character")

    def stripped(text: str) -> str:
        return (text.lstrip(filler) if left else text.rstrip(filler)) or filler

    def out(value: Any) -> str:
        if not isinstance(value, str) or len(value) > width:
            raise ConversionError(f"must be text of at most {width} characters")
        if stripped(value) != value:
            raise ConversionError(f"must not {'begin' if left else 'end'} with {filler!r}, which is padding here")
        return value.rjust(width, filler) if left else value.ljust(width, filler)

    def back(value: Any) -> str:
        if not isinstance(value, str) or len(value) > width:
            raise ConversionError(f"must be text of at most {width} characters")
        return stripped(value)

    return Converter("pad", out, back)
