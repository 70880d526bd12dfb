"""Exchange files: bytes and trees, both forms, and every way a file can be wrong."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.codec.file import FileCodec
from interfaces.codec.file_fields import guarded, unguarded
from interfaces.contract.file_layout import FileLayout
from interfaces.failure import Failure
from tests.files.parts import DELIMITED, FIXED, codec, file_bytes, line, name

ROWS = [line(1), line(2, money="-0.05"), line(3, money="1000000.10")]


@pytest.fixture(params=[FIXED, DELIMITED], ids=["fixed", "delimited"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> FileCodec:
    return codec(tmp_path, request.param)


@pytest.fixture
def fixed(tmp_path: Path) -> FileCodec:
    return codec(tmp_path, FIXED)


def made(folder: Path, head: str, fields: str) -> FileCodec:
    """A codec of one kind of detail."""
    return codec(folder, f"{head}\nrecords:\n  D:\n    role: detail\n    fields:\n      {fields}\n")


def refused(codec: FileCodec, data: bytes, **how: Any) -> Failure:
    with pytest.raises(Failure) as caught:
        codec.tree(data, name(**how))
    assert caught.value.code == "invalid"
    return caught.value


def test_a_file_reads_back_as_it_was_written(either: FileCodec) -> None:
    tree = either.tree(file_bytes(either, *ROWS), name())
    assert tree["MX"] == [{"LX": "20", **row} for row in ROWS]
    assert tree["HEAD"] == {"LX": "10", "RQ": "20261101", "XH": "1"}
    assert tree["TAIL"] == {"LX": "90", "BS": "3", "HJ": "1000001.55"}


def test_a_fixed_line_is_made_of_bytes_of_the_charset(fixed: FileCodec) -> None:
    _, detail, trailer, end = file_bytes(fixed, line(7, money="-12.30")).split(b"\r\n")
    assert detail == b"20" + b"T-7".ljust(16) + b"W" + "示例客户".encode("gbk").ljust(20) + b"-00000001230"
    assert (trailer, end) == (b"90000001-0000000001230", b"")


def test_a_file_without_details_is_a_file(either: FileCodec) -> None:
    assert either.tree(file_bytes(either), name())["TAIL"]["BS"] == "0"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_both_line_ends_are_read(fixed: FileCodec, end: bytes) -> None:
    assert len(fixed.tree(file_bytes(fixed, *ROWS).replace(b"\r\n", end), name())["MX"]) == 3


BROKEN = {
    "the trailer counts another number": (lambda d: d.replace(b"90000003", b"90000004"), ":5 BS", "number of details"),
    "the sum is a cent off": (lambda d: d.replace(b"0100000155", b"0100000156"), ":5 HJ", "sum of JE is 1000001.55"),
    "a detail was lost on the way": (lambda d: d[:16] + d[d.index(b"20T-2"):], ":4 BS", "details is 2"),
    "cut off at a line end": (lambda d: d[: d.rindex(b"90000003")], "TAIL", "cut off"),
    "cut off in the middle of a line": (lambda d: d[:100], "", "cut off"),
    "nothing but a header": (lambda d: d[:16], "TAIL", "missing"),
    "empty": (lambda d: b"", "", "is empty"),
    "another day than its name": (lambda d: d.replace(b"20261101", b"20261102"), ":1 RQ", "date in the file's name"),
    "another number than its name": (lambda d: d.replace(b"200001"[2:], b"0002", 1), ":1 XH", "sequence in the"),
    "UTF-8 and not GBK": (lambda d: d.decode("gbk").encode(), "", "bytes"),
    "a character cut in two": (lambda d: d.replace("户".encode("gbk"), b"\xbb "), ":2", "cut in two"),
    "letters in an amount": (lambda d: d.replace(b"000000000150", b"0000000001A0"), ":2 JE", "no number"),
    "a required field left out": (lambda d: d.replace(b"T-1", b"   "), ":2 DH", "missing"),
    "a kind of line nobody agreed": (lambda d: d.replace(b"20T-1", b"21T-1"), ":2 LX", "must be 20"),
    "a control character": (lambda d: d.replace(b"T-1", b"T\x01 "), ":2 DH", "control character"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_refused_with_file_line_and_field(fixed: FileCodec, what: str) -> None:
    change, place, said = BROKEN[what]
    whole = file_bytes(fixed, *ROWS)
    data = change(whole)
    assert data != whole
    failure = refused(fixed, data)
    faults = [f"{fault['path']}: {fault['message']}" for fault in failure.errors]
    assert any(place in fault and said in fault for fault in faults), faults
    assert all(fault.startswith("JS_20261101_0001.txt") for fault in faults)
    assert "示例客户" not in str(failure.to_json())


def test_a_thousand_faults_are_counted_and_the_first_ones_named(fixed: FileCodec) -> None:
    data = file_bytes(fixed, *[line(n) for n in range(1000)]).replace(b"0150\r\n", b"01X0\r\n")
    failure = refused(fixed, data)
    assert "1000 place(s)" in failure.message
    assert len(failure.errors) == 20


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"MC": "字" * 11}, "22 bytes"),
        ({"MC": "𠮷"}, "lacks"),
        ({"MC": "tail "}, "lost"),
        ({"JE": "0.005"}, "decimals"),
        ({"JE": "99999999999.00"}, "bytes"),
        ({"JE": "12,5"}, "number"),
        ({"ZT": ""}, "missing"),
        ({"LX": "21"}, "must be 20"),
        ({"MC": "a\nb"}, "line end"),
        ({"XX": "1"}, "no field"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(fixed: FileCodec, row: dict[str, str], said: str) -> None:
    with pytest.raises(Failure, match=said):
        file_bytes(fixed, line(1) | row)


def test_a_trailer_that_contradicts_the_details_is_not_written(fixed: FileCodec) -> None:
    with pytest.raises(Failure, match="number of details is 1"):
        fixed.write(BytesIO(), [("MX", line(1))], name(), {}, {"BS": "2"})


def test_money_is_summed_exactly(fixed: FileCodec) -> None:
    tree = fixed.tree(file_bytes(fixed, *[line(n, money="0.10") for n in range(1000)]), name())
    assert tree["TAIL"]["HJ"] == "100.00"


TEXT = st.text(st.characters(exclude_categories=["C"]), max_size=12)


@settings(max_examples=200)
@given(cells=st.lists(TEXT, min_size=2, max_size=2))
def test_any_text_survives_a_delimited_file(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    head = 'charset: utf-8\nform: delimited\ndelimiter: ","\nformulas: prefix'
    csv = made(tmp_path_factory.getbasetemp(), head, "A: {}\n      B: {}")
    out = BytesIO()
    csv.write(out, [("D", dict(zip("AB", cells, strict=True)))], name(), {}, {})
    wanted = {key: cell for key, cell in zip("AB", cells, strict=True) if cell}
    assert csv.tree(out.getvalue(), name())["D"] == [wanted]


FORMULAS = ["=1+1", "+86571", "-SUM(A1)", "@x", "'=1", "''@x", "＝1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_export_begins_like_a_formula_and_none_is_changed_for_good(tmp_path: Path, text: str) -> None:
    csv = made(tmp_path, 'charset: utf-8\nform: delimited\ndelimiter: ","\nformulas: prefix', "A: {}\n      B: {}")
    out = BytesIO()
    csv.write(out, [("D", {"A": text, "B": "x"})], name(), {}, {})
    assert out.getvalue().startswith((b"'", b"\"'"))
    assert csv.tree(out.getvalue(), name())["D"][0]["A"] == text


@given(st.text(max_size=6))
def test_the_guard_is_taken_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_formulas_may_be_refused_and_numbers_are_none(tmp_path: Path) -> None:
    fields = "A: {}\n      N: {type: number, decimals: 2}"
    csv = made(tmp_path, 'charset: utf-8\nform: delimited\ndelimiter: ","\nformulas: refuse', fields)
    out = BytesIO()
    csv.write(out, [("D", {"A": "x", "N": "-1.5"})], name(), {}, {})
    assert out.getvalue() == b"x,-1.50\n"
    with pytest.raises(Failure, match="formula"):
        csv.write(out, [("D", {"A": "=x"})], name(), {}, {})


def test_a_quoted_cell_may_hold_delimiter_and_line_end(tmp_path: Path) -> None:
    csv = made(tmp_path, 'charset: gbk\nform: delimited\ndelimiter: ","\nformulas: keep', "A: {}\n      B: {}")
    entries = list(csv.entries(BytesIO('"一,\n二",x\n三,y\n'.encode("gbk")), name()))
    assert [(entry.line, entry.tree["A"]) for entry in entries] == [(1, "一,\n二"), (3, "三")]
    assert entries[0].raw == '"一,\n二",x\n'.encode("gbk")
    refused(csv, '"never closed,x\n'.encode("gbk"))


def test_unquoted_files_refuse_what_they_cannot_hold(tmp_path: Path) -> None:
    csv = made(
        tmp_path, 'charset: gbk\nform: delimited\ndelimiter: "|"\nquote: none\nformulas: keep', "A: {}\n      B: {}"
    )
    tree = csv.tree(b'"a"|b\n', name())
    assert tree["D"] == [{"A": '"a"', "B": "b"}]
    out = BytesIO()
    csv.write_tree(out, tree, name())
    assert out.getvalue() == b'"a"|b\n'
    with pytest.raises(Failure, match="nothing is quoted"):
        csv.write(BytesIO(), [("D", {"A": "x|y"})], name(), {}, {})


def test_a_line_of_names_is_written_and_checked(tmp_path: Path) -> None:
    head = 'charset: utf-8\nform: delimited\ndelimiter: ","\nformulas: keep\nnames: true'
    csv = made(tmp_path, head, "ID: {}\n      NAME: {}")
    out = BytesIO()
    csv.write(out, [("D", {"ID": "1"})], name(), {}, {})
    assert out.getvalue() == b"ID,NAME\n1,\n"
    assert csv.tree(b"\xef\xbb\xbf" + out.getvalue(), name())["D"] == [{"ID": "1"}], "a byte order mark is no text"
    assert "NAME" in refused(csv, b"NAME,ID\n1,2\n").message


def test_several_kinds_of_detail_keep_their_order(tmp_path: Path) -> None:
    layout = """
charset: gbk
form: delimited
delimiter: "|"
formulas: keep
records:
  ACC: {role: detail, fields: {K: {value: A}, ID: {}}}
  ITEM: {role: detail, fields: {K: {value: I}, N: {type: number}, X: {}}}
"""
    two = codec(tmp_path, layout)
    tree = two.tree(b"A|1\nI|5|x\nI|6|y\nA|2\n", name())
    assert tree["#order"] == ["ACC", "ITEM", "ITEM", "ACC"]
    out = BytesIO()
    two.write_tree(out, tree, name())
    assert out.getvalue() == b"A|1\nI|5|x\nI|6|y\nA|2\n"


def test_a_header_may_count_what_follows(tmp_path: Path) -> None:
    layout = """
charset: gbk
form: delimited
delimiter: "|"
formulas: keep
records:
  H: {role: header, fields: {N: {is: count}, S: {is: sum, of: M}}}
  D: {role: detail, fields: {M: {type: number, decimals: 2}}}
"""
    counted = codec(tmp_path, layout)
    out = BytesIO()
    counted.write(out, [("D", {"M": "1.10"}), ("D", {"M": "2"})], name(), {}, {})
    assert out.getvalue() == b"2|3.10\n1.10\n2.00\n"
    assert "sum of M" in refused(counted, b"2|3.10\n1.10\n2.01\n").message


def test_without_a_trailer_a_last_line_without_end_is_a_file_cut_off(tmp_path: Path) -> None:
    csv = made(tmp_path, 'charset: gbk\nform: delimited\ndelimiter: "|"\nformulas: keep', "A: {}")
    assert "cut off" in refused(csv, b"1\n2").message


def test_a_field_may_begin_further_right_and_be_padded_otherwise(tmp_path: Path) -> None:
    fields = "A: {bytes: 3, pad: '*', align: right}\n      B: {at: 6, bytes: 2}"
    fixed = made(tmp_path, "charset: gbk\nform: fixed", fields)
    out = BytesIO()
    fixed.write(out, [("D", {"A": "7", "B": "x"})], name(), {}, {})
    assert out.getvalue() == b"**7  x \n"
    assert fixed.tree(out.getvalue(), name())["D"] == [{"A": "7", "B": "x"}]


@pytest.mark.parametrize(("text", "tree"), [("20261101", "20261101"), ("        ", None), ("00000000", None)])
def test_dates_are_checked_and_zeros_are_none(tmp_path: Path, text: str, tree: str | None) -> None:
    fixed = made(
        tmp_path, "charset: gbk\nform: fixed", "A: {bytes: 8, type: date, format: yyyyMMdd}\n      B: {bytes: 1}"
    )
    assert fixed.tree(f"{text}x\n".encode(), name())["D"][0].get("A") == tree
    assert "calendar" in refused(fixed, b"20260231x\n").message


def test_a_big_file_is_read_and_written_line_by_line(fixed: FileCodec, tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[str, dict[str, str]]]:
        return (("MX", line(n)) for n in range(20_000))

    big = tmp_path / "big.txt"
    tracemalloc.start()
    with big.open("wb") as out:
        fixed.write(out, rows(), name(), {}, {})
    with big.open("rb") as stream:
        assert fixed.check(stream, name()).records == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert big.stat().st_size > 1_000_000
    assert peak < 500_000


def test_a_line_without_end_is_not_read_into_memory(fixed: FileCodec) -> None:
    assert "longer than" in refused(fixed, b"10" + b"x" * (1 << 21)).message


FAULTY = {
    "no detail": FIXED.replace("role: detail", "role: header"),
    "two trailers": FIXED.replace("role: header", "role: trailer"),
    "no length": FIXED.replace("MC: {bytes: 20}", "MC: {}"),
    "fields on top of each other": FIXED.replace("MC: {bytes: 20}", "MC: {bytes: 20, at: 3}"),
    "a sum of text": FIXED.replace("of: JE", "of: MC"),
    "a date without format": FIXED.replace("MC: {bytes: 20}", "MC: {bytes: 20, type: date}"),
    "a count in a detail": FIXED.replace("MC: {bytes: 20}", "MC: {bytes: 20, is: count}"),
    "a delimiter in a fixed file": f'delimiter: "|"\n{FIXED}',
    "formulas not decided": DELIMITED.replace("formulas: prefix\n", ""),
    "an unknown charset": FIXED.replace("charset: gbk", "charset: big5"),
    "decimals of a text": FIXED.replace("MC: {bytes: 20}", "MC: {bytes: 20, decimals: 2}"),
}


@pytest.mark.parametrize("what", FAULTY)
def test_a_layout_that_cannot_work_is_refused_with_its_line(tmp_path: Path, what: str) -> None:
    path = tmp_path / "layout.yaml"
    path.write_text(FAULTY[what], "utf-8")
    with pytest.raises(Failure) as caught:
        FileLayout.load(path)
    assert caught.value.code == "invalid"
    assert f"{path}:" in caught.value.where
