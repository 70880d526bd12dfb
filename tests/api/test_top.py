"""Customers' orders first: what peers ordered for them is one word away."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_top_leaves_out_child_orders(client: TestClient) -> None:
    everything = client.get("/api/v1/orders?limit=200").json()["items"]
    top = client.get("/api/v1/orders?limit=200&top=true").json()["items"]
    assert {o["parent_order"] for o in top} == {""}
    assert len(top) < len(everything)
