"""What a hub that worked tells Prometheus; every alert and every panel asks for something it really tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from hub.app import build as build_app
from hub.bootstrap import build
from hub.config import load
from hub.runtime import Hub
from hub.telemetry.meters import BUCKETS
from interfaces.failure import CODES
from interfaces.spec.registry import bundled_folder
from tests.flow.house import until

OPERATIONS = Path("docs/operations")
ALERTS = [
    rule
    for group in yaml.safe_load((OPERATIONS / "alerts.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
PANELS = json.loads((OPERATIONS / "dashboard.json").read_text("utf-8"))["panels"]
ASKED = [(rule["alert"], rule["expr"]) for rule in ALERTS]
ASKED += [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
SCRAPED = {"job", "instance", "le"}
"""Labels that Prometheus or a histogram adds."""
ORDER = bundled_folder() / "CHAN/order-intake/examples"
XML = {"content-type": "text/xml; charset=utf-8"}

Told = dict[str, set[frozenset[str]]]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """It has taken an order, refused bytes, tried a peer in vain, and has a case for a person."""
    made = build(load(tmp_path_factory.mktemp("metrics")))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def client(hub: Hub) -> TestClient:
    client = TestClient(build_app(hub), "http://localhost:8080")
    example = next(file for file in sorted(ORDER.iterdir()) if "install" in file.name and "request" in file.name)
    assert client.post("/soap/order-intake", content=example.read_bytes(), headers=XML).status_code == 200
    client.post("/soap/order-intake", content=b"<", headers=XML)
    until(lambda: value(client, "mboss_sent_total", peer="CRM", outcome="ok"), bool)
    return client


def families(client: TestClient) -> dict[str, list[tuple[dict[str, str], float]]]:
    """Sample name -> (labels, value) of each."""
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def value(client: TestClient, name: str, **labels: str) -> float:
    """The sum over all series with these labels."""
    rows = families(client).get(name, [])
    return sum(number for said, number in rows if labels.items() <= said.items())


def test_what_was_taken_and_refused_is_counted(client: TestClient) -> None:
    assert value(client, "mboss_received_total", interface="order-intake", operation="submitOrder", outcome="ok") == 1
    assert value(client, "mboss_received_total", interface="", outcome="invalid") == 1
    assert value(client, "mboss_received_seconds_count", interface="order-intake", operation="submitOrder") == 1
    assert value(client, "mboss_store_batch_writes_sum") >= value(client, "mboss_store_batch_writes_count") > 0


def test_what_was_sent_is_counted_by_its_outcome(client: TestClient) -> None:
    assert value(client, "mboss_sent_total", interface="crm-core", peer="CRM", outcome="ok") >= 1
    assert value(client, "mboss_sent_seconds_count", interface="crm-core", peer="CRM") >= 1


def test_a_peer_without_an_address_is_no_success(client: TestClient) -> None:
    assert until(lambda: value(client, "mboss_sent_total", outcome="unavailable"), bool)
    assert value(client, "mboss_tasks") >= 1


def test_what_stands_in_the_store_is_there_when_asked(client: TestClient) -> None:
    assert value(client, "mboss_orders", state="accepted") == 1
    assert value(client, "mboss_peer_up", peer="RM") == 1
    assert client.post("/api/v1/peers/RM/hold", json={"reason": "cut-over"}).status_code == 200
    assert value(client, "mboss_peer_held", peer="RM") == 1
    assert client.post("/api/v1/peers/RM/release", json={"reason": "done"}).status_code == 200
    assert value(client, "mboss_peer_held", peer="RM") == 0


def test_one_operation_of_a_peer_has_at_most_forty_series() -> None:
    """However it fails: buckets with the endless one, sum and count, and each outcome."""
    assert len(BUCKETS) + 1 + 2 + len(CODES) + 1 <= 40


@pytest.mark.parametrize(("name", "expression"), ASKED, ids=[name for name, _ in ASKED])
def test_alerts_and_panels_ask_for_what_is_told(client: TestClient, name: str, expression: str) -> None:
    told = families(client) | {
        "up": [({}, 1.0)],
        **{name: [(dict.fromkeys(labels, ""), 0.0)] for name, labels in EMPTY.items()},
    }
    asked = re.findall(r"\b((?:mboss|process)_\w+|up)\b(?:\{([^}]*)\})?", expression)
    assert asked
    labels = {label for metric, _ in asked for said, _ in told[metric] for label in said} | SCRAPED
    wanted = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression))
    wanted |= {one.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for one in group.split(",")}
    assert wanted <= labels


EMPTY = {
    "up": [],
    "mboss_fallout_open": ["category"],
    "mboss_fallout_oldest_seconds": ["category"],
    "mboss_consumer_up": ["endpoint"],
}
"""Told only when there is something to tell: their labels as docs/operations/metrics.md has them."""


def test_there_are_at_most_twelve_alerts_and_each_has_its_runbook() -> None:
    assert len(ALERTS) <= 12
    runbooks = (OPERATIONS / "runbooks.md").read_text("utf-8")
    for rule in ALERTS:
        assert rule["annotations"]["runbook"] == f"runbooks.md#{rule['alert'].lower()}"
        assert f"\n## {rule['alert']}\n" in runbooks


def test_every_metric_is_explained(client: TestClient) -> None:
    page = (OPERATIONS / "metrics.md").read_text("utf-8")
    names = {re.sub(r"_(bucket|sum|count)$", "", name) for name in families(client) if name.startswith("mboss_")}
    assert {name for name in names if f"`{name}`" not in page} == set()
