"""docs/house.md says what is so: its diagrams, its example, its lists and its promise."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hub.lifecycle import ORDER, TASK, VERSION, mermaid
from interfaces.agreement import Agreement
from interfaces.message import Message
from interfaces.spec.loader import parse_spec
from interfaces.spec.registry import bundled

ROOT = Path(__file__).parents[2]
HOUSE = (ROOT / "docs" / "house.md").read_text("utf-8")
EXAMPLE = ROOT / "interfaces" / "systems" / "RM" / "rm-resource"


def section(title: str) -> str:
    """The text under ``## title``."""
    return HOUSE.partition(f"\n## {title}")[2].partition("\n## ")[0]


def table_of(text: str) -> list[list[str]]:
    """Cells of a Markdown table's rows, without its head."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


@pytest.mark.parametrize(("name", "table"), [("Order", ORDER), ("Task", TASK), ("Version of an interface", VERSION)])
def test_a_diagram_is_the_one_drawn_from_its_table(name, table):
    assert f"{name}:\n\n```mermaid\n{mermaid(table)}\n```" in HOUSE


def test_every_end_state_leads_out_of_the_diagram():
    assert "completed --> [*]" in mermaid(ORDER)
    assert "running --> [*]" not in mermaid(ORDER)


def test_the_promise_is_the_same_in_the_readme():
    promise = " ".join(re.search(r"The promise, word for word: (.+?)\n\n", HOUSE, re.DOTALL)[1].split())
    assert promise.startswith("an acknowledged order is never lost; each step is recorded before and after it is sent;")
    assert promise in " ".join((ROOT / "README.md").read_text("utf-8").split())


def test_the_example_of_a_spec_writes_what_the_real_one_writes():
    text = re.search(r"```yaml\n(apiVersion.+?)```", HOUSE, re.DOTALL)[1]
    shown = Agreement(parse_spec(text, EXAMPLE / "spec.yaml"))
    body = json.loads((EXAMPLE / "examples" / "reserve.canonical.json").read_text("utf-8"))
    kept = {name: body[name] for name in ("externalId", "area", "action", "resource")} | {
        "service": {"id": body["service"]["id"]}
    }
    wire = shown.write_request("reserve", Message(id="msg_1", type="ResourceOrder", source="SPS", body=kept))
    real = next(Agreement(spec) for spec in bundled() if spec.id == "rm-resource")
    assert dict(real.read_request(wire).message.body) == kept


@pytest.mark.parametrize("room", ["interfaces", "hub", "adapters", "crm_core", "mocks"])
def test_every_module_named_in_a_room_is_there(room):
    names = [name for cells in table_of(section(room)) for name in re.findall(r"`([a-z0-9_]+/?[a-z0-9_]*)`", cells[0])]
    assert names
    missing = [n for n in names if not (ROOT / room / n).is_dir() and not (ROOT / room / f"{n}.py").is_file()]
    assert not missing


def test_the_agreements_listed_are_the_agreements_shipped():
    rows = {cells[0].strip("`"): (cells[1], cells[2], cells[3]) for cells in table_of(section("The first day"))}
    specs = {spec.id: spec for spec in bundled()}
    assert set(rows) == set(specs)
    for name, (system, transport, operations) in rows.items():
        spec = specs[name]
        assert system == spec.system, name
        assert transport.split()[0] == spec.direction, name
        assert [op for op in spec.operations if not re.search(rf"\b{op}\b", operations)] == [], name
