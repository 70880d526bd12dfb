"""Dotted paths in canonical bodies."""

from __future__ import annotations

from hub.store.paths import dig, plant


def test_plant_makes_what_is_missing_and_leaves_shared_parts_alone() -> None:
    shared = {"product": {"place": [{"id": "a"}]}}
    body = dict(shared)
    plant(body, "product.place[1].id", "b")
    plant(body, "serviceNumber", "1")
    assert body == {"product": {"place": [{"id": "a"}, {"id": "b"}]}, "serviceNumber": "1"}
    assert shared == {"product": {"place": [{"id": "a"}]}}


def test_dig_finds_or_gives_none() -> None:
    body = {"a": [{"b": 1}]}
    assert dig(body, "a[0].b") == 1
    assert dig(body, "a[1].b") is None
    assert dig(body, "a.b") is None
