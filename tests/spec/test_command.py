"""``mboss interface``: every command, its help with an example, its JSON and its exit codes."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli.main import cli
from tests.spec.sample import SPEC

HOLD = Path(str(files("interfaces").joinpath("systems/RM/rm-resource/examples")))


def run(*words: str):
    return CliRunner().invoke(cli, ["interface", *map(str, words)])


def last(result) -> dict:
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.parametrize("command", ["lint", "list", "show", "try"])
def test_every_command_shows_an_example(command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"mboss interface {command}" in result.output


def test_lint_of_the_bundled_specs_has_no_errors():
    result = run("lint", "--json")
    assert result.exit_code == 0
    assert last(result)["errors"] == 0


def test_lint_names_place_rule_and_advice_and_ends_1(tmp_path):
    (tmp_path / "spec.yaml").write_text(SPEC.replace("pattern: request-reply", "pattern: magic"), "utf-8")
    result = run("lint", tmp_path)
    assert result.exit_code == 1
    assert "spec.yaml:16: error spec-invalid:" in result.output


def test_lint_of_a_folder_without_specs_cannot_run(tmp_path):
    assert run("lint", tmp_path).exit_code == 2


def test_list_prints_one_json_line_each():
    lines = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert {"rm-resource", "order-intake"} <= {line["id"] for line in lines}
    assert "rm-resource" in run("list").output


def test_show_tells_operations_and_the_python_that_runs():
    shown = last(run("show", "rm-resource", "--json"))
    assert {op["name"] for op in shown["operations"]} >= {"hold", "release"}
    assert "def convert(source, context):" in run("show", "rm-resource", "--source").output


def test_show_of_an_unknown_interface_ends_1():
    assert run("show", "nothing").exit_code == 1


@pytest.mark.parametrize("file", ["hold.request.xml", "hold.canonical.json", "hold.reply.xml"])
def test_try_shows_both_sides_with_row_numbers(file):
    result = run("try", "rm-resource", "--example", HOLD / file, "--json")
    assert result.exit_code == 0
    rows = last(result)["rows"]
    assert rows[0]["canonical"] == "externalId"
    assert rows[0]["value"] == rows[0]["wire_value"] != ""


def test_try_of_a_broken_document_says_what_is_wrong(tmp_path):
    (tmp_path / "x.xml").write_text("<a/>")
    result = run("try", "rm-resource", "--operation", "hold", "--example", tmp_path / "x.xml")
    assert result.exit_code == 2
    assert run("try", "rm-resource", "--example", tmp_path / "x.xml").exit_code == 2
