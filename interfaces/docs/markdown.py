"""The little of Markdown that the documents need. What comes from a spec is text, never markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def cell(value: object) -> str:
    """Text that stays in its cell and means nothing else."""
    text = "" if value is None else " ".join(str(value).split())
    for sign in "\\|<>`*_[]":
        text = text.replace(sign, f"&#{ord(sign)};" if sign in "|<>" else f"\\{sign}")
    return text


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table, "" when it has no rows."""
    lines = [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines]) + "\n" if lines else ""


def block(text: str, kind: str = "") -> str:
    """Text as it is; the fence is longer than any in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{kind}\n{text.rstrip()}\n{fence}\n"
