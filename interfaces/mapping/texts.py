"""Text for peers that count bytes and lack characters: 40 bytes of GBK are 20 汉字.

A character is never cut in two and never becomes ``?``: what does not fit is refused, truncated at a character, or
replaced, as the row declares.
"""

from __future__ import annotations

from typing import Any

from interfaces.mapping.errors import ConversionError

GETA = "〓"
"""The typographer's mark for a missing sort; every Chinese charset has it."""


class Texts:
    """Policy of one row. max_bytes 0 = no limit; over and missing say what to do (see schema.json)."""

    def __init__(
        self,
        charset: str,
        max_bytes: int = 0,
        over: str = "refuse",
        missing: str = "refuse",
        substitute: str = GETA,
    ) -> None:
        self.charset = "utf-16-le" if charset == "utf-16" else charset  # no byte order mark in lengths
        self.max_bytes = max_bytes
        self.over = over
        self.missing = missing
        self.substitute = substitute
        if "?" in substitute or self._lacks(substitute):
            raise ValueError(f"the substitute must be text that {charset} has, and not ?")
        if over == "substitute" and max_bytes and self._length(substitute) > max_bytes:
            raise ValueError("the substitute itself is too long")

    def out(self, value: Any) -> str:
        """Canonical text -> text that the wire can hold."""
        if not isinstance(value, str):
            raise ConversionError("must be text")
        lacking = self._lacks(value)
        if lacking and self.missing == "refuse":
            raise ConversionError(f"has {len(lacking)} character(s) that {self.charset} lacks")
        text = "".join(self.substitute if c in lacking else c for c in value) if lacking else value
        return self._fit(text) if self.max_bytes and self._length(text) > self.max_bytes else text

    def _fit(self, text: str) -> str:
        if self.over == "refuse":
            raise ConversionError(f"has more than {self.max_bytes} bytes in {self.charset}")
        if self.over == "substitute":
            return self.substitute
        while self._length(text) > self.max_bytes:
            # whole characters only: a quick first guess, then one by one
            surplus = self._length(text) - self.max_bytes
            text = text[: -max(1, surplus // 4)]
        return text

    def _lacks(self, text: str) -> set[str]:
        try:
            text.encode(self.charset)
        except UnicodeEncodeError:
            return {c for c in set(text) if not self._has(c)}
        return set()

    def _has(self, character: str) -> bool:
        try:
            return bool(character.encode(self.charset))
        except UnicodeEncodeError:
            return False

    def _length(self, text: str) -> int:
        return len(text.encode(self.charset))
