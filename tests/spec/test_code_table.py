"""A code list may stand in a CSV table beside the spec."""

from pathlib import Path

import pytest

from interfaces.failure import Failure
from interfaces.spec.code_table import table_codes

TABLE = "OFFER,AREA,CODE\nFTTH-300M,8330100,A1\nFTTH-300M,8330200,B1\nFTTH-1G,8330100,A2\n"
ASKED = {"file": "offers.csv", "canonical": "OFFER", "wire": "CODE"}
HERE = ASKED | {"where": {"AREA": "8330100"}}


def codes(folder: Path, text: str, asked: dict) -> dict[str, str]:
    (folder / "offers.csv").write_text(text, "utf-8")
    return table_codes(folder, asked)


def test_the_rows_asked_for_become_codes(tmp_path):
    assert codes(tmp_path, "\ufeff" + TABLE, HERE) == {"FTTH-300M": "A1", "FTTH-1G": "A2"}


@pytest.mark.parametrize(
    ("text", "asked", "said", "where"),
    [
        (TABLE, ASKED, "names OFFER 'FTTH-300M' a second time", "offers.csv:3"),
        (TABLE, HERE | {"wire": "PRICE"}, "has no column PRICE", "offers.csv:1"),
        ("OFFER,AREA,CODE\nFTTH-1G,8330100,\n", HERE, "has no CODE", "offers.csv:2"),
        (TABLE, ASKED | {"where": {"AREA": "0"}}, "holds no row that is asked for", "offers.csv"),
        ('OFFER,AREA,CODE\n"x', ASKED, "cannot be read", "offers.csv"),
    ],
)
def test_a_table_that_cannot_be_is_refused_with_its_line(tmp_path, text, asked, said, where):
    with pytest.raises(Failure, match=said) as caught:
        codes(tmp_path, text, asked)
    assert caught.value.where.endswith(where)


def test_a_missing_table_is_refused(tmp_path):
    with pytest.raises(Failure, match="cannot be read"):
        table_codes(tmp_path, ASKED)
