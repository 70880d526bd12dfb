"""The topology that one process puts in force is in force in another one."""

from __future__ import annotations

from hub import topology
from hub.store.writer import Store
from hub.topology import Topology
from hub.views.agreements import topology_versions
from tests.stores import opened


def newer(store: Store, version: int) -> Topology | None:
    with store.read() as connection:
        return topology.newer(connection, version)


def test_a_topology_that_another_process_keeps_is_found_once(store: Store, url: str) -> None:
    mine = topology.bundled("first-day")
    version = store.write(topology.keep, mine)
    assert newer(store, version) is None
    fewer = dict(mine.data) | {"bindings": mine.data["bindings"][:1]}
    with opened(url) as other:
        assert other.write(topology.keep, topology.from_data(fewer)) == version + 1
    found = newer(store, version)
    assert found is not None
    assert (found.version, len(found.bindings)) == (version + 1, 1)
    assert newer(store, found.version) is None


def test_every_version_is_told_with_what_it_changed(store: Store) -> None:
    first = topology.bundled("first-day")
    store.write(topology.keep, first)
    store.write(topology.keep, topology.bundled("mode-1"))
    store.write(topology.keep, topology.bundled("mode-1"))  # again: nothing new
    with store.read() as connection:
        newest, oldest = topology_versions(connection)
    assert (oldest["version"], oldest["name"], oldest["removed"]) == (1, "first-day", 0)
    assert oldest["added"] == oldest["bindings"] == len(first.bindings)
    assert (newest["version"], newest["name"]) == (2, "mode-1")
    assert newest["bindings"] == oldest["bindings"] + newest["added"] - newest["removed"]
    assert newest["added"] > 0 < newest["removed"]
