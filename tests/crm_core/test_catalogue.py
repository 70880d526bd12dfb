from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crm_core.catalogue import bundled_catalogue, load_catalogue
from crm_core.catalogue.load import BUNDLED
from crm_core.order import check
from interfaces.failure import Failure
from tests.crm_core.orders import NEW_NETWORK, item, order

RECIPE = """
recipes:
  r:
    instance: new
    tasks:
      - {name: a, title: {en: A, zh: A}, function: CRM, operation: create, type: InventoryChange,
         body: {product: {id: $instance}}, undo: none}
      - {name: b, title: {en: B, zh: B}, function: SPS, operation: provision, type: ServiceOrder, after: [a],
         body: {service: {id: $instance}}, undo: {operation: cancel, type: ServiceOrder, body: {}}}
"""
PRODUCT = """
products:
  P:
    title: {en: P, zh: P}
    family: F
    characteristics:
      SPEED: {oneOf: [1M, 2M]}
    actions: {install: r}
"""
OFFERING = """
offerings:
  O:
    product: P
    title: {en: O, zh: O}
    characteristics: {SPEED: 1M}
"""
SOUND = "catalogue: {version: test-1}\n" + RECIPE + PRODUCT + OFFERING


def load(folder: Path, text: str = SOUND, **more: str) -> list[str]:
    """Load one file (and others by name); the faults as ``file:line message``."""
    for name, content in {"all": text, **more}.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    try:
        load_catalogue(folder)
    except Failure as failure:
        faults = failure.errors or [{"path": failure.where, "message": failure.message}]
        return [f"{fault['path']} {fault['message']}" for fault in faults]
    return []


def line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_bundled_catalogue_sells_fibre_voice_copper_and_value_added_services() -> None:
    catalogue = bundled_catalogue()

    assert catalogue.version == "2026-11-02"
    assert set(catalogue.products) == {"FTTH", "VOICE", "ADSL", "PHS", "VAS-RINGTONE", "VAS-MAILBOX", "VAS-VIDEO"}
    assert {"FTTH-300M", "FTTH-500M", "VOICE", "ADSL-4M"} <= set(catalogue.offerings)


def test_a_catalogue_loads_from_any_folder(tmp_path: Path) -> None:
    copy = shutil.copytree(BUNDLED, tmp_path / "copy", ignore=shutil.ignore_patterns("*.py", "__pycache__"))

    assert set(load_catalogue(copy).offerings) == set(bundled_catalogue().offerings)
    assert load(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("product: P", "product: Q", "O: unknown product 'Q'"),
        ("actions: {install: r}", "actions: {install: s}", "P: unknown recipe 's'"),
        ("characteristics: {SPEED: 1M}", "characteristics: {COLOUR: red}", "O: unknown characteristic 'COLOUR' of P"),
        ("characteristics: {SPEED: 1M}", "characteristics: {SPEED: 9M}", "O: SPEED '9M' must be one of 1M, 2M"),
        ("family: F", "family: F\n    address: WHERE", "P: unknown characteristic 'WHERE'"),
        ("name: b,", "name: b, after: [b], ", "'after' stands twice here"),
        ("after: [a]", "after: [b]", "r: cycle: b after b"),
        ("type: InventoryChange", "type: Inventory", "r: no canonical type Inventory@1"),
        ("body: {product: {id: $instance}}", "body: {colour: $instance}", "r: InventoryChange has no field 'colour'"),
        ("after: [a]", "after: [z]", "r: b comes after an unknown task 'z'"),
        ("name: b", "name: a", "r: task 'a' stands twice"),
        ("body: {service: {id: $instance}}", "body: {service: {id: $inst}}", "r: unknown fact $inst"),
        (
            "after: [a],",
            "after: [a], inputs: [{task: z, path: x, into: y}],",
            "r: input from 'z', which does not come before",
        ),
        ("after: [a],", "after: [a], when: {given: [moon]},", "r: unknown fact 'moon'"),
        ("after: [a],", "after: [a], when: {has: [SPS.x], lacks: [SPS.x]},", "r: can never hold: has and lacks SPS.x"),
        ("family: F", "family: F\n    served: {given: [number]}", "P: served speaks of systems"),
        (
            "title: {en: O, zh: O}",
            "title: {en: O, zh: O}\n    validFrom: 2026-02-01\n    validTo: 2026-01-01",
            "O: validTo",
        ),
        ("family: F", "colour: F", "'colour' was unexpected"),
        ("oneOf: [1M, 2M]", "pattern: '['", "is not a 'regex'"),
        ("catalogue: {version: test-1}", "", "catalogue.version must stand in exactly one file, found 0"),
        ("{version: test-1}", "{version: [}", "not YAML"),
    ],
)
def test_an_error_names_its_file_and_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert SOUND.count(old) == 1
    text = SOUND.replace(old, new)

    found = [fault for fault in load(tmp_path, text) if message in fault]

    assert found, "the fault is found"
    assert abs(int(found[0].split()[0].removeprefix("all.yaml:")) - line(SOUND, old)) <= 4


def test_a_long_cycle_is_spelled_out(tmp_path: Path) -> None:
    text = SOUND.replace("name: a,", "name: a, after: [b],")

    assert f"all.yaml:{line(text, 'after: [b]')} r: cycle: a after b after a" in load(tmp_path, text)


def test_a_name_said_in_two_files_is_refused_with_both_places(tmp_path: Path) -> None:
    again = load(tmp_path, SOUND, other=OFFERING)

    assert again == [f"other.yaml:4 O: already defined at all.yaml:{line(SOUND, '    product: P')}"]


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("product: P", "product: Q").replace("install: r", "install: s")

    assert len(load(tmp_path, text)) == 2


def test_an_empty_folder_and_an_empty_file_are_no_catalogue(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"has no \.yaml file"):
        load_catalogue(tmp_path)
    assert load(tmp_path, SOUND, empty="") == ["empty.yaml:1 the file is empty"]


def test_a_task_behind_a_dropped_one_follows_what_came_before_it(tmp_path: Path) -> None:
    text = SOUND.replace("after: [a]", "after: [m]").replace("undo: none}", "undo: none}\n" + MIDDLE)
    assert load(tmp_path, text) == []
    recipe = load_catalogue(tmp_path).products["P"].actions["install"]

    chosen = recipe.selected({"number": None}, lambda _: frozenset())

    assert [(task.name, task.after) for task in chosen] == [("a", ()), ("b", ("a",))]


def test_a_condition_may_speak_of_the_people_of_the_order(tmp_path: Path) -> None:
    assert load(tmp_path, SOUND.replace("after: [a],", "after: [a], when: {given: [contact]},")) == []

    assert check(order(item("O", SPEED="1M")), load_catalogue(tmp_path), "8330100", NEW_NETWORK.get) == []


MIDDLE = """\
      - {name: m, title: {en: M, zh: M}, function: RM, operation: reserve, type: ResourceOrder, after: [a],
         when: {given: [number]}, body: {resource: [{type: number, id: $number}]}, undo: none}"""
