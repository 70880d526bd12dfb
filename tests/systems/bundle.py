"""The bundled specs, for the tests of this folder."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from interfaces.spec.loader import load_folder
from interfaces.spec.model import InterfaceSpec

SYSTEMS = Path(str(files("interfaces").joinpath("systems")))


@cache
def bundled() -> dict[str, InterfaceSpec]:
    """Id -> spec."""
    return {spec.id: spec for spec in load_folder(SYSTEMS)}
