"""The topology that one process puts in force is in force in another one."""

from __future__ import annotations

from hub import topology
from hub.store.writer import Store
from hub.topology import Topology
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
