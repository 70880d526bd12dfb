"""``mboss check``: what can be wrong at start is said before the start."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.channels.amqp_embedded import Broker
from hub import checks, topology
from hub.bootstrap import build
from hub.cli.main import cli
from hub.config import load
from hub.listener import listen
from hub.store import migrate
from hub.store.engine import sqlite_url
from hub.store.writer import Store
from interfaces.failure import Failure
from interfaces.spec.registry import bundled
from mocks.peers import PEERS
from tests.channels.parts import free_port


def check(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", "--data", str(folder), *arguments])


def configured(folder: Path, port: int = 0, **more: str) -> Path:
    """A data folder whose mboss.toml names every peer."""
    lines = [
        f"port = {port}",
        *(f"{name} = {value if value[:1] == '{' else repr(value)}" for name, value in more.items()),
    ]
    for code in PEERS:
        lines += [f'[peers."{code}"]', 'url = "http://127.0.0.1:9"']
    (folder / "mboss.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_complete_configuration_is_good(tmp_path: Path) -> None:
    said = check(configured(tmp_path))
    assert said.exit_code == 0
    names = ("configuration", "specs", "topology", "leases", "store", "peers", "queues", "port")
    assert said.stdout.split() == [word for name in names for word in ("ok", name)]


def test_a_peer_without_an_address_is_named_with_what_calls_it(tmp_path: Path) -> None:
    said = check(tmp_path)
    assert said.exit_code == 1
    assert "RM has no address, but rm-resource calls it" in said.stdout
    assert "RM-LOCAL has no address, but rm-resource calls it" in said.stdout  # an instance is a peer of its own


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as taken:
        assert "cannot listen" in check(configured(tmp_path, taken.getsockname()[1])).stdout


def test_an_unknown_profile_is_said_with_those_there_are(tmp_path: Path) -> None:
    [unknown] = checks.findings(configured(tmp_path, profile="no-such"))["topology"]
    assert "first-day" in unknown.advice


def test_a_lease_shorter_than_a_call_is_refused_before_and_at_the_start(tmp_path: Path) -> None:
    config = load(data=configured(tmp_path), worker={"lease": 4})
    assert "not longer than the" in check(configured(tmp_path, worker="{lease = 4}")).stdout
    with pytest.raises(Failure, match="lease of 4 s") as refused:
        build(config)
    assert "[worker] lease" in refused.value.where


def test_a_broken_configuration_is_the_only_finding(tmp_path: Path) -> None:
    said = check(configured(tmp_path, host="0.0.0.0"), "--json")
    told = json.loads(said.stdout)
    assert said.exit_code == 1
    assert told["checked"] == ["configuration"]
    assert told["findings"][0]["errors"][0]["path"] == "security"


def test_a_probe_that_no_bound_interface_has_is_said() -> None:
    bindings = topology.bundled("first-day").bindings
    billing = next(b for b in bindings if b.function == "BILL")
    alone = replace(billing, interfaces=("bill-sync",))
    specs = {spec.id: spec for spec in bundled()}
    [said] = checks._probes(alone, specs, "here")
    assert "queryOutcome" in said.message
    assert not list(checks._probes(billing, specs, "here"))


def test_a_broker_that_does_not_answer_is_said_once(tmp_path: Path) -> None:
    [silent] = checks.findings(configured(tmp_path, amqp=f"amqp://127.0.0.1:{free_port()}/"))["queues"]
    assert silent.code == "unavailable"
    assert "reachable" in silent.advice


def test_a_queue_declared_otherwise_is_said_by_name(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "amqp.db")
    broker.declare("hub.bill.reply", delivery_limit=99)
    broker.close()
    [clash] = checks.findings(configured(tmp_path))["queues"]
    assert clash.code == "conflict"
    assert "hub.bill.reply" in clash.message


def test_a_password_in_a_brokers_address_is_refused_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [refused] = checks.findings(configured(tmp_path, amqp="amqp://mboss:s3cret@127.0.0.1/"))["configuration"]
    assert "env:NAME or file:PATH" in str(refused.errors)
    assert "s3cret" not in str(refused.to_json())
    monkeypatch.setenv("BROKER", "amqp://mboss:s3cret@127.0.0.1/")
    assert load(data=configured(tmp_path, amqp="env:BROKER")).amqp.endswith("127.0.0.1/")


@pytest.mark.parametrize("address", ["http://127.0.0.1/", "amqp:///", "amqp+file:", "amqp://h/?prefx=a", "amqp://h:x/"])
def test_what_is_no_address_of_a_broker_is_refused(tmp_path: Path, address: str) -> None:
    [refused] = checks.findings(configured(tmp_path, amqp=address))["configuration"]
    assert "not an AMQP address" in str(refused.errors)


def moved_to(folder: Path, revision: str) -> None:
    """A store that was left at this revision."""
    Store(sqlite_url(folder / "hub.db")).close()
    with closing(sqlite3.connect(folder / "hub.db", isolation_level=None)) as db:
        db.execute("UPDATE alembic_version SET version_num = ?", [revision])


def test_a_store_that_a_newer_mboss_used_is_said(tmp_path: Path) -> None:
    moved_to(configured(tmp_path), "9999")
    said = check(tmp_path)
    assert said.exit_code == 1
    assert "the hub's database is at revision 9999" in said.stdout


def test_a_store_that_the_next_start_changes_is_no_fault_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_to(configured(tmp_path), "0001")
    newer = migrate.Standing("0001", "0002", known=True)
    monkeypatch.setattr(migrate, "standing", lambda connection: newer)
    said = check(tmp_path)
    assert said.exit_code == 0
    assert "ok  store: at revision 0001, the next start brings it to 0002" in said.stdout


def test_a_database_that_does_not_answer_is_said(tmp_path: Path) -> None:
    said = check(configured(tmp_path, db=f"postgresql://nobody@127.0.0.1:{free_port()}/none"))
    assert said.exit_code == 1
    assert "NO  store" in said.stdout
    assert "correct db in mboss.toml" in said.stdout
