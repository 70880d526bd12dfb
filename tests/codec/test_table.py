"""Interface tables: layouts that are checked, rows in the peer's bytes, and nothing ever cut."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.codec.table import TableCodec
from interfaces.contract.table import TableLayout
from interfaces.failure import Failure

LAYOUT = """
charset: gbk
request: IF_ORDER
status: IF_STATUS
tables:
  IF_ORDER:
    columns:
      DJH: {type: text, bytes: 10, required: true, key: true}
      YHMC: {type: text, bytes: 6}
      SL: {type: int}
      YQSJ: {type: datetime}
  IF_STATUS:
    read_mark: DQBZ
    columns:
      XH: {type: int, required: true, key: true}
      DQBZ: {type: int, required: true}
"""


def layout(tmp_path: Path, text: str = LAYOUT) -> TableLayout:
    path = tmp_path / "tables.yaml"
    path.write_text(text, "utf-8")
    return TableLayout.load(path)


@pytest.fixture
def codec(tmp_path: Path) -> TableCodec:
    return TableCodec(layout(tmp_path))


def test_a_layout_says_which_tables_columns_and_marks_there_are(tmp_path: Path) -> None:
    agreed = layout(tmp_path)
    assert (agreed.charset, agreed.request, agreed.status) == ("gbk", "IF_ORDER", "IF_STATUS")
    assert agreed.table("IF_ORDER").key == "DJH"
    assert agreed.table("IF_STATUS").read_mark == "DQBZ"
    assert agreed.table("IF_ORDER").columns["YHMC"].bytes == 6


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("charset: gbk", "charset: latin1", "charset"),
        ("{type: text, bytes: 6}", "{type: text}", "tables.IF_ORDER.columns.YHMC"),
        ("{type: int}", "{type: number}", "tables.IF_ORDER.columns.SL.type"),
        ("      SL:", "      'S L; drop':", "tables.IF_ORDER.columns"),
        ("request: IF_ORDER", "request: IF_ELSE", "request"),
        (", key: true}\n      YHMC", "}\n      YHMC", "tables.IF_ORDER"),
        ("read_mark: DQBZ", "read_mark: DQ", "tables.IF_STATUS.read_mark"),
    ],
)
def test_a_faulty_layout_is_refused_with_file_line_and_path(tmp_path: Path, old: str, new: str, path: str) -> None:
    assert old in LAYOUT
    with pytest.raises(Failure) as caught:
        layout(tmp_path, LAYOUT.replace(old, new, 1))
    assert [fault["path"] for fault in caught.value.errors] == [path]
    assert f"{tmp_path / 'tables.yaml'}:" in caught.value.where


def test_a_missing_layout_and_an_unknown_table_are_not_found(tmp_path: Path, codec: TableCodec) -> None:
    for attempt in (lambda: TableLayout.load(tmp_path / "no.yaml"), lambda: codec.tree("IF_ELSE", {})):
        with pytest.raises(Failure) as caught:
            attempt()
        assert caught.value.code == "not_found"


def test_a_row_holds_the_peers_bytes(codec: TableCodec) -> None:
    tree = {"DJH": "007", "YHMC": "张三", "SL": 100, "YQSJ": "2026-11-01T08:00:00"}
    row = codec.row("IF_ORDER", tree)
    assert row == {"DJH": b"007", "YHMC": "张三".encode("gbk"), "SL": 100, "YQSJ": "2026-11-01 08:00:00"}
    assert codec.tree("IF_ORDER", row) == {**tree, "YQSJ": "2026-11-01 08:00:00"}


def test_columns_a_driver_decoded_itself_are_taken_as_they_are(codec: TableCodec) -> None:
    row = {"DJH": "1", "SL": 2, "YQSJ": datetime(2026, 11, 1), "YHMC": None, "MORE": b"x"}
    assert codec.tree("IF_ORDER", row) == {"DJH": "1", "SL": 2, "YQSJ": "2026-11-01 00:00:00"}


@pytest.mark.parametrize(
    ("tree", "path", "message"),
    [
        ({"DJH": "1", "YHMC": "张三李四"}, "YHMC", "has 8 bytes in gbk, 6 are allowed"),
        ({"DJH": "1", "YHMC": "𠮷"}, "YHMC", "has a character that gbk lacks, at 1"),
        ({"DJH": "1", "YHMC": "a\0b"}, "YHMC", "holds NUL"),
        ({"DJH": ["1"]}, "DJH", "must be text"),
        ({"DJH": "1", "SL": "1.5"}, "SL", "must be a whole number"),
        ({"DJH": "1", "SL": True}, "SL", "must be a whole number"),
        ({"DJH": "1", "YQSJ": "tomorrow"}, "YQSJ", "must be a date and time, 2026-11-01 08:00:00"),
        ({"DJH": "1", "YQSJ": "2026-11-01T08:00:00Z"}, "YQSJ", "must have no zone; the mapping row converts it"),
        ({"DJH": "1", "XX": "1"}, "XX", "is no column"),
        ({"YHMC": "张三"}, "DJH", "is missing"),
    ],
)
def test_what_the_layout_does_not_allow_is_refused(
    codec: TableCodec, tree: dict[str, object], path: str, message: str
) -> None:
    with pytest.raises(Failure) as caught:
        codec.row("IF_ORDER", tree)
    assert caught.value.errors == [{"path": path, "message": message}]


def test_all_faults_of_a_row_come_in_one_answer(codec: TableCodec) -> None:
    with pytest.raises(Failure) as caught:
        codec.row("IF_ORDER", {"YHMC": "张三李四", "SL": "x"})
    assert {fault["path"] for fault in caught.value.errors} == {"DJH", "YHMC", "SL"}


def test_a_question_may_leave_required_columns_out(codec: TableCodec) -> None:
    assert codec.row("IF_ORDER", {"YHMC": "a"}, partial=True) == {"YHMC": b"a"}


def test_bytes_that_are_not_in_the_charset_are_refused(codec: TableCodec) -> None:
    with pytest.raises(Failure, match="not text in gbk"):
        codec.tree("IF_ORDER", {"DJH": b"\xff"})


@given(st.text(st.characters(codec="gb18030", exclude_characters="\0"), max_size=8))
def test_a_text_comes_back_whole_or_is_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    codec = TableCodec(layout(tmp_path_factory.getbasetemp()))
    tree = {"DJH": "1", "YHMC": text}
    if len(text.encode("gbk", "ignore")) > 6 or text.encode("gbk", "ignore").decode("gbk") != text:
        with pytest.raises(Failure, match="YHMC"):
            codec.row("IF_ORDER", tree)
    else:
        assert codec.tree("IF_ORDER", codec.row("IF_ORDER", tree)) == tree
