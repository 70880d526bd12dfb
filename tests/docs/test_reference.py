"""docs/reference says what the tables of rules say."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli.main import cli
from interfaces.docs.rule_pages import pages

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_every_rule_has_its_page_and_no_page_is_left_of_one_that_is_gone():
    there = {file.relative_to(REFERENCE).as_posix() for file in REFERENCE.rglob("*.md") if file.parent.name == "lint"}
    assert there == {name for name in pages() if name.startswith("lint/")}


@pytest.mark.parametrize("name", pages())
def test_a_page_is_the_one_made_from_the_table(name):
    said = "make it again: python -m interfaces.docs.rule_pages docs/reference"
    assert (REFERENCE / name).read_text("utf-8") == pages()[name], said


@pytest.mark.parametrize("rule", ["tz-missing", "row-law-broken", "code-remapped"])
def test_a_rule_is_explained_whichever_table_it_is_of(rule):
    said = CliRunner().invoke(cli, ["interface", "lint", "--explain", rule])
    assert said.exit_code == 0
    assert said.stdout.startswith(f"# {rule}\n")


def test_a_rule_that_there_is_not_names_those_there_are():
    said = CliRunner().invoke(cli, ["interface", "lint", "--explain", "no-such-rule"])
    assert said.exit_code == 1
    assert "tz-missing" in said.stderr
