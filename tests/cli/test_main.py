"""The command line: quick to help, readable when it refuses, and silent in colour where asked to be."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from hub.cli import main, output
from interfaces.failure import Failure

FAILURE = Failure(
    "invalid",
    "the file is wrong",
    where="mboss.toml:3",
    advice="write it anew",
    errors=[{"path": "port", "message": "is no number"}],
)


@click.command()
@click.option("--json", is_flag=True)
def broken(json: bool) -> None:
    raise FAILURE


@pytest.fixture
def with_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """``mboss broken`` raises a Failure."""
    monkeypatch.setattr(main, "COMMANDS", {**main.COMMANDS, "broken": (f"{__name__}:broken", "Breaks.")})


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch | None = None) -> tuple[int, str, str]:
    if monkeypatch:
        monkeypatch.setattr(sys, "argv", ["mboss", *arguments])
    result = CliRunner().invoke(main.cli, arguments)
    return result.exit_code, result.stdout, result.stderr


def test_help_names_every_command_and_imports_none_of_them() -> None:
    code = "import sys; from hub.cli.main import cli; cli(['--help'], standalone_mode=False); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(name in said for name in main.COMMANDS)
    modules = said.splitlines()[-1].split()
    assert not {"fastapi", "uvicorn", "sqlalchemy", "httpx", "lxml", "pydantic"} & set(modules)


@pytest.mark.parametrize("name", sorted(main.COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    code, said, _ = run(name, "--help")
    assert code == 0
    assert f"mboss {name}" in said


def test_a_command_that_does_not_exist_is_a_usage_error() -> None:
    code, _, said = run("topologie")
    assert code == 2
    assert "topologie" in said


@pytest.mark.usefixtures("with_broken")
def test_a_failure_says_what_where_and_what_to_do() -> None:
    code, _, said = run("broken")
    assert code == 2
    for part in ("invalid: the file is wrong", "port: is no number", "where: mboss.toml:3", "write it anew"):
        assert part in said


@pytest.mark.usefixtures("with_broken")
def test_with_json_a_failure_is_one_object_on_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    code, said, _ = run("broken", "--json", monkeypatch=monkeypatch)
    assert code == 2
    assert json.loads(said.splitlines()[-1])["error"]["code"] == "invalid"


def test_a_failure_that_is_no_misuse_exits_with_one() -> None:
    assert output.report(Failure("unavailable", "no hub"), as_json=True) == 1


def test_no_colour_where_it_is_no_terminal() -> None:
    code = "from hub.cli.main import cli; cli(['order', 'show', 'ord_1', '--url', 'http://127.0.0.1:9'])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "\x1b" not in said.stderr
