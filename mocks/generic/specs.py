"""Which specs are played: by id of a bundled one, by file or by folder; and those that lie around them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from interfaces.failure import Failure
from interfaces.spec.loader import SPEC_FILE, load_spec
from interfaces.spec.model import InterfaceSpec
from interfaces.spec.registry import bundled

PLAYED = frozenset({"soap", "rest", "amqp"})
"""Transports that a generic peer speaks."""


def find(name: str) -> InterfaceSpec:
    """Failure(not_found) naming what there is."""
    known = {spec.id: spec for spec in bundled()}
    path = Path(name)
    if (path / SPEC_FILE).is_file() or (path.exists() and name not in known):  # a folder may be called like an id
        return load_spec(path)
    if name not in known:
        advice = f"a folder with {SPEC_FILE}, or one of {', '.join(sorted(known))}"
        raise Failure("not_found", f"no interface {name!r}", advice=advice)
    return known[name]


def playable(spec: InterfaceSpec) -> InterfaceSpec:
    """The spec itself; Failure(invalid) for a transport that only peers written in code speak."""
    if spec.transport.kind not in PLAYED:
        advice = f"`mboss mocks up {spec.system}` may have it; generic peers speak {', '.join(sorted(PLAYED))}"
        raise Failure("invalid", f"no generic peer speaks {spec.transport.kind}", where=spec.ref, advice=advice)
    return spec


def around(played: Iterable[InterfaceSpec]) -> list[InterfaceSpec]:
    """Where callback interfaces are looked for: what is played, the folders beside it, the bundled specs."""
    found = {spec.id: spec for spec in played}
    folders = {spec.folder.resolve().parent for spec in found.values()}
    beside = [load_spec(file) for folder in sorted(folders) for file in sorted(folder.glob(f"*/{SPEC_FILE}"))]
    for spec in (*beside, *bundled()):
        found.setdefault(spec.id, spec)
    return list(found.values())
