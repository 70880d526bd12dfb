"""An operation may take the trailer of a file: its rows are proved like those of any record."""

from __future__ import annotations

from pathlib import Path

from interfaces.proof import prove
from tests.files.parts import CLOSE, RECORD, spec


def test_an_operation_that_takes_the_trailer_is_proved(tmp_path: Path) -> None:
    certificate = prove(spec(tmp_path, operations=RECORD + CLOSE), documents=20)
    closed = [side for side in certificate.sides if side.operation == "closed"]
    assert [side.whole for side in closed] == ["iso"]
    assert [side.refused for side in closed] == [0]
