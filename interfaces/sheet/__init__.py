"""Mapping sheets: the workbook that people keep, as an editable two-way view of a spec's rows.

    found = read_sheet(path, spec)                 # what the workbook says, and what it leaves open
    text = rewritten(spec, found.changes)          # spec.yaml with these rows
    write_sheet(path, spec, certificate)           # the same rows as a workbook, with proof and findings

Nothing in a sheet becomes code, and nothing is guessed: what cannot be read for certain stays a TODO with its cell.
"""

from interfaces.sheet.read import Sheet, read_sheet
from interfaces.sheet.write import write_sheet

__all__ = ["Sheet", "read_sheet", "write_sheet"]
