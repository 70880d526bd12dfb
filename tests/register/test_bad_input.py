"""What strangers send: broken, huge, hostile. A clear no with its place and what to do, and nothing is registered."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from hub.cli.main import cli
from interfaces.spec.registry import bundled_folder
from tests.register.test_desk import Desk
from tests.register.test_desk import desk as desk

SOURCE = bundled_folder() / "RM" / "rm-resource"
CONTRACT = "rm-resource.wsdl"
VERSION = (r"(?m)^  version: .*$", "  version: 7.0.0")
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "{}"><!ENTITY c "{}">]>\n'.format("&a;" * 10, "&b;" * 10)
Make = Callable[[Path], Path]


def copied(folder: Path) -> Path:
    """A version of a bundled spec that nobody has registered."""
    shutil.copytree(SOURCE, folder)
    text = (folder / "spec.yaml").read_text("utf-8")
    (folder / "spec.yaml").write_text(re.sub(*VERSION, text), "utf-8")
    return folder


def broken_yaml(folder: Path) -> Path:
    with (copied(folder) / "spec.yaml").open("a") as file:
        file.write("  operations: [unclosed\n")
    return folder


def yaml_tag(folder: Path) -> Path:
    text = (copied(folder) / "spec.yaml").read_text("utf-8")
    (folder / "spec.yaml").write_text(text.replace("system: RM", "system: !!python/name:os.system RM"), "utf-8")
    return folder


def laughing(folder: Path) -> Path:
    body = (copied(folder) / CONTRACT).read_text("utf-8")
    head, _, rest = body.partition("?>")
    (folder / CONTRACT).write_text(f"{head}?>\n{LAUGHS}{rest}", "utf-8")
    return folder


def huge(folder: Path) -> Path:
    with (copied(folder) / CONTRACT).open("a") as file:
        file.write(f"<!-- {'x' * (50 << 20)} -->")
    return folder


def leading_out(folder: Path) -> Path:
    """A zip beside the folder."""
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as file:
        file.write(copied(folder) / "spec.yaml", "spec.yaml")
        file.writestr("../../outside.txt", "x")
    return archive


BAD = [
    (broken_yaml, "spec.yaml:", "write it as"),
    (yaml_tag, "spec.yaml:", "write it as"),
    (laughing, "DOCTYPE", ""),
    (huge, CONTRACT, "at most"),
    (leading_out, "../../outside.txt", "use letters"),
]
"""(what is sent, what the answer names, what it advises)."""
NAMES = [make.__name__ for make, _, _ in BAD]


def mboss(*arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["mboss", *arguments])
        return CliRunner().invoke(cli, list(arguments))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store with the bundled interfaces; whatever happens, no version 7 is in it."""
    folder = tmp_path_factory.mktemp("data")
    yield folder
    known = json.loads(mboss("interface", "versions", "rm-resource", "--data", str(folder), "--json").stdout)
    assert "7.0.0" not in {one["version"] for one in known["versions"]}


@pytest.mark.parametrize(("make", "place", "advice"), BAD, ids=NAMES)
def test_the_command_line_refuses_it(tmp_path: Path, data: Path, make: Make, place: str, advice: str) -> None:
    done = mboss(
        "interface", "register", str(make(tmp_path / "it")), "--activate", "--reason", "x", "--data", str(data)
    )
    assert done.exit_code in (1, 2), done.output
    assert place in done.stderr
    assert "do:" in done.stderr
    assert advice in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "outside.txt").exists()


@pytest.mark.parametrize(("make", "place", "advice"), BAD, ids=NAMES)
def test_the_api_refuses_it(tmp_path: Path, desk: Desk, make: Make, place: str, advice: str) -> None:
    path, packed = make(tmp_path / "it"), io.BytesIO()
    if path.is_dir():  # packed as it stands, not by our own packer, which would refuse it first
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(path.rglob("*")):
                archive.write(file, file.relative_to(path).as_posix())
    answer: Any = desk.client.post(
        "/api/v1/interfaces",
        content=packed.getvalue() or path.read_bytes(),
        headers={"Content-Type": "application/zip"},
        params={"activate": "true", "reason": "x"},
    )
    assert 400 <= answer.status_code < 500, answer.text
    said = answer.json()
    assert place in json.dumps(said)
    assert advice in json.dumps(said)
    assert desk.client.get("/api/v1/interfaces/rm-resource").status_code == 404


def laughing_xsd(folder: Path) -> Path:
    (folder / "bad.xsd").write_text(
        f'<?xml version="1.0"?>\n{LAUGHS}<schema xmlns="http://www.w3.org/2001/XMLSchema"/>'
    )
    return folder / "bad.xsd"


def huge_wsdl(folder: Path) -> Path:
    (folder / "bad.wsdl").write_bytes(b"<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>" + b" " * (50 << 20))
    return folder / "bad.wsdl"


def zip_leading_out(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "bad.zip", "w") as archive:
        archive.writestr("../outside.wsdl", (SOURCE / CONTRACT).read_bytes())
    return folder / "bad.zip"


@pytest.mark.parametrize(
    ("make", "told"),
    [(laughing_xsd, "DOCTYPE"), (huge_wsdl, "bad.wsdl"), (zip_leading_out, "'../outside.wsdl' is not unpacked")],
)
@pytest.mark.parametrize("check", [(), ("--check",)], ids=["draft", "check"])
def test_an_import_of_it_drafts_nothing(tmp_path: Path, make: Make, told: str, check: tuple[str, ...]) -> None:
    (tmp_path / "in").mkdir()
    done = mboss("interface", "import-wsdl", str(make(tmp_path / "in")), "--to", str(tmp_path / "specs"), *check)
    assert done.exit_code == 1, done.output
    assert told in done.output
    assert not (tmp_path / "specs").exists()
    assert not (tmp_path / "outside.wsdl").exists()


@pytest.mark.parametrize(
    ("value", "kind", "told"), [("#REF!", "e", "formula error #REF!"), ("=A9", "f", "never computed")]
)
def test_a_sheet_with_a_formula_that_is_none_changes_nothing(tmp_path: Path, value: str, kind: str, told: str) -> None:
    book, spec = Workbook(), copied(tmp_path / "it")
    sheet = book.active
    assert sheet is not None
    sheet.append(["canonical", "wire"])
    sheet.append(["externalId", value])
    sheet["B2"].data_type = kind
    book.save(tmp_path / "map.xlsx")
    before = (spec / "spec.yaml").read_bytes()
    done = mboss("interface", "import-sheet", str(tmp_path / "map.xlsx"), "--spec", str(spec))
    assert done.exit_code == 2, done.output
    assert told in done.stderr
    assert "map.xlsx!Sheet!B2" in done.stderr
    assert "do:" in done.stderr
    assert (spec / "spec.yaml").read_bytes() == before
