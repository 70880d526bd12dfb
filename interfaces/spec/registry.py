"""Registry: which agreements there are. A port; the hub keeps them in its store, ``BundledRegistry`` in the package."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Protocol

from interfaces.agreement import Agreement
from interfaces.clock import Clock
from interfaces.failure import Failure
from interfaces.mapping import IdLookup
from interfaces.spec.loader import load_folder
from interfaces.spec.model import InterfaceSpec, Operation


class Registry(Protocol):
    """Thread-safe; every answer belongs to one ``version()``, which grows with each change.

    get               the agreement ``id`` in ``version``, "" = the active one; Failure(not_found)
    specs             every active spec, sorted by id
    by_contract_root  who serves this BusCode and ServiceCode inbound, or None
    """

    def get(self, id: str, version: str = "") -> Agreement: ...

    def specs(self) -> list[InterfaceSpec]: ...

    def by_contract_root(self, bus_code: str, service_code: str) -> tuple[Agreement, Operation] | None: ...

    def version(self) -> int: ...


class BundledRegistry:
    """The agreements shipped with the package (interfaces/systems), or those of a folder; compiled when first used."""

    def __init__(
        self,
        folder: Path | None = None,
        lookup: IdLookup | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._specs = {spec.id: spec for spec in (load_folder(folder) if folder else bundled())}
        self._lookup = lookup
        self._clock = clock
        self._compiled: dict[str, Agreement] = {}

    def get(self, id: str, version: str = "") -> Agreement:
        spec = self._specs.get(id)
        if spec is None or version not in ("", spec.version):
            known = ", ".join(sorted(s.ref for s in self._specs.values()))
            raise Failure("not_found", f"no interface {id}{f'@{version}' if version else ''}", advice=f"known: {known}")
        if id not in self._compiled:
            # two threads may compile the same spec once each; either result will do
            self._compiled[id] = Agreement(spec, self._lookup, self._clock)
        return self._compiled[id]

    def specs(self) -> list[InterfaceSpec]:
        return sorted(self._specs.values(), key=lambda spec: spec.id)

    def by_contract_root(self, bus_code: str, service_code: str) -> tuple[Agreement, Operation] | None:
        found = self._contract_roots.get((bus_code, service_code))
        return (self.get(found[0]), found[1]) if found else None

    def version(self) -> int:
        return 1

    @cached_property
    def _contract_roots(self) -> dict[tuple[str, str], tuple[str, Operation]]:
        return contract_roots(self.specs())


def contract_roots(specs: list[InterfaceSpec]) -> dict[tuple[str, str], tuple[str, Operation]]:
    """(BusCode, ServiceCode) -> (interface id, operation) of every inbound ContractRoot interface."""
    return {
        (str(op.wire.get("busCode")), str(op.wire.get("serviceCode"))): (spec.id, op)
        for spec in specs
        if spec.transport.envelope == "contract-root" and spec.direction == "inbound"
        for op in spec.operations.values()
    }


_files = ExitStack()  # keeps unpacked package data for as long as the process lives


def bundled_folder() -> Path:
    """Where the package's own specs are."""
    return _files.enter_context(resources.as_file(resources.files("interfaces").joinpath("systems")))


def bundled() -> tuple[InterfaceSpec, ...]:
    """The specs shipped as package data."""
    return load_folder(bundled_folder())
