"""An action on an instance that is there already is more data, not more code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crm_core.catalogue import Catalogue, load_catalogue
from crm_core.catalogue.load import BUNDLED
from crm_core.order import check, decompose
from tests.crm_core.orders import NEW_NETWORK, ids, order

REMOVAL = """
recipes:
  remove-access:
    instance: existing
    tasks:
      - name: sps.provision
        title: {en: Take the service down, zh: 拆除服务}
        function: SPS
        operation: provision
        type: ServiceOrder
        body: {action: $action, service: {id: $instance, serviceSpecification: $product}}
        undo: none
        pointOfNoReturn: hard
"""
REMOVE = {
    "id": "1",
    "action": "delete",
    "productOffering": {"id": "VOICE"},
    "product": {"id": "910200101"},
}


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    folder = shutil.copytree(BUNDLED, tmp_path / "catalogue")
    (folder / "removal.yaml").write_text(REMOVAL, encoding="utf-8")
    voice = folder / "voice.yaml"
    voice.write_text(
        voice.read_text(encoding="utf-8").replace("install-access}", "install-access, remove: remove-access}")
    )
    return load_catalogue(folder)


def test_a_removal_is_planned_for_the_instance_it_names(catalogue: Catalogue) -> None:
    made = decompose(order(REMOVE), catalogue, NEW_NETWORK.get, ids)

    assert (made.product_instance, made.action) == ("910200101", "remove")
    assert [(t.name, t.body["action"], t.point_of_no_return) for t in made.tasks] == [
        ("sps.provision", "remove", "hard")
    ]


@pytest.mark.parametrize(
    ("instance", "message"),
    [
        ({"id": "910200101"}, []),
        ({"id": "999"}, ["product instance 999 is unknown"]),
        ({}, ["the item names no product instance"]),
    ],
)
def test_a_removal_names_an_instance_that_is_there(
    catalogue: Catalogue, instance: dict[str, str], message: list[str]
) -> None:
    wanted = {**REMOVE, "product": instance}
    found = check(order(wanted), catalogue, "8330100", NEW_NETWORK.get, known={"910200101"}.__contains__)

    assert [fault["message"] for fault in found] == message
