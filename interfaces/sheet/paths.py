"""Paths as people write them -> paths as rows have them.

``/ns:Order/Items/Item[]/Qty``, ``Order.Items.Item[*].Qty``, ``Items -> Item -> Qty`` and an indented tree of names all
mean ``Items.Item[].Qty``; ``[1]`` is XPath's first, ``[0]`` ours. What is in our own form already stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from interfaces.mapping.rows import split_path
from interfaces.sheet.book import Cell

_ARROWS = re.compile(r"\s*(?:->|→|＞|»|>|\\|/)\s*")
_STEP = re.compile(r"(?:(?P<prefix>[\w.-]+):)?(?P<name>[@#]?\w[\w-]*)(?:\[(?P<inside>[^\[\]]*)\])?")
_MANY = frozenset({"", "*", "n", "i", "N"})


def dotted(text: str) -> str | None:
    """One path in our form, None for what is no path. ``~`` and ``.`` stay as they are."""
    text = text.strip()
    if text in ("~", "."):
        return text
    xpath = _ARROWS.search(text) is not None
    parts = [p for p in (_ARROWS.split(text) if xpath else split_path(text)) if p]
    steps = [_step(part.strip(), xpath) for part in parts]
    return ".".join(step for step in steps if step) if steps and None not in steps else None


def _step(text: str, xpath: bool) -> str | None:
    match = _STEP.fullmatch(text)
    if match is None:
        return None
    name, inside = match["name"], match["inside"]
    if inside is None:
        return name
    if inside.strip() in _MANY:
        return f"{name}[]"
    if inside.isdecimal():
        return f"{name}[{int(inside) - 1 if xpath and int(inside) else int(inside)}]"
    return f"{name}[{inside.strip()}]" if re.fullmatch(r"@?[\w.-]+=[^\[\]]+", inside.strip()) else None


def trees(rows: list[list[Cell]], column: int | None, levels: tuple[int, ...]) -> Iterator[tuple[int, Cell, str]]:
    """(row index, cell, dotted path) of a tree drawn by columns (``levels``) or by indentation in one column."""
    stack: list[tuple[int, str]] = []
    for number, cells in enumerate(rows):
        cell, depth = _deepest(cells, levels) if levels else _indented(cells, column or 0)
        if cell is None:
            continue
        while stack and stack[-1][0] >= depth:
            stack.pop()
        stack.append((depth, cell.value))
        path = dotted("/".join(name for _, name in stack))
        if path is not None:
            yield number, cell, path


def _deepest(cells: list[Cell], levels: tuple[int, ...]) -> tuple[Cell | None, int]:
    filled = [index for index in levels if index < len(cells) and cells[index].value]
    return (cells[filled[-1]], levels.index(filled[-1])) if filled else (None, 0)


def _indented(cells: list[Cell], column: int) -> tuple[Cell | None, int]:
    cell = cells[column] if column < len(cells) and cells[column].value else None
    if cell is None:
        return None, 0
    blanks = len(cell.text) - len(cell.text.lstrip(" \t\u3000.·-"))
    return Cell(cell.at, cell.text.lstrip(" \t\u3000.·-")), 2 * cell.indent + blanks


def is_tree(cells: list[Cell]) -> bool:
    """Whether a column draws a tree: single names, and some of them indented."""
    texts = [cell for cell in cells if cell.value]
    plain = all(_STEP.fullmatch(cell.value.lstrip("\u3000.·- ")) for cell in texts)
    return bool(texts) and plain and any(cell.indent or cell.text[:1] in " \t\u3000" for cell in texts)
