"""Tabs that hold code lists: which code of ours is which of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from interfaces.sheet.book import Cell, Tab
from interfaces.sheet.columns import Heading
from interfaces.spec.model import CodeList

_LIST = re.compile(r"[A-Z\u4e00-\u9fff][A-Z0-9_\u4e00-\u9fff]*")
_WORDS = re.compile(r"[A-Z0-9\u4e00-\u9fff]+")
_NOISE = frozenset({"LOV", "CODE", "CODES", "LIST", "CODELIST", "码表", "代码表", "字典"})


@dataclass(frozen=True, slots=True)
class Twice:
    """A code that stands twice in one list. cell: ``Tab!A3``."""

    cell: str
    code: str
    list: str


def is_codes(heading: Heading) -> bool:
    return {"own code", "wire code"} <= heading.columns.keys()


def code_lists(tab: Tab, heading: Heading, twice: list[Twice]) -> dict[str, CodeList]:
    """One list per name in the list column; without such a column the tab's name is the list's."""
    lists: dict[str, dict[str, str]] = {}
    reasons: dict[str, str] = {}
    also: dict[str, dict[str, str]] = {}
    for name, cells in _named(tab, heading):
        own, wire = heading.cell(cells, "own code"), heading.cell(cells, "wire code")
        if own is None or wire is None:
            continue
        way = heading.cell(cells, "direction")
        if way is not None and way.value == "read":
            also.setdefault(name, {})[wire.value] = own.value
        elif lists.setdefault(name, {}).setdefault(own.value, wire.value) != wire.value:
            twice.append(Twice(f"{tab.name}!{own.at}", own.value, name))
        if lossy := heading.cell(cells, "lossy"):
            reasons[name] = lossy.value
    return {name: CodeList(name, codes, reasons.get(name, ""), also.get(name, {})) for name, codes in lists.items()}


def _named(tab: Tab, heading: Heading) -> Iterator[tuple[str, list[Cell]]]:
    """Each row with its list; a name that is written once, in the first row of its list, holds for those below it."""
    name = tab.name
    for cells in tab.rows[heading.row + 1 :]:
        cell = heading.cell(cells, "list")
        name = cell.value if cell else name
        yield list_name(name), cells


def list_name(text: str) -> str:
    """``LOV order type`` -> ``ORDER_TYPE``: the form of names that specs have."""
    if _LIST.fullmatch(text):
        return text
    words = _WORDS.findall(text.upper())
    name = "_".join([word for word in words if word not in _NOISE] or words) or "CODES"
    return name if not name[0].isdecimal() else f"L_{name}"
