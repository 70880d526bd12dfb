"""The peers as a process: ports, files, restarts, and how they outlive the hub."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from interfaces.failure import Failure
from mocks import runner
from tests.mocks.conftest import Play, until


def test_the_process_tells_where_everybody_is_and_ends_on_sigterm(tmp_path: Path) -> None:
    ports = tmp_path / "run" / "ports.json"
    command = [sys.executable, "-m", "mocks", "up", "RM", "97", "--data", str(tmp_path), "--ports-file", str(ports)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        until(ports.exists, 60)
        told = json.loads(ports.read_text("utf-8"))
        assert told["pid"] == process.pid
        assert told["amqp"] == f"amqp+file://{tmp_path}/amqp.db"
        assert told["places"] == {"97": {"table": f"sqlite:///{tmp_path}/97.db"}}
        for url in told["peers"].values():
            assert httpx.get(f"{url}/__mock__/verify").json()["ok"]
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert b'"RM"' in process.communicate()[0]


def test_what_a_peer_knows_outlives_it(play: Callable[..., Play], tmp_path: Path) -> None:
    world = play("NMS")
    request = {"cmdId": "c1", "lanId": "8330100", "userId": "PI-1"}
    first = world.client("NMS", "nms-activation").openService(**request)
    world.running.stop()
    again = play("NMS")
    assert again.client("NMS", "nms-activation").openService(**request).nmsSeq == first.nmsSeq
    assert again.effects("NMS") == {("c1", "activate"): 1}


def test_a_reset_forgets_all_but_the_settings(play: Callable[..., Play]) -> None:
    world = play("RM")
    world.post("RM", "config", {"hold_seconds": 60})
    world.client("RM", "rm-resource").holdResource(requestNo="h", lanId="8330100", opType="HLD", accNbr="0571-81000001")
    world.post("RM", "reset", None)
    assert world.look("RM", "effects")["calls"] == 0
    assert world.look("RM", "state")["holdings"] == {}
    assert world.look("RM", "config")["hold_seconds"] == "60"


def test_the_journal_keeps_what_came_in(play: Callable[..., Play]) -> None:
    world = play("RM")
    world.client("RM", "rm-resource").queryRequest(requestNo="q", lanId="8330100")
    (entry,) = world.look("RM", "journal?key=q")["items"]
    assert (entry["direction"], entry["operation"], entry["outcome"]) == ("in", "queryRequest", "done")
    assert entry["body"]["requestNo"] == "q"


def test_unknown_settings_and_broken_json_are_refused(play: Callable[..., Play]) -> None:
    world = play("RM")
    assert world.post("RM", "config", {"colour": "red"}).status_code == 400
    assert world.post("RM", "config", {"clock_offset": "soon"}).status_code == 400
    assert world.http.post(f"{world.urls['RM']}/__mock__/faults", content=b"{").status_code == 400


def test_unknown_peers_and_taken_ports_are_told(tmp_path: Path, play: Callable[..., Play]) -> None:
    with pytest.raises(Failure, match="XYZ"):
        runner.up(["XYZ"], tmp_path)
    taken = int(play("NMS").urls["NMS"].rpartition(":")[2])
    with pytest.raises(Failure, match="cannot listen") as failure:
        runner.up(["RM"], tmp_path / "other", port_base=taken)
    assert str(taken) in failure.value.where
