"""The bundled registry: every agreement of the package, compiled when first used."""

import pytest

from interfaces.failure import Failure
from interfaces.spec.registry import BundledRegistry
from tests.spec.sample import SPEC

REGISTRY = BundledRegistry()


def test_it_knows_the_bundled_specs_by_id_and_version():
    spec = REGISTRY.specs()[0]
    assert REGISTRY.get(spec.id) is REGISTRY.get(spec.id, spec.version)
    assert [s.id for s in REGISTRY.specs()] == sorted(s.id for s in REGISTRY.specs())


def test_an_unknown_one_is_not_found_and_the_known_are_named():
    with pytest.raises(Failure, match="no interface nothing@9") as caught:
        REGISTRY.get("nothing", "9")
    assert caught.value.code == "not_found"
    assert "rm-resource@" in caught.value.advice


def test_a_contractroot_service_finds_its_agreement_and_operation():
    found = REGISTRY.by_contract_root("BUS17002", "SVC11001")
    assert found is not None
    assert (found[0].spec.id, found[1].name) == ("contractroot-query", "queryCustomer")
    assert REGISTRY.by_contract_root("BUS00000", "SVC00000") is None


def test_it_reads_a_folder_too(tmp_path):
    (tmp_path / "spec.yaml").write_text(SPEC, "utf-8")
    assert [s.id for s in BundledRegistry(tmp_path).specs()] == ["rm-sample"]
