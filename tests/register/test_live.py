"""A hub that runs, and interfaces that come, change and go meanwhile: none is restarted, none in flight changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hub.cli.main import cli
from interfaces.spec.registry import bundled_folder
from tests.files.test_hub import COUNT, LAYOUT, SPEC, Town, usage
from tests.flow.house import until

WAIVE = "usage is agreed by word of mouth until the annex is signed"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path / "data")
    town.start()
    yield town
    town.close()


def mboss(town: Town, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the JSON it ends with."""
    command = ["interface", *arguments, "--data", str(town.data), "--json"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["mboss", *command])
        done = CliRunner().invoke(cli, command)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout.splitlines()[-1])


def drop(town: Town, folder: Path, number: int) -> None:
    """A day's file of billing; flag last."""
    stem = f"YL_20261101_{number:04d}"
    (town.billing / "in" / f"{stem}.csv").write_bytes(usage(folder, number, f"U{number}-"))
    (town.billing / "in" / f"{stem}.flg").touch()


def bound(town: Town) -> dict[str, list[str]]:
    """Interface version -> orders whose statement task is bound to it."""
    found: dict[str, list[str]] = {}
    for order in town.orders():
        for task in town.hubs.get(f"/api/v1/orders/{order['id']}")["tasks"]:
            found.setdefault(task["interface"], []).append(order["id"])
    return found


def served(town: Town) -> set[str]:
    """What the running process has in force."""
    return {f"{one['id']}@{one['version']}" for one in town.hubs.get("/api/v1/interfaces")["items"]}


def changed(folder: Path, old: str, new: str, source: str = "SETTLE/settle-daily") -> Path:
    """A bundled spec's folder with one thing changed."""
    shutil.copytree(bundled_folder() / source, folder)
    text = (folder / "spec.yaml").read_text("utf-8")
    assert old in text
    (folder / "spec.yaml").write_text(text.replace(old, new), "utf-8")
    return folder


def test_an_interface_comes_changes_and_goes_while_orders_run(town: Town, tmp_path: Path) -> None:
    drops = tmp_path / "usage-drop"
    drops.mkdir()
    (drops / "layout.yaml").write_text(LAYOUT, "utf-8")
    (drops / "spec.yaml").write_text(SPEC, "utf-8")

    # it comes: examined, registered and read from at once
    code, said = mboss(town, "register", str(drops), "--activate", "--reason", "agreed with billing")
    if code:  # what the examination finds in a spec is waived with a reason and a date, and the waivers are kept
        rules = {error["rule"] for error in said["error"]["errors"]}
        waivers = [part for rule in sorted(rules) for part in ("--waive", f"{rule}={WAIVE}@2099-12-31")]
        code, said = mboss(town, "register", str(drops), "--activate", "--reason", "agreed with billing", *waivers)
    assert (code, said["state"]) == (0, "active"), said
    drop(town, drops, 1)
    until(lambda: bound(town).get("settle-daily@1.0.0", []), lambda ids: len(ids) == COUNT)

    # another changes: what is in flight keeps its version, what comes gets the new one
    newer = changed(tmp_path / "settle-daily", "version: 1.0.0", "version: 1.1.0")
    code, said = mboss(town, "register", str(newer), "--activate", "--reason", "a new title")
    assert (code, said["state"], said["against"]) == (0, "active", "settle-daily@1.0.0"), said
    assert said["replay"] == []
    until(lambda: served(town), lambda refs: "settle-daily@1.1.0" in refs)
    drop(town, drops, 2)
    until(lambda: bound(town).get("settle-daily@1.1.0", []), lambda ids: len(ids) == COUNT)
    assert len(bound(town)["settle-daily@1.0.0"]) == COUNT

    # the old one is needed as long as orders are bound to it
    code, said = mboss(town, "retire", "settle-daily@1.0.0", "--reason", "gone")
    assert (code, said["error"]["code"]) == (1, "conflict")
    _, said = mboss(town, "versions", "settle-daily")
    states = {one["version"]: (one["state"], [user["peer"] for user in one["users"]]) for one in said["versions"]}
    assert states == {"1.0.0": ("deprecated", ["SETTLE"]), "1.1.0": ("active", ["SETTLE"])}

    # it goes: its folder is read no more
    code, said = mboss(town, "retire", "usage-drop@1.0.0", "--reason", "gone")
    assert (code, said["error"]["code"]) == (1, "conflict"), "orders that came by it are open"
