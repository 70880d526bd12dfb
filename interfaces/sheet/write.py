"""A spec's rows as a workbook: one tab a message, one for the code lists; proof and findings beside each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from interfaces.agreement import Agreement
from interfaces.mapping.rows import parse_path
from interfaces.proof import Certificate, Finding
from interfaces.sheet.cells import to_cells
from interfaces.sheet.message import tab_name
from interfaces.spec.model import InterfaceSpec, Operation, Row, Side
from interfaces.spec.shapes import JsonShape, Shape, canonical_shape, walk

COLUMNS: Final = (
    ("row", "Row", 6), ("canonical", "Canonical path", 46), ("wire", "Wire path", 40), ("required", "Required", 10),
    ("type", "Type", 16), ("converter", "Converter", 12), ("argument", "Argument", 30), ("const", "Constant", 14),
    ("default-out", "Default out", 12), ("default-in", "Default in", 12), ("presence", "Presence", 10),
    ("when", "When", 30), ("lossy", "Lossy", 24), ("partial", "Partial", 24), ("ordered", "Ordered", 18),
    ("proof", "Proof", 12), ("findings", "Findings", 60),
)  # fmt: skip
"""(role, heading, width). The headings are synonyms that ``read_sheet`` knows."""
LISTS: Final = ("List name", "Canonical code", "Wire code", "Direction", "Lossy")

_GREEN, _AMBER, _RED = (PatternFill("solid", fgColor=c) for c in ("E2F0D9", "FFF2CC", "F8CBAD"))
_FILL = {"proved": _GREEN, "tested": _GREEN, "lossy": _AMBER, "forward-only": _AMBER, "broken": _RED}


def write_sheet(path: Path, spec: InterfaceSpec, certificate: Certificate) -> None:
    """Write (over) a workbook; ``read_sheet`` gives the same rows and code lists again."""
    book = Workbook()
    book.remove(book.worksheets[0])
    agreement = Agreement(spec)
    for op in spec.operations.values():
        for side in (op.request, op.reply):
            if side is not None and side.mapping is not None:
                _message(book, agreement, op, side, certificate)
    if spec.code_lists:
        _code_lists(book, spec)
    if not book.worksheets:
        book.create_sheet("no rows").append(["the wire of this interface is the canonical body"])
    book.save(path)


def _message(book: Workbook, agreement: Agreement, op: Operation, side: Side, certificate: Certificate) -> None:
    reply = side is op.reply
    sheet = book.create_sheet(tab_name(op.name, reply))
    _head(sheet, [(heading, width) for _, heading, width in COLUMNS])
    message = "reply" if reply else "request"
    proofs = {
        row.row: row.verdict
        for one in certificate.sides
        if (one.operation, one.message) == (op.name, message)
        for row in one.rows
    }
    shapes = canonical_shape(side), agreement.shape(side)
    for number, (label, row, own, wire) in enumerate(_flat(side.mapping or ()), start=2):
        facts = {"row": label, "canonical": own, "wire": wire, "proof": proofs.get(label, "")}
        facts |= {"required": _required(own, wire, shapes), "type": _type(own, shapes[0])}
        facts |= dict(to_cells(row.options)) | ({"converter": "each"} if row.rows else {})
        facts["findings"] = "\n".join(_said(certificate.findings, row, f"{op.name} {message}"))
        for column, (role, _, _) in enumerate(COLUMNS, start=1):
            _text(sheet.cell(number, column), facts.get(role, ""))
        sheet.cell(number, len(COLUMNS) - 1).fill = _FILL.get(facts["proof"], PatternFill())
    sheet.freeze_panes = "D2"


def _flat(rows: Sequence[Row], label: str = "", own: str = "", wire: str = "") -> Iterator[tuple[str, Row, str, str]]:
    """(label, row, canonical path, wire path) of every row, paths from the top, groups before what they hold."""
    for row in rows:
        number = f"{label}{row.number}"
        if not row.rows:
            yield number, row, _full(own, row.canonical), _full(wire, row.wire)
            continue
        outer_own, outer_wire = (_list(_full(base, path)) for base, path in ((own, row.canonical), (wire, row.wire)))
        yield number, row, outer_own, outer_wire
        yield from _flat(row.rows, f"{number}.", outer_own, outer_wire)


def _full(base: str, path: str | None) -> str:
    if path is None or not base:
        return "~" if path is None else path
    return base if path == "." else f"{base}.{path}"


def _list(path: str) -> str:
    return path if path.endswith("]") and "[key=" in path.rpartition(".")[2] else f"{path}[]"


def _required(own: str, wire: str, shapes: tuple[Shape, Shape]) -> str:
    marks = [mark for path, shape, mark in ((own, shapes[0], "hub"), (wire, shapes[1], "peer")) if _must(path, shape)]
    return " + ".join(marks)


def _must(path: str, shape: Shape) -> bool:
    if path in ("~", "."):
        return False
    steps = parse_path(path.replace("[]", ""))
    place: Shape | None = shape
    for step in steps:
        if place is None or step.name not in place.required():
            return False
        place = place.child(step.name)
    return True


def _type(own: str, shape: Shape) -> str:
    place = walk(shape, parse_path(own.replace("[]", ""))) if own not in ("~", ".") else None
    if not isinstance(place, JsonShape):
        return ""
    kind = "code" if place.enum() else place.schema.get("format") or place.schema.get("type", "")
    return ", ".join(kind) if isinstance(kind, list) else str(kind)


def _said(findings: Iterable[Finding], row: Row, what: str) -> Iterator[str]:
    for finding in findings:
        if finding.where.endswith(f":{row.line}") and (what in finding.message or not finding.message[:1].islower()):
            yield f"{finding.severity} {finding.rule}: {finding.message}"


def _code_lists(book: Workbook, spec: InterfaceSpec) -> None:
    sheet = book.create_sheet("Code lists")
    _head(sheet, [(heading, 22) for heading in LISTS])
    rows: list[Mapping[str, str]] = []
    for codes in spec.code_lists.values():
        rows += [_code(codes.name, own, wire, "", codes.lossy) for own, wire in codes.codes.items()]
        rows += [_code(codes.name, own, wire, "read", codes.lossy) for wire, own in codes.also.items()]
    for number, row in enumerate(rows, start=2):
        for column, heading in enumerate(LISTS, start=1):
            _text(sheet.cell(number, column), row[heading])
    sheet.freeze_panes = "A2"


def _code(name: str, own: str, wire: str, direction: str, lossy: str) -> Mapping[str, str]:
    return dict(zip(LISTS, (name, own, wire, direction, lossy), strict=True))


def _head(sheet: Any, columns: Iterable[tuple[str, int]]) -> None:
    for number, (heading, width) in enumerate(columns, start=1):
        sheet.cell(1, number, heading).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = width


def _text(cell: Any, text: str) -> None:
    """Always as text: nothing that a spec says may become a formula, and 007 stays 007."""
    if text:
        cell.value = text
        cell.data_type = "s"
        cell.number_format = "@"
