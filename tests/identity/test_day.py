"""The day with authentication on: its systems subscribe, its driver logs in, and nobody else gets anything."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import httpx
import pytest

from hub.demo import day, desks, keys
from hub.demo.hubs import Hubs
from hub.demo.peers import Peers
from hub.demo.processes import house
from hub.demo.result import Result


def _number(result: Result, scenario: str) -> str:
    return next(run.order.external_id for run in result.runs if run.scenario.name == scenario)


@pytest.mark.slow
def test_a_day_with_authentication_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MBOSS_SECURITY__AUTHENTICATION", "on")
    data = tmp_path / "day"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with house(data, port) as running:
        hubs, peers = Hubs(data), Peers(running.peers)
        try:
            result = day.live(day.plan(None, 1), hubs, peers, lambda: None)
            assert result.good, result.to_text()
            assert httpx.get(f"{running.url}/api/v1/orders", trust_env=False).status_code == 401
            assert httpx.get(f"{running.url}/readyz", trust_env=False).status_code == 200
            known = keys.read(data)
            others, own = (_number(result, name) for name in ("cc-orders-twice", "ka-one-stop"))
            asked = [desks.asked(hubs, desks.KA, "queryOrder", {"orderNo": number}) for number in (others, own)]
            assert [said["ok"] for said in asked] == [False, True]
            assert "there is no such order" in asked[0]["refused"]
            listed = hubs.get("/api/v1/messages", peer="PORTAL", direction="in", limit=200)["items"]
            signed = [m["id"] for m in listed if m["interface"].startswith("contractroot-")]
            assert {tuple(hubs.get(f"/api/v1/messages/{id}")["hidden"]) for id in signed} == {("SrcSysSign",)}
        finally:
            hubs.close()
            peers.close()
    assert os.stat(data / keys.FILE).st_mode & 0o077 == 0
    written = [file for file in data.iterdir() if file.suffix == ".log" or ".db" in file.name]
    kept = b"".join(file.read_bytes() for file in written)
    assert b"SrcSysSign&gt;***" in kept or b"SrcSysSign>***" in kept
    for secret in (known["password"], *(known[system].split("_")[2] for system in keys.KEYED)):
        assert secret.encode() not in kept
