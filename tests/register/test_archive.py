"""A spec's folder from a stranger: names and sizes are strict, and what comes out is what went in."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from interfaces.failure import Failure
from interfaces.spec import archive
from interfaces.spec.archive import read_folder, read_zip, write_zip
from interfaces.spec.registry import bundled_folder


def packed(*names: str, mode: int = 0, data: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            made.writestr(info, data)
    return out.getvalue()


def test_what_is_packed_is_what_comes_out() -> None:
    content = read_folder(bundled_folder() / "RM" / "rm-resource")
    assert read_zip(write_zip(content)) == content
    inside = {f"rm-resource/{name}": data for name, data in content.items()}
    assert read_zip(write_zip(inside)) == content, "one folder around it is how people pack"


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/../../x",
        "/etc/x",
        "C:/x",
        "..\\x",
        "a\\..\\..\\x",
        "a//b",
        "x\n",
        "a/ b",
        "-x",
        "a" * 300,
        "~x",
        "$x",
    ],
)
def test_names_that_are_no_plain_names_are_refused(name: str) -> None:
    with pytest.raises(Failure) as refusal:
        read_zip(packed("spec.yaml", name))
    assert refusal.value.code == "invalid"


def test_links_bombs_and_doubles_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (
        packed("spec.yaml", "link", mode=stat.S_IFLNK),
        packed("spec.yaml", "A.xsd", "a.xsd"),
        packed("other.yaml"),
        b"PK\x03\x04 no zip",
        b"",
        write_zip({"spec.yaml": b"x"})[:-10],
    ):
        with pytest.raises(Failure) as refusal:
            read_zip(data)
        assert refusal.value.code == "invalid"
    monkeypatch.setattr(archive, "FILE_BYTES", 1000)
    for bomb in (packed("spec.yaml", "b", data=b"0" * 1001), packed("spec.yaml", *(f"f{n}" for n in range(1100)))):
        with pytest.raises(Failure) as refusal:
            read_zip(bomb)
        assert refusal.value.code == "too_large"


def test_a_link_in_a_folder_is_refused_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    assert set(read_folder(tmp_path)) == {"spec.yaml"}
    (tmp_path / "more.xsd").symlink_to("/etc/hostname")
    with pytest.raises(Failure, match="link"):
        read_folder(tmp_path)
