"""``mboss user`` and ``mboss subscription``: the examples of their help run, and no secret is told twice."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from hub.cli import subscription, user
from hub.cli.main import cli

GROUPS: dict[str, click.Group] = {"user": user.group, "subscription": subscription.group}
LEAVES = [(group, name) for group, commands in GROUPS.items() for name in commands.commands]
WORD = "a long pass phrase 1"


def run(data: Path, *arguments: str, typed: str = f"{WORD}\n") -> Result:
    return CliRunner().invoke(cli, [*arguments, "--data", str(data)], input=typed, prog_name="mboss")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that tests can pay for."""
    monkeypatch.setattr("hub.identity.password.hash_password.__defaults__", ((16, 8, 1),))


def example(group: str, name: str) -> list[str]:
    command = GROUPS[group].commands[name]
    line = (command.help or "").partition("Example:")[2].strip().splitlines()[-1]
    return shlex.split(line.partition("mboss ")[2])


@pytest.mark.parametrize(("group", "name"), LEAVES, ids=" ".join)
def test_the_example_of_the_help_runs(tmp_path: Path, group: str, name: str) -> None:
    if group == "user" and name in ("disable", "enable", "password"):
        run(tmp_path, "user", "add", "zhang.san", "--role", "viewer")
    arguments = example(group, name)
    if group == "subscription" and name in ("rotate", "revoke"):
        made = json.loads(run(tmp_path, "subscription", "add", "CHAN", "order-intake", "--json").stdout)
        arguments = [re.sub(r"^sub_\w+$", made["id"], part) for part in arguments]
    done = run(tmp_path, *arguments)
    assert done.exit_code == 0, done.output


def test_the_first_user_comes_from_the_command_line(tmp_path: Path) -> None:
    done = run(tmp_path, "user", "add", "li", "--role", "supervisor", "--area", "8330100", "--json")
    assert json.loads(done.stdout)["roles"] == ["supervisor"]
    assert WORD not in done.output
    assert run(tmp_path, "user", "add", "li", "--role", "viewer").exit_code == 1
    assert run(tmp_path, "user", "add", "wu", "--role", "king").exit_code == 2
    assert run(tmp_path, "user", "add", "wu", "--role", "viewer", typed="short\n").exit_code == 2
    assert run(tmp_path, "user", "disable", "wu").exit_code == 1


def test_a_key_is_shown_once(tmp_path: Path) -> None:
    made = run(tmp_path, "subscription", "add", "CHAN", "order-intake")
    key = re.findall(r"mbk_\w{8}_\w{32}", made.stdout)
    assert len(key) == 1
    assert key[0] not in run(tmp_path, "subscription", "list").stdout
    files = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert key[0].split("_")[2].encode() not in files
    assert run(tmp_path, "subscription", "add", "CHAN", "order-intake").exit_code == 1
    assert run(tmp_path, "subscription", "add", "CHAN", "rm-resource").exit_code == 1
    assert run(tmp_path, "subscription", "add", "CHAN", "bill-reply", "--sign", "in-clear").exit_code == 2


def test_a_list_is_a_line_of_json_each(tmp_path: Path) -> None:
    for system in ("CHAN", "KA"):
        run(tmp_path, "subscription", "add", system, "order-intake", "--limit", "5/s")
    lines = run(tmp_path, "subscription", "list", "--json").stdout.splitlines()
    assert [json.loads(line)["system"] for line in lines] == ["CHAN", "KA"]
    assert all("hash" not in line for line in lines)
