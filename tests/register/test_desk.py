"""The registrar's desk over REST: one answer with everything, and nothing kept of what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from hub.api.app import build
from hub.register.kept import register, registration
from hub.register.replay import replay
from hub.registry import StoreRegistry
from hub.store import schema
from hub.store.engine import sqlite_url
from hub.store.writer import Store
from hub.xref import StoreXref
from interfaces.admission import examine
from interfaces.clock import VirtualClock
from interfaces.spec.archive import read_folder, write_zip
from interfaces.spec.registry import bundled_folder
from tests.api.fakes import fake_hub

ZIP = {"Content-Type": "application/zip"}
FIRST = bundled_folder() / "WFM" / "wfm-dispatch"
SWAPPED = ('AM: "09-12", PM: "14-18"', 'AM: "14-18", PM: "09-12"')
BUMP = ("version: 1.0.1", "version: 1.0.2")
Changed = Callable[..., Path]


class Desk:
    """A hub's API over a store with one interface. Examined in this process: test_live.py has one of its own."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        assert store.write(register, registration(FIRST)) is True
        self.registry = StoreRegistry(store, folder / "specs", StoreXref(store), VirtualClock())
        hub: Any = fake_hub(store)
        hub.registry = self.registry
        hub.follower.now = self.registry.follow
        hub.config.limits = hub.config.limits.model_copy(update={"body_bytes": 1 << 20})
        hub.config.worker = None
        self.client = TestClient(build(hub), "http://localhost:8080", raise_server_exceptions=False)

    def register(self, folder: Path, **params: Any) -> Any:
        body = write_zip(read_folder(folder))
        return self.client.post("/api/v1/interfaces", content=body, headers=ZIP, params=params)

    def move(self, ref: str, action: str, **body: Any) -> Any:
        id_, _, version = ref.partition("@")
        return self.client.post(f"/api/v1/interfaces/{id_}/versions/{version}/{action}", json=body)

    def versions(self, id_: str) -> dict[str, str]:
        found = self.client.get(f"/api/v1/interfaces/{id_}").json()["versions"]
        return {one["version"]: one["state"] for one in found}


@pytest.fixture
def desk(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("hub.register.desk._apart", examine)
    monkeypatch.setattr("hub.api.interfaces.short_leases", lambda config, found: ())
    store = Store(sqlite_url(tmp_path / "hub.db"))
    yield Desk(store, tmp_path)
    store.close()


def test_a_version_goes_the_whole_way_over_rest(desk: Desk, changed: Changed) -> None:
    done = desk.register(changed("WFM/wfm-dispatch", BUMP), reason="a change")
    assert (done.status_code, done.json()["state"]) == (201, "registered"), done.text
    assert desk.versions("wfm-dispatch") == {"1.0.2": "registered", "1.0.1": "active"}
    assert desk.registry.get("wfm-dispatch").spec.version == "1.0.1"
    assert desk.move("wfm-dispatch@1.0.2", "activate", reason="agreed").json()["state"] == "active"
    assert desk.registry.get("wfm-dispatch").spec.version == "1.0.2"
    assert desk.registry.get("wfm-dispatch", "1.0.1").spec.version == "1.0.1", "orders in flight have it still"
    again = desk.register(changed("WFM/wfm-dispatch", BUMP))
    assert (again.status_code, again.json()["state"]) == (201, "active")
    other = desk.register(changed("WFM/wfm-dispatch", BUMP, ("{en: ", "{en: New ")))
    assert other.json()["type"] == "urn:mboss:problem:conflict"
    with desk.store.read() as connection:
        said = connection.execute(sa.select(schema.audit.c.action, schema.audit.c.reason)).all()
    assert ("interface.activate", "agreed") in said


def test_what_breaks_is_refused_with_every_finding_and_taken_with_a_waiver(desk: Desk, changed: Changed) -> None:
    folder = changed("WFM/wfm-dispatch", BUMP, SWAPPED)
    refused = desk.register(folder)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    rules = {error["rule"] for error in refused.json()["errors"]}
    assert rules == {"code-remapped", "version-too-small", "example-invalid", "proof-worse"}
    assert desk.versions("wfm-dispatch") == {"1.0.1": "active"}
    waivers = [f"{rule}=agreed by letter@2099-12-31" for rule in sorted(rules)]
    taken = desk.register(folder, waive=waivers)
    assert taken.json()["state"] == "registered", taken.text
    kept = desk.client.get("/api/v1/interfaces/wfm-dispatch").json()["versions"][0]
    assert {waiver["rule"] for waiver in kept["waivers"]} == rules
    report = desk.client.get("/api/v1/interfaces/wfm-dispatch/versions/1.0.2").json()["report"]
    assert {one["rule"] for one in report["findings"] if "waived" in one} == rules


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"content": b"no zip", "headers": ZIP}, 400),
        ({"content": b"", "headers": ZIP}, 400),
        ({"json": {}}, 415),
        ({"content": write_zip({"spec.yaml": b"!!python/object:os.system {}"}), "headers": ZIP}, 422),
        ({"content": write_zip({"spec.yaml": b"x"}), "headers": ZIP, "params": {"waive": "x"}}, 400),
        ({"content": write_zip({"spec.yaml": b"x"}), "headers": ZIP, "params": {"activate": "true"}}, 400),
        ({"content": write_zip({"spec.yaml": b"x"}), "headers": ZIP, "params": {"draft": "true"}}, 400),
        ({"content": write_zip({"spec.yaml": b"x"}), "headers": ZIP, "params": {"rollout": "never"}}, 400),
        ({"content": b"x" * (1 << 21), "headers": ZIP}, 413),
    ],
)
def test_bad_input_is_a_clear_no_and_nothing_is_kept(desk: Desk, sent: dict[str, Any], status: int) -> None:
    before = desk.registry.version()
    answer = desk.client.post("/api/v1/interfaces", **sent)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]
    desk.registry.follow()
    assert desk.registry.version() == before


def test_moves_that_cannot_be_say_why(desk: Desk) -> None:
    assert desk.move("wfm-dispatch@9.9.9", "activate", reason="x").status_code == 404
    assert desk.move("no-such@1.0.0", "retire", reason="x").status_code == 404
    assert desk.move("wfm-dispatch@1.0.1", "dance", reason="x").status_code == 404
    assert desk.move("wfm-dispatch@1.0.1", "retire").status_code == 400
    assert desk.move("wfm-dispatch@1.0.1", "retire", reason="x", more=1).status_code == 400
    assert desk.client.get("/api/v1/interfaces/no-such").status_code == 404


def test_open_orders_are_mapped_by_the_new_version_before_it_is_in_force(desk: Desk, changed: Changed) -> None:
    old = desk.registry.get("wfm-dispatch")
    body = json.loads((FIRST / "examples" / "dispatch.canonical.json").read_text("utf-8"))
    desk.store.write(_waiting, body)
    assert replay(desk.store, desk.registry, old) == []

    waived = ["code-remapped", "version-too-small", "example-invalid", "proof-worse"]
    folder = changed("WFM/wfm-dispatch", BUMP, SWAPPED)
    assert desk.register(folder, waive=[f"{r}=x@2099-01-01" for r in waived]).status_code == 201
    (found,) = replay(desk.store, desk.registry, desk.registry.get("wfm-dispatch", "1.0.2"))
    assert found.rule == "replay-differs"
    assert "appt.slot" in found.message
    assert found.message.endswith("orders: o1")
    done = desk.move("wfm-dispatch@1.0.2", "activate", reason="agreed").json()
    assert [one["rule"] for one in done["replay"]] == ["replay-differs"]


def _waiting(connection: sa.Connection, batch: list[dict[str, Any]]) -> list[None]:
    """An order with a work order that waits."""
    order = {"id": "o1", "state": "running", "created_at": 1, "updated_at": 1, "body": {}}
    task = {"id": "t1", "order_id": "o1", "pos": 0, "state": "waiting", "after": [], "inputs": [], "body": batch[0]}
    task |= {"interface": "wfm-dispatch@1.0.1", "operation": "dispatch", "type": "WorkOrder@1", "peer": "WFM"}
    connection.execute(sa.insert(schema.orders).values(order))
    connection.execute(sa.insert(schema.task).values(task))
    return [None]
