"""A workbook read safely into plain tables. The one importer of openpyxl for reading."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from interfaces.failure import Failure

LARGEST: Final = 20_000_000
"""Bytes of the largest workbook."""
UNPACKED: Final = 200_000_000
"""Bytes of all its parts unpacked: a zip bomb passes this at once."""
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """text: stripped on the right only, because leading blanks may draw a tree. indent: of the cell's alignment."""

    at: str
    text: str = ""
    indent: int = 0

    @property
    def value(self) -> str:
        return self.text.strip()


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet as rows of cells, merged ranges filled with what stands in their first cell."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)


def read_book(path: Path) -> list[Tab]:
    """Every visible sheet. Failure(invalid) naming ``file!Tab!F23`` for a formula that is an error or was never
    computed, Failure(too_large) for what is no honest workbook."""
    _guard(path)
    try:
        values = load_workbook(path, data_only=True)
        formulas = load_workbook(path)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError) as error:
        raise _wrong(path.name, f"is no .xlsx workbook ({type(error).__name__})", "save it as .xlsx") from None
    return [
        _tab(path.name, sheet, formulas[sheet.title])
        for sheet in values.worksheets
        if sheet.sheet_state == "visible" and sheet.max_row
    ]


def _guard(path: Path) -> None:
    """Before anything is unpacked: its size, and parts that would be more than data."""
    try:
        if path.stat().st_size > LARGEST:
            raise Failure("too_large", f"the workbook has more than {LARGEST} bytes", where=path.name)
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > UNPACKED:
                raise Failure("too_large", f"the workbook unpacks to more than {UNPACKED} bytes", where=path.name)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.open(part).read(4096):
                    raise _wrong(path.name, f"part {part.filename[:80]} has a DOCTYPE", "save it again as .xlsx")
    except FileNotFoundError:
        raise Failure("not_found", "there is no such workbook", where=str(path)) from None
    except zipfile.BadZipFile:
        raise _wrong(path.name, "is no .xlsx workbook", "save it as .xlsx (not .xls, not .csv)") from None


def _tab(file: str, sheet: Any, formulas: Any) -> Tab:
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        what = f"sheet {sheet.title} has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns"
        raise Failure("too_large", what, where=f"{file}!{sheet.title}")
    merged = {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    rows = []
    for row in range(1, sheet.max_row + 1):
        cells = []
        for column in range(1, sheet.max_column + 1):
            first = merged.get((row, column), (row, column))
            at = f"{get_column_letter(column)}{row}"
            cells.append(_cell(f"{file}!{sheet.title}!", at, sheet.cell(*first), formulas.cell(*first)))
        rows.append(cells)
    return Tab(sheet.title, rows)


def _cell(place: str, at: str, cell: Any, formula: Any) -> Cell:
    if cell.data_type == "e":
        raise _wrong(f"{place}{at}", f"holds the formula error {cell.value}", "mend the formula, save, import again")
    if cell.value is None and formula.data_type == "f":
        raise _wrong(f"{place}{at}", "holds a formula that was never computed", "open and save it, or paste its value")
    value = cell.value
    text = "" if value is None else str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return Cell(at, text.rstrip().replace("\xa0", " "), int(cell.alignment.indent or 0) if cell.alignment else 0)


def _wrong(where: str, message: str, advice: str) -> Failure:
    return Failure("invalid", f"the workbook {message}", where=where, advice=advice, reason="structure")
