"""Documents of an interface: everything a reader needs is on the page, text stays text, changes are a list to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli.main import cli
from interfaces.docs.markdown import block, cell, table
from interfaces.spec.loader import load_spec
from interfaces.spec.registry import bundled_folder

FIRST = bundled_folder() / "WFM" / "wfm-dispatch"


def documents(to: Path, *arguments: str) -> dict[str, str]:
    done = CliRunner().invoke(cli, ["interface", "docs", *arguments, "--to", str(to), "--json"])
    assert done.exit_code == 0, done.output
    files = [Path(json.loads(line)["file"]) for line in done.stdout.splitlines()]
    return {file.name: file.read_text("utf-8") for file in files}


def test_a_page_has_all_that_is_agreed(tmp_path: Path) -> None:
    page = documents(tmp_path, "wfm-dispatch")["wfm-dispatch.md"]
    spec = load_spec(FIRST)
    for name in spec.operations:
        assert f"## Operation 操作: {name}" in page
    for codes in spec.code_lists.values():
        assert all(f"| {cell(own)} | {cell(wire)} |" in page for own, wire in codes.codes.items())
    for example in spec.examples:
        assert (FIRST / example["request"]).read_text("utf-8").strip() in page
    assert "| 17.1 | · type | · kind | code: RES\\_KIND | proved |" in page
    assert "| woNo | M | string |" in page
    assert "| externalId | M | string | 1..64 |" in page
    assert "604800 s (business)" in page


@pytest.mark.parametrize("id_", ["order-intake", "contractroot-order", "status97", "settle-daily", "tmf622-order"])
def test_every_kind_of_agreement_has_a_page_and_a_served_wsdl_our_address(tmp_path: Path, id_: str) -> None:
    found = documents(tmp_path, id_, "--address", "https://hub.example/")
    assert "#### Canonical fields 规范字段\n\n| Field 字段 | Need 必填 |" in found[f"{id_}.md"]
    if id_ == "order-intake":
        assert 'location="https://hub.example/soap/order-intake"' in found["order-intake.wsdl"]


def test_what_must_change_between_two_versions_is_a_list(tmp_path: Path, changed: Callable[..., Path]) -> None:
    swap = ('AM: "09-12", PM: "14-18"', 'AM: "14-18", PM: "09-12"')
    newer = changed("WFM/wfm-dispatch", ("version: 1.0.1", "version: 2.0.0"), swap)
    found = documents(tmp_path / "to", str(newer), "--since", str(FIRST))["wfm-dispatch.changes.md"]
    assert found.startswith("# Changes 改造清单: wfm-dispatch@1.0.1 -> wfm-dispatch@2.0.0")
    assert "| code-remapped | codeLists.SLOT.AM | 09-12 | 14-18 | breaks 不兼容 | breaks 不兼容 |" in found
    same = documents(tmp_path / "to", str(newer), "--since", str(newer))["wfm-dispatch.changes.md"]
    assert "Nothing 无" in same


def test_what_a_spec_says_is_text_and_never_markup() -> None:
    assert cell("a|b\n<script>`x`") == "a&#124;b &#60;script&#62;\\`x\\`"
    assert block("```\nx\n```").startswith("````\n")
    assert table(("a",), []) == ""


def test_a_comparison_is_of_one_interface(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["interface", "docs", "--since", str(FIRST), "--to", str(tmp_path)])
    assert done.exit_code == 2
