"""One text on one side, its parts on the other: ``join`` (canonical parts, wire text) and ``split`` (the reverse).

``"{areaCode}-{number}"``: what stands between the braces are paths below the row's container path. A text is taken
apart at the literals between the parts, so a part that holds the literal behind it is refused and never moved.
"""

from __future__ import annotations

import re
from typing import Any

from interfaces.mapping.converter import Converter, Settings
from interfaces.mapping.errors import ConversionError

_PART = re.compile(r"\{([^{}]+)\}")


class Template:
    """Compiled once. parts: the names between the braces, in order. ValueError for what cannot be taken apart."""

    def __init__(self, text: str) -> None:
        pieces = _PART.split(text)
        self.parts = tuple(pieces[1::2])
        self._literals = pieces[0::2]
        if not self.parts or len(set(self.parts)) < len(self.parts):
            raise ValueError(f"{text!r} names no parts, or one twice; write {{part}}")
        if "" in self._literals[1:-1]:
            raise ValueError(f"{text!r}: something must stand between two parts, else they cannot be told apart")
        if any("{" in literal or "}" in literal for literal in self._literals):
            raise ValueError(f"{text!r} has a brace without its partner")
        inner = "(.+?)".join(map(re.escape, self._literals))
        self._form = re.compile(inner, re.DOTALL)
        self._text = text

    def join(self, values: Any) -> str:
        """The parts' values, in order -> the text."""
        if not all(isinstance(value, str) and value for value in values):
            raise ConversionError(f"needs all of {', '.join(self.parts)} as text")
        text = self._literals[0] + "".join(
            value + literal for value, literal in zip(values, self._literals[1:], strict=True)
        )
        if self._apart(text) != tuple(values):
            raise ConversionError(f"has a part that holds what stands between the parts of {self._text}")
        return text

    def split(self, value: Any) -> tuple[str, ...]:
        """The text -> the parts' values, in order."""
        found = self._apart(value) if isinstance(value, str) else None
        if found is None:
            raise ConversionError(f"must look like {self._text}")
        return found

    def filled(self, value: str) -> str:
        """The text all of whose parts are ``value``."""
        return self.join([value] * len(self.parts))

    def _apart(self, text: str) -> tuple[str, ...] | None:
        match = self._form.fullmatch(text)
        return match.groups() if match else None


def join(text: str, settings: Settings) -> Converter:
    """Canonical parts <-> wire text."""
    template = Template(text)
    return Converter("join", template.join, template.split, refuses="a part that holds the separator")


def split(text: str, settings: Settings) -> Converter:
    """Canonical text <-> wire parts."""
    template = Template(text)
    return Converter("split", template.split, template.join, refuses="a text of another form", fit=template.filled)
