"""The registry: a version's content never changes, the store is the only source, files stay inside their folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.registry import Registration, StoreRegistry, bundled, register
from hub.store import schema
from hub.store.writer import Store
from hub.xref import StoreXref
from interfaces.clock import VirtualClock
from interfaces.failure import Failure


@pytest.fixture
def registry(store: Store, clock: VirtualClock, tmp_path: Path) -> StoreRegistry:
    for future in [store.submit(register, item) for item in bundled()]:
        assert future.result(30) is True
    return StoreRegistry(store, tmp_path / "specs", StoreXref(store), clock)


def test_registering_again_changes_nothing(store: Store, registry: StoreRegistry) -> None:
    version = registry.version()
    assert [store.write(register, item) for item in bundled()[:3]] == [False] * 3
    registry.reload()
    assert registry.version() == version


def test_other_content_under_a_known_version_is_refused_and_the_first_stays(
    store: Store, registry: StoreRegistry
) -> None:
    first = bundled()[0]
    refused = store.write(register, Registration(first.id, first.version, "other", {"spec.yaml": b"x"}))
    assert isinstance(refused, Failure)
    assert refused.code == "conflict"
    with store.read() as connection:
        t = schema.spec
        kept = connection.scalar(sa.select(t.c.hash).where(t.c.id == first.id))
    assert kept == first.hash


def test_a_file_changed_in_the_folder_is_put_right_from_the_store(registry: StoreRegistry, tmp_path: Path) -> None:
    spec = registry.get("rm-resource").spec
    (spec.folder / "spec.yaml").write_text("changed by hand")
    registry.reload()
    assert registry.get("rm-resource").spec.id == "rm-resource"


def test_contract_roots_are_found_by_their_two_codes(registry: StoreRegistry) -> None:
    found = registry.by_contract_root("BUS17006", "SVC33049")
    assert found is not None
    assert found[0].spec.id == "contractroot-order"
    assert registry.by_contract_root("BUS00000", "SVC00000") is None


def test_names_that_climb_out_of_the_folder_are_refused(store: Store, clock: VirtualClock, tmp_path: Path) -> None:
    store.write(register, Registration("evil", "1.0.0", "h", {"../../x": b"x"}))
    with pytest.raises(Failure) as refused:
        StoreRegistry(store, tmp_path / "specs", StoreXref(store), clock)
    assert refused.value.code == "invalid"
