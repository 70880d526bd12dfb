from __future__ import annotations

import os
from pathlib import Path

import pytest

from adapters.folders import Folder, open_folder
from interfaces.failure import Failure
from tests.conformance.folder_suite import FolderSuite, code, fetched, put, soon


@pytest.fixture
def place(tmp_path: Path) -> Path:
    place = tmp_path / "exchange 交换"
    place.mkdir()
    return place


@pytest.fixture
def folder(place: Path) -> Folder:
    return open_folder(place.as_uri(), {})


class TestLocal(FolderSuite):
    pass


def test_a_root_that_is_not_there_is_unavailable_and_not_made(tmp_path: Path) -> None:
    folder = open_folder(f"file://{tmp_path}/not-mounted", {})
    assert code(lambda: put(folder, "a.txt")) == "unavailable"
    assert code(lambda: folder.list(".", soon())) == "unavailable"
    assert not (tmp_path / "not-mounted").exists()


def test_a_pipe_does_not_hold_the_reader(folder: Folder, place: Path) -> None:
    os.mkfifo(place / "pipe.txt")
    assert code(lambda: fetched(folder, "pipe.txt")) == "not_found"


@pytest.mark.parametrize("address", ["", "exchange", "file://host/x", "ftp://h/x", "file:relative"])
def test_an_address_that_is_no_folder_is_refused_in_words(address: str) -> None:
    with pytest.raises(Failure, match="file:///") as caught:
        open_folder(address, {})
    assert caught.value.code == "invalid"
