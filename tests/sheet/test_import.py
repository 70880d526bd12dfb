"""Workbooks as people have them: other headings, other path styles, merged cells, free text, mistakes."""

import json
import zipfile

import pytest
from click.testing import CliRunner
from openpyxl import Workbook
from openpyxl.styles import Alignment

from hub.cli.interface import group
from interfaces.failure import Failure
from interfaces.sheet import read_sheet
from interfaces.spec.loader import load_spec
from interfaces.spec.rewrite import plain
from tests.proof.parts import proved

ROWS = "- [~, Box.C, const: HUB]"


@pytest.fixture
def spec(tmp_path):
    proved(tmp_path, ROWS, documents=0)
    return load_spec(tmp_path)


def book(path, tabs):
    """{"tab": [[cell, ...], ...]} -> a workbook file."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in tabs.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def rows_of(found):
    (change,) = found.changes
    return plain(change.rows)


WANTED = [
    ["externalId", "No", {}, []],
    ["area", "Lan", {}, []],
    ["action", "Act", {"code": "ACT"}, []],
    ["appointment.date", "A", {"date": "yyyyMMdd"}, []],
    [None, "Box.D", {"const": "HUB"}, []],
    ["resource[key=id]", "Item[key=Id]", {}, [["id", "Id", {}, []], ["value", "V", {}, []]]],
]
LOV = [
    ["码表名", "本方编码", "对方编码"],
    *[["ACT", own, own[0].upper()] for own in ("dispatch", "cancel", "urge")],
    ["ACT", "changeAppointment", "A"],
]


def test_an_english_sheet_with_xpaths_and_a_title_above(tmp_path, spec):
    tabs = {
        "Mapping v3": [
            ["Interface field mapping, agreed 2026-10"],
            [],
            ["No.", "Source field", "Target (XPath)", "M/O", "LOV", "Rule", "Fixed value", "Remarks"],
            [1, "externalId", "/ns1:order/ns1:No", "M", None, None, None, "our number"],
            [2, "area", "order/Lan", "M"],
            [3, "action", "order -> Act", "M", "ACT"],
            [4, "appointment.date", "/order/A", "O", None, "YYYYMMDD"],
            [5, None, "/order/Box/D", "M", None, None, "HUB"],
            [6, "resource[key=id].id", "/order/Item[key=Id]/Id"],
            [7, "resource[key=id].value", "/order/Item[key=Id]/V"],
        ],
        "LOV": LOV,
        "History": [["2026-10-01"], ["first"]],
    }
    found = read_sheet(book(tmp_path / "a.xlsx", tabs), spec)
    assert rows_of(found) == WANTED
    assert found.code_lists["ACT"].codes == {"dispatch": "D", "cancel": "C", "urge": "U", "changeAppointment": "A"}
    assert (found.open, found.ignored) == ([], ["History"])


def test_a_chinese_sheet_with_an_indented_tree(tmp_path, spec):
    tabs = {
        "映射": [
            ["序号", "规范字段", "接口字段", "必填", "码表", "规则", "常量"],
            [1, None, "order"],
            [2, "externalId", "  No", "是"],
            [3, "area", "  Lan", "是"],
            [4, "action", "  Act", "是", "ACT"],
            [5, "appointment.date", "  A", "否", None, "yyyyMMdd"],
            [6, None, "  Box"],
            [7, None, "    D", None, None, None, "HUB"],
            [8, None, "  Item[key=Id]"],
            [9, "resource[key=id].id", "    Id"],
            [10, "resource[key=id].value", "    V"],
        ],
        "代码": LOV,
    }
    assert rows_of(read_sheet(book(tmp_path / "a.xlsx", tabs), spec)) == WANTED


def test_a_tree_in_columns_and_one_by_alignment(tmp_path, spec):
    tabs = {
        "Mapping": [
            ["Level 1", "Level 2", "Level 3", "Canonical"],
            ["order"],
            [None, "No", None, "externalId"],
            [None, "Lan", None, "area"],
            [None, "Act", None, "workType"],
            [None, "Box"],
            [None, None, "D", "note"],
        ]
    }
    wanted = [["externalId", "No"], ["area", "Lan"], ["workType", "Act"], ["note", "Box.D"]]
    assert [row[:2] for row in rows_of(read_sheet(book(tmp_path / "a.xlsx", tabs), spec))] == wanted
    made = Workbook()
    sheet = made.active
    for row in (["wire", "canonical"], ["order"], ["No", "externalId"], ["Lan", "area"], ["Box"], ["D", "note"]):
        sheet.append(row)
    for row, indent in ((3, 1), (4, 1), (5, 1), (6, 2)):
        sheet.cell(row, 1).alignment = Alignment(indent=indent)
    made.save(tmp_path / "b.xlsx")
    rows = rows_of(read_sheet(tmp_path / "b.xlsx", spec))
    assert [row[:2] for row in rows] == [["externalId", "No"], ["area", "Lan"], ["note", "Box.D"]]


def test_merged_cells_count_for_all_their_rows(tmp_path, spec):
    path = book(
        tmp_path / "a.xlsx",
        {"M": [["canonical", "wire", "condition"], ["note", "A", "workType == 'install'"], ["parentOrder", "B"]]},
    )
    from openpyxl import load_workbook

    made = load_workbook(path)
    made["M"].merge_cells("C2:C3")
    made.save(path)
    assert [row[2] for row in rows_of(read_sheet(path, spec))] == [{"when": "workType == 'install'"}] * 2


def test_what_is_not_certain_stays_open_with_its_cell(tmp_path, spec):
    tabs = {
        "Mapping": [
            ["canonical", "wire", "rule", "code list"],
            ["externalId", "No"],
            ["area", "Lan"],
            ["note", "A", "if mobile then first 10 chars, as in row 12"],
            ["parentOrdr", "B"],
            ["note", "Box.E"],
            ["action", "Act", None, "NOWHERE"],
            ["note", "Item.Id"],
        ]
    }
    found = read_sheet(book(tmp_path / "a.xlsx", tabs), spec)
    assert [row[:2] for row in rows_of(found)] == [["externalId", "No"], ["area", "Lan"]]
    assert [one.cell for one in found.open] == [f"Mapping!A{n}" for n in (4, 5, 6, 7, 8)]
    assert "free text" in found.open[0].why
    assert found.open[1].candidates[0].path == "parentOrder"
    assert "wire schema has no such path" in found.open[2].why
    assert "NOWHERE" in found.open[3].why
    assert "one side only" in found.open[4].why


def test_source_and_target_may_stand_the_other_way_round(tmp_path, spec):
    tabs = {"M": [["Source", "Target"], ["No", "externalId"], ["Lan", "area"], ["Act", "workType"]]}
    rows = rows_of(read_sheet(book(tmp_path / "a.xlsx", tabs), spec))
    assert [row[:2] for row in rows] == [["externalId", "No"], ["area", "Lan"], ["workType", "Act"]]


def test_the_command_writes_the_spec_and_tells_what_is_left(tmp_path, spec):
    tabs = {
        "Mapping": [
            ["canonical", "wire", "rule"],
            ["externalId", "No"],
            ["note", "A", "ask Li"],
            ["action", "Act", "ACT"],
        ],
        "LOV": LOV,
    }
    path = book(tmp_path / "a.xlsx", tabs)
    before = (tmp_path / "spec.yaml").read_text("utf-8")
    asked = ["import-sheet", str(path), "--spec", str(tmp_path), "--json"]
    run = CliRunner().invoke(group, [*asked, "--check"])
    assert (tmp_path / "spec.yaml").read_text("utf-8") == before
    run = CliRunner().invoke(group, asked)
    record = json.loads(run.stdout.splitlines()[-1])
    assert run.exit_code == 1
    assert (record["matched"], record["code_lists"], record["written"]) == (2, 1, True)
    assert record["mandatory"] == ["do request: wire Lan"]
    after = (tmp_path / "spec.yaml").read_text("utf-8")
    assert "# TODO Mapping!A3: note -> A: rule 'ask Li' is free text" in after
    again = load_spec(tmp_path)
    wanted = [["externalId", "No", {}, []], ["action", "Act", {"code": "ACT"}, []]]
    assert plain(again.operations["do"].request.mapping) == wanted
    assert again.code_lists["ACT"].codes["urge"] == "U"


# -- workbooks that cannot be read -----------------------------------------------------------------------------------


def with_part(path, name, data):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, data)
    return path


def formula(path, value, kind):
    made = Workbook()
    made.active.append(["canonical", "wire"])
    made.active.append(["note", value])
    made.active["B2"].data_type = kind
    made.save(path)
    return path


@pytest.mark.parametrize(
    ("make", "said", "where"),
    [
        (lambda p: formula(p, "#REF!", "e"), "formula error #REF!", "Sheet!B2"),
        (lambda p: formula(p, "=A1", "f"), "never computed", "Sheet!B2"),
        (lambda p: p.write_bytes(b"a,b,c") and p, "no .xlsx workbook", "a.xlsx"),
        (lambda p: with_part(book(p, {"M": [["canonical"]]}), "x.xml", b"<!DOCTYPE x>"), "DOCTYPE", "a.xlsx"),
        (lambda p: with_part(p, "nothing.txt", b""), "no .xlsx workbook", "a.xlsx"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused_by_its_cell(tmp_path, spec, make, said, where):
    with pytest.raises(Failure, match=said) as caught:
        read_sheet(make(tmp_path / "a.xlsx"), spec)
    assert caught.value.where.endswith(where)


def test_a_bomb_is_not_unpacked(tmp_path, spec):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 210_000_000)
    with pytest.raises(Failure, match="unpacks to more"):
        read_sheet(path, spec)
