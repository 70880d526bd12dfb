"""``mboss interface import-wsdl --check``: files, folders and archives, whatever is in them."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.apart import GivenUp, each
from hub.cli.main import cli
from tests.cli.jobs import work
from tests.contracts.test_corpus import HERE, ROWS

CORPUS = HERE / "corpus"


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, ["interface", "import-wsdl", *map(str, words)])


def lines(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def codes(line: dict) -> set[str]:
    return {finding["code"] for finding in line["findings"]}


@pytest.fixture(scope="module")
def whole() -> Result:
    return run(CORPUS, "--check", "--json")


def test_a_folder_gives_a_line_for_each_file_and_loses_nothing(whole: Result) -> None:
    found = lines(whole)
    assert {line["file"] for line in found} == {
        str(path) for path in CORPUS.rglob("*") if path.suffix in (".wsdl", ".xsd")
    }
    for line in found:
        named = [f for f in line["findings"] if f["code"].startswith("operation-")]
        assert line["declared"] == line["operations"] + len(named)
    assert whole.exit_code == 1
    assert "reading" in whole.stderr


def test_each_is_judged_as_it_is_alone(whole: Result) -> None:
    found = {line["file"]: line for line in lines(whole)}
    for name, ok, declared, operations, *_ in ROWS:
        line = found.get(str(CORPUS / name / "main.wsdl"))
        if line is not None:
            assert (line["ok"], line["declared"], line["operations"]) == (ok == "ok", int(declared), int(operations))


def test_places_are_named_as_the_caller_names_them(whole: Result) -> None:
    line = next(line for line in lines(whole) if line["file"].endswith("missing-message/main.wsdl"))
    assert line["findings"][0]["where"].startswith(str(CORPUS / "missing-message/main.wsdl:"))


def test_one_good_file_ends_0() -> None:
    result = run(CORPUS / "document-wrapped/main.wsdl", "--check")
    assert result.exit_code == 0
    assert "1 of 1 operations" in result.stdout


def test_nothing_to_read_cannot_run(tmp_path: Path) -> None:
    assert run(tmp_path, "--check").exit_code == 2
    assert run(tmp_path / "gone", "--check").exit_code == 2


def test_an_archive_is_read_and_what_leads_out_of_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "contracts.zip"
    link = zipfile.ZipInfo("link.wsdl")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("main.wsdl", "types/Order.xsd"):
            archive.write(CORPUS / "back-slashes" / name, f"a\\{name}" if name == "main.wsdl" else f"a/{name}")
        archive.writestr("../evil.wsdl", "<a/>")
        archive.writestr("/evil.wsdl", "<a/>")
        archive.writestr(link, "/etc/hostname")
    found = {line["file"]: line for line in lines(run(path, "--check", "--json"))}
    assert len(found[str(path)]["findings"]) == 3
    assert codes(found[str(path)]) == {"archive-entry"}
    assert (found[f"{path}/a/main.wsdl"]["ok"], found[f"{path}/a/main.wsdl"]["operations"]) == (True, 1)
    assert not list(tmp_path.rglob("evil.wsdl"))


def test_an_archive_that_unpacks_to_too_much_or_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interfaces.contract.bundle.UNPACKED", 1 << 20)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("main.wsdl", b" " * (1 << 22))
    (tmp_path / "none.zip").write_bytes(b"PK\3\4 no archive")
    found = lines(run(tmp_path / "bomb.zip", tmp_path / "none.zip", "--check", "--json"))
    assert [codes(line) for line in found] == [{"archive-entry"}, {"archive-broken"}]


def test_a_file_of_50_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    shutil.copy(CORPUS / "document-wrapped/main.wsdl", tmp_path / "big.wsdl")
    with (tmp_path / "big.wsdl").open("r+b") as file:
        file.truncate(50 << 20)
    (line,) = lines(run(tmp_path, "--check", "--json"))
    assert (line["ok"], codes(line)) == (False, {"file-too-large"})
    assert "52428800 bytes" in line["findings"][0]["message"]


def test_work_that_hangs_or_dies_costs_only_its_own_result() -> None:
    hung, died, done = each(work, ["hang", "die", "one"], 2.0)
    assert isinstance(hung, GivenUp)
    assert isinstance(died, GivenUp)
    assert (hung.why, died.why, done) == ("time", "crash", "done one")
