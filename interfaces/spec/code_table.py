"""A code list kept as a table: a CSV file beside the spec, one column the canonical code, one the wire's."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from interfaces.failure import Failure

LARGEST: Final = 5_000_000
"""Bytes of the largest table read."""


def table_codes(folder: Path, data: Mapping[str, Any]) -> dict[str, str]:
    """``{file, canonical, wire, where}`` -> canonical code -> wire code, in the file's order.

    ``where`` keeps the rows whose columns hold these values. UTF-8, first row names the columns. Failure(invalid)
    naming ``file:line`` for a column that is missing, an empty code, or a canonical code that stands there twice.
    """
    path = folder / data["file"]
    try:
        if path.stat().st_size > LARGEST:
            raise _wrong(str(path), f"is larger than {LARGEST} bytes")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _codes(csv.DictReader(file, strict=True), path, data)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _wrong(str(path), f"cannot be read as a UTF-8 CSV table ({type(error).__name__})") from None


def _codes(rows: csv.DictReader[str], path: Path, data: Mapping[str, Any]) -> dict[str, str]:
    own, wire, where = data["canonical"], data["wire"], data.get("where", {})
    missing = {own, wire, *where} - set(rows.fieldnames or ())
    if missing:
        raise _wrong(f"{path}:1", f"has no column {', '.join(sorted(missing))}")
    codes: dict[str, str] = {}
    for row in rows:
        if any(row[column] != value for column, value in where.items()):
            continue
        place = f"{path}:{rows.line_num}"
        if not row[own] or not row[wire]:
            raise _wrong(place, f"has no {own if not row[own] else wire}")
        if row[own] in codes:
            raise _wrong(place, f"names {own} {row[own]!r} a second time")
        codes[row[own]] = row[wire]
    if not codes:
        raise _wrong(str(path), "holds no row that is asked for")
    return codes


def _wrong(where: str, message: str) -> Failure:
    return Failure("invalid", f"the code table {message}", where=where, reason="structure")
