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
"""role -> headings, in lower case. One heading may have a role in mapping tabs and another in tabs of code lists."""

_ROLES_OF = {
    heading: [role for role, known in SYNONYMS.items() if heading in known]
    for headings in SYNONYMS.values()
    for heading in headings
}
_OTHER: Final[Mapping[str, str]] = {
    "canonical": "target", "source": "target", "wire": "source", "target": "source",
    "own code": "wire code", "wire code": "own code",
}  # fmt: skip
"""role -> what the one other column of its kind is, whatever system its heading names."""
_PLACES = ("field", "path", "element", "attribute", "node", "tag", "字段", "路径", "节点", "元素", "属性", "xpath")
_CODES = ("code", "value", "编码", "代码", "值", "码")
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
        for role in _ROLES_OF.get(text, ()):
            columns.setdefault(role, index)
    _by_elimination(cells, columns)
    return Heading(number, columns, tuple(levels))


def _by_elimination(cells: list[Cell], columns: dict[str, int]) -> None:
    """``Our field | FieldCo XPath``, ``CRM field | BRM field``: who is who is told by the other column, or by the
    paths below."""
    for roles, ends in ((PATHS, _PLACES), (frozenset({"own code", "wire code"}), _CODES)):
        taken = set(columns.values())
        left = [n for n, c in enumerate(cells) if n not in taken and normal(c.value).endswith(ends)]
        there = roles & columns.keys()
        if len(there) == 1 and len(left) == 1:
            columns[_OTHER[next(iter(there))]] = left[0]
        elif not there and len(left) == 2 and roles is PATHS:
            columns["source"], columns["target"] = left


def normal(text: str) -> str:
    """A heading in the form of SYNONYMS: lower case, one blank between words, no brackets behind it."""
    text = re.sub(r"[(（\[].*?[)）\]]", "", text.lower())
    return re.sub(r"[\s_:：*-]+", " ", text).strip()
