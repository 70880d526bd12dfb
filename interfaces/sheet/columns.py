"""What the columns of a mapping sheet are: guessed from their headings, English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from interfaces.sheet.book import Cell, Tab
from interfaces.spec.yaml_lines import read_yaml

SYNONYMS: Final[Mapping[str, list[str]]] = read_yaml(
    resources.files("interfaces.sheet").joinpath("columns.yaml").read_text("utf-8"), "columns.yaml"
)[0]
"""role -> headings, in lower case."""

_ROLE_OF = {heading: role for role, headings in SYNONYMS.items() for heading in headings}
_LEVEL = re.compile(r"(level|lvl|l|层级|级)\s*([1-9])|([一二三四五六七八九])级")
PATHS: Final = frozenset({"canonical", "wire", "source", "target"})
_SEARCHED = 30
"""Rows from the top in which a heading row is looked for."""


@dataclass(frozen=True, slots=True)
class Heading:
    """row: index of the heading row. columns: role -> column index. levels: columns of an indented tree, in order."""

    row: int
    columns: Mapping[str, int]
    levels: tuple[int, ...] = ()

    def cell(self, cells: list[Cell], role: str) -> Cell | None:
        """The cell of a role, None when there is no such column or nothing stands in it."""
        index = self.columns.get(role)
        return cells[index] if index is not None and cells[index].value else None


def heading_of(tab: Tab) -> Heading | None:
    """The row that names most columns, None when none names two."""
    found = [_named(number, cells) for number, cells in enumerate(tab.rows[:_SEARCHED])]
    best = max(found, key=lambda h: len(h.columns) + len(h.levels), default=None)
    return best if best is not None and len(best.columns) + len(best.levels) >= 2 else None


def _named(number: int, cells: list[Cell]) -> Heading:
    columns: dict[str, int] = {}
    levels: list[int] = []
    for index, cell in enumerate(cells):
        text = normal(cell.value)
        if text and _LEVEL.fullmatch(text):
            levels.append(index)
        elif text in _ROLE_OF:
            columns.setdefault(_ROLE_OF[text], index)
    return Heading(number, columns, tuple(levels))


def normal(text: str) -> str:
    """A heading in the form of SYNONYMS: lower case, one blank between words, no brackets behind it."""
    text = re.sub(r"[(（\[].*?[)）\]]", "", text.lower())
    return re.sub(r"[\s_:：*-]+", " ", text).strip()
