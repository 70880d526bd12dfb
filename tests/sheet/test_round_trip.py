"""A spec as a workbook and back: the same rows, the same file."""

import shutil

import pytest
from openpyxl import load_workbook

from interfaces.proof import prove
from interfaces.proof.certificate import Certificate
from interfaces.sheet import read_sheet, write_sheet
from interfaces.spec.loader import load_spec
from interfaces.spec.rewrite import Change, plain, rewritten
from tests.systems.bundle import bundled


def unproved(spec):
    return Certificate(spec.ref, spec.hash, 0, (), ())


@pytest.mark.parametrize("id", sorted(bundled()))
def test_export_then_import_changes_nothing(tmp_path, id):
    spec, book = bundled()[id], tmp_path / "sheet.xlsx"
    write_sheet(book, spec, unproved(spec))
    found = read_sheet(book, spec)
    for change in found.changes:
        op = spec.operations[change.operation]
        side = op.reply if change.reply else op.request
        assert plain(change.rows) == plain(side.mapping)
    assert {name: spec.code_lists[name] for name in found.code_lists} == found.code_lists
    assert (found.open, found.mandatory) == ([], [])
    text = (spec.folder / "spec.yaml").read_text("utf-8")
    assert rewritten(text, spec.folder / "spec.yaml", found.changes, found.code_lists) == text


@pytest.mark.parametrize("id", ["rm-resource", "contractroot-order", "crm-core", "tmf622-order", "order97"])
def test_rows_written_anew_mean_the_same(tmp_path, id):
    """Every message written out again: anchors, flow style, nested groups, options of every kind."""
    shutil.copytree(bundled()[id].folder, tmp_path / id)
    spec = load_spec(tmp_path / id)
    sides = [(op, side) for op in spec.operations.values() for side in (op.request, op.reply) if side and side.mapping]
    changes = [Change(op.name, side is op.reply, "WorkOrder@1", side.mapping) for op, side in sides]
    text = rewritten((tmp_path / id / "spec.yaml").read_text("utf-8"), tmp_path / id / "spec.yaml", changes, {})
    (tmp_path / id / "spec.yaml").write_text(text, "utf-8")
    again = load_spec(tmp_path / id)
    for op, side in sides:
        new = again.operations[op.name]
        assert plain((new.reply if side is op.reply else new.request).mapping) == plain(side.mapping)
    assert again.transport == spec.transport
    assert again.examples == spec.examples


def test_the_workbook_shows_proof_and_findings_and_holds_no_formula(tmp_path):
    spec = bundled()["bill-query"]
    write_sheet(tmp_path / "sheet.xlsx", spec, prove(spec, documents=20))
    book = load_workbook(tmp_path / "sheet.xlsx")
    sheet = book["queryArrears reply"]
    heads = [cell.value for cell in sheet[1]]
    rows = [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]
    since = next(row for row in rows if row["Canonical path"] == "since")
    assert (since["Converter"], since["Argument"], since["Proof"]) == ("date", "yyyy-MM-dd@Asia/Shanghai", "lossy")
    assert since["Lossy"] == "BILL knows the day, not the hour"
    assert {cell.data_type for one in book.worksheets for row in one.iter_rows() for cell in row} <= {"s", "n"}
    assert next(row for row in rows if row["Wire path"] == "result_code")["Constant"] == '"0"'
