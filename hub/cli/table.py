"""Readable tables on a terminal, where a Chinese character is two columns wide."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

Row = Mapping[str, Any]


def width(text: str) -> int:
    """Columns that ``text`` takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def plain(value: Any) -> str:
    """One value on one line: no control characters (a peer's text must not steer the terminal)."""
    text = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return "".join(c if c.isprintable() else " " for c in text)


def table(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Rows under their headings, left-aligned; an empty list gives the headings only."""
    lines = [[c.replace("_", " ") for c in columns], *([plain(r.get(c)) for c in columns] for r in rows)]
    widths = [max(width(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (wide - width(cell)) for cell, wide in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def facts(row: Row, names: Sequence[str]) -> str:
    """``name  value`` lines of one thing; empty values are left out."""
    there = [n for n in names if row.get(n) not in (None, "", [], {})]
    wide = max((len(n) for n in there), default=0)
    return "\n".join(f"{n.replace('_', ' '):<{wide}}  {plain(row[n])}" for n in there)


def json_line(thing: Any) -> None:
    """One JSON value on one line of standard output."""
    click.echo(json.dumps(thing, ensure_ascii=False))


def show_page(page: Mapping[str, Any], columns: Sequence[str], as_json: bool) -> None:
    """One page of a list: a JSON line each, or a table with what there is beyond it on standard error."""
    if as_json:
        for item in page["items"]:
            json_line(item)
        return
    click.echo(table(page["items"], columns))
    click.echo(f"{len(page['items'])} of {page['total']}", err=True)
    if page["next"]:
        click.echo(f"more: --cursor {page['next']}", err=True)
