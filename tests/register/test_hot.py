"""Interfaces of each kind come, change and go in a hub that runs: what their senders see, without a restart."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from adapters.channels.amqp import open_broker
from hub.api.interfaces import registrar
from hub.app import build as build_app
from hub.bootstrap import build
from hub.config import load
from hub.register.desk import Wish
from interfaces.admission import examine
from interfaces.amqp import AmqpMessage
from interfaces.spec.archive import read_folder
from interfaces.spec.registry import bundled_folder
from tests.flow.house import until

QUEUE = "hub.crew.result"
CREW = {
    r"(?m)^  id: .*$": "  id: crew-result",
    r"(?m)^  version: .*$": "  version: 1.0.0",
    "hub.wfm.result": QUEUE,
}
"""WFM's results as another interface, over a queue of its own."""
ASKED = {
    r"(?m)^  id: .*$": "  id: group-ask",
    r"(?m)^  version: .*$": "  version: 1.0.0",
    "BUS17002": "BUS17992",
    "SVC11001": "SVC11991",
}
"""The group's enquiry as another service of ContractRoot."""
DONE = (bundled_folder() / "WFM/wfm-result/examples/done.request.json").read_bytes()
SOAP = {"content-type": "text/xml; charset=utf-8"}


class Hot:
    """A hub that runs in this process; registering goes over its own desk."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        patch.setattr("hub.register.desk._apart", examine)
        self.folder, broker = folder, f"amqp+file://{folder / 'amqp.db'}"
        self.hub = build(load(folder / "data", amqp=broker))
        self.hub.start()
        self.client = TestClient(build_app(self.hub), "http://localhost:8080")
        self.broker = open_broker(broker)

    def close(self) -> None:
        self.broker.close()
        self.hub.stop()

    def put(self, source: str, changes: dict[str, str]) -> str:
        """Register and activate a changed copy of a bundled spec; its state."""
        place = self.folder / f"{source.rpartition('/')[2]}-{len(list(self.folder.iterdir()))}"
        shutil.copytree(bundled_folder() / source, place)
        for file in (one for one in place.rglob("*") if one.is_file()):
            text = file.read_text("utf-8")
            for old, new in changes.items() if file.name == "spec.yaml" else list(changes.items())[2:]:
                text = re.sub(old, new, text)
            file.write_text(text, "utf-8")
        wish = Wish(activate=True, reason="agreed")
        return str(registrar(self.hub).register(read_folder(place), wish, "tester")["state"])

    def move(self, ref: str, event: str) -> str:
        id_, _, version = ref.partition("@")
        return str(registrar(self.hub).move(id_, version, event, "agreed", "tester")["state"])

    def send(self, key: str) -> None:
        body = re.sub(rb'"woNo": *"[^"]*"', b'"woNo": "%s"' % key.encode(), DONE)
        assert key.encode() in body
        assert not self.broker.publish([AmqpMessage(body, QUEUE, "", key, key, "", "application/json")])

    def heard(self, key: str) -> str:
        """By which version the hub took a message of this key, "" = not yet."""
        rows = self.client.get("/api/v1/messages", params={"key": key}).json()["items"]
        return next((f"{row['interface']}" for row in rows if row["direction"] == "in"), "")

    def left(self, key: str) -> bool:
        """Whether a message of this key still lies in the queue."""
        return any(delivery.correlation_id == key for delivery in self.broker.get(QUEUE))


@pytest.fixture
def hot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hot]:
    hot = Hot(tmp_path, monkeypatch)
    yield hot
    hot.close()


def test_a_queue_is_read_by_the_version_in_force_and_by_nobody_once_it_is_retired(hot: Hot) -> None:
    hot.broker.declare(f"{QUEUE}.dead")
    hot.broker.declare(QUEUE, 5, f"{QUEUE}.dead")
    assert hot.put("WFM/wfm-result", CREW) == "active"
    hot.send("HOT-1")
    assert until(lambda: hot.heard("HOT-1"), bool) == "crew-result@1.0.0"

    newer = CREW | {r"(?m)^  version: .*$": "  version: 1.0.1"}
    assert hot.put("WFM/wfm-result", newer) == "active"
    hot.send("HOT-2")
    assert until(lambda: hot.heard("HOT-2"), bool) == "crew-result@1.0.1"

    assert hot.move("crew-result@1.0.1", "deprecate") == "deprecated"
    hot.send("HOT-3")
    assert until(lambda: hot.heard("HOT-3"), bool) == "crew-result@1.0.1", "it stays in force until another one is"

    assert hot.move("crew-result@1.0.0", "retire") == "retired"
    assert hot.move("crew-result@1.0.1", "retire") == "retired"
    until(lambda: [one.endpoint for one in hot.hub.consumers if QUEUE in one.endpoint], lambda left: not left)
    hot.send("HOT-4")
    assert until(lambda: hot.left("HOT-4"), bool), "it waits for whoever reads the queue next"
    assert hot.heard("HOT-4") == ""


def asked(hot: Hot, transaction: str, service: str = "SVC11991") -> Any:
    body = (bundled_folder() / "GROUP/contractroot-query/examples/customer.request.xml").read_text("utf-8")
    body = re.sub("SVC11001", service, body.replace("BUS17002", "BUS17992"))
    body = re.sub(r"(<TransactionID>.{18}).{10}", rf"\g<1>{transaction:0>10}", body)
    return hot.client.post("/http/exchange", content=body.encode(), headers={"content-type": "text/xml; charset=utf-8"})


def test_a_service_of_contract_root_is_answered_from_the_moment_it_is_active_until_it_is_retired(hot: Hot) -> None:
    before = asked(hot, "1").text
    assert hot.put("GROUP/contractroot-query", ASKED) == "active"
    during = asked(hot, "2").text
    assert hot.move("group-ask@1.0.0", "deprecate") == "deprecated"
    late = asked(hot, "3").text
    assert hot.move("group-ask@1.0.0", "retire") == "retired"
    after = asked(hot, "4").text
    codes = [re.findall(r"<RspCode>(\w+)</RspCode>", text) for text in (before, during, late, after)]
    assert codes == [["9002"], ["0000"], ["0000"], ["9002"]]
    assert "SVC11991" in before
    assert "SVC11991" in after, "the caller is told which service nobody serves"


def test_a_soap_endpoint_that_is_gone_says_so(hot: Hot) -> None:
    newer = {r"(?m)^  id: .*$": "  id: hall-intake", r"(?m)^  version: .*$": "  version: 1.0.0"}
    assert hot.client.get("/soap/hall-intake?wsdl").status_code == 404
    assert hot.put("CHAN/order-intake", newer) == "active"
    assert hot.client.get("/soap/hall-intake?wsdl").status_code == 200
    assert hot.move("hall-intake@1.0.0", "retire") == "retired"
    gone = hot.client.post("/soap/hall-intake", content=b"<x/>", headers=SOAP)
    assert hot.client.get("/soap/hall-intake?wsdl").status_code == 404
    assert gone.status_code in (404, 500)
    assert "hall-intake" in gone.text
