"""IdLookup: one suite for every driver of the port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store.engine import sqlite_url
from hub.store.writer import Store
from hub.xref import StoreXref, learn
from interfaces.mapping import IdLookup, InMemoryLookup

PAIRS = {
    ("customer", "PORTAL", ""): {"200": "c-200", "300": "c-300"},
    ("customer", "PORTAL", "8330100"): {"200": "local-200"},
    ("account", "PORTAL", ""): {"200": "a-200"},
}


def in_store(folder: Path) -> Iterator[IdLookup]:
    store = Store(sqlite_url(folder / "hub.db"))
    for (kind, system, area), ids in PAIRS.items():
        for canonical, peer in ids.items():
            row = {"kind": kind, "system": system, "area": area, "peer_id": peer, "canonical_id": canonical}
            store.write(learn, row)
    yield StoreXref(store)
    store.close()


@pytest.fixture(params=["memory", "store"])
def lookup(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[IdLookup]:
    if request.param == "memory":
        yield InMemoryLookup(PAIRS)
    else:
        yield from in_store(tmp_path)


def test_an_id_is_found_both_ways(lookup: IdLookup) -> None:
    assert lookup.find("customer", "PORTAL", "8330200", "300", "wire") == "c-300"
    assert lookup.find("customer", "PORTAL", "8330200", "c-300", "canonical") == "300"


def test_an_areas_own_entry_goes_before_the_one_for_all(lookup: IdLookup) -> None:
    assert lookup.find("customer", "PORTAL", "8330100", "200", "wire") == "local-200"
    assert lookup.find("customer", "PORTAL", "8330200", "200", "wire") == "c-200"


def test_kind_and_system_keep_ids_apart(lookup: IdLookup) -> None:
    assert lookup.find("account", "PORTAL", "", "200", "wire") == "a-200"
    assert lookup.find("customer", "GROUP", "", "200", "wire") is None
    assert lookup.find("customer", "PORTAL", "", "999", "wire") is None


def test_a_known_peer_id_gets_its_new_counterpart(tmp_path: Path) -> None:
    for lookup in in_store(tmp_path):
        row = {"kind": "customer", "system": "PORTAL", "area": "", "peer_id": "c-300", "canonical_id": "301"}
        lookup._store.write(learn, row)  # type: ignore[attr-defined]
        assert lookup.find("customer", "PORTAL", "", "c-300", "canonical") == "301"
