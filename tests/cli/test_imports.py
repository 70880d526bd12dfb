"""Every module can be imported on every Python we promise; importing one starts nothing."""

from __future__ import annotations

import importlib
import pkgutil
import threading

import pytest

ROOTS = ("interfaces", "hub", "crm_core", "adapters", "mocks")


def modules() -> list[str]:
    """All modules of the house, by name."""
    return sorted(
        found.name
        for root in ROOTS
        for found in pkgutil.walk_packages(importlib.import_module(root).__path__, f"{root}.")
        if not found.name.endswith("__main__")
    )


@pytest.mark.parametrize("name", modules())
def test_module_is_importable(name: str) -> None:
    before = threading.active_count()
    importlib.import_module(name)
    assert threading.active_count() == before
