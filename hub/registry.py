"""The registry of interface specs, in the store.

Bundled specs are registered at start (hub/register/kept.py); after that the store is the only source, and every
process follows it by a version number. Files are unpacked under DATA/specs/<id>-<version>-<hash>, because contract
readers want a folder.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hub.register.kept import CHANGES, Registration, bundled, in_force, register, registration, unpacked
from hub.store import schema
from hub.store.versions import version_of
from hub.store.writer import Store
from interfaces.agreement import Agreement
from interfaces.clock import Clock
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.failure import Failure
from interfaces.mapping import IdLookup
from interfaces.spec.loader import SPEC_FILE, load_spec
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.spec.registry import contract_roots

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Page:
    """What the store says at one version number. specs: every version but drafts; spoken: those not
    retired, as refs; active: id -> version in force."""

    version: int = 0
    specs: Mapping[Key, InterfaceSpec] = field(default_factory=dict)
    spoken: frozenset[str] = frozenset()
    active: Mapping[str, str] = field(default_factory=dict)
    contract_roots: Mapping[Key, tuple[str, Operation]] = field(default_factory=dict)
    agreements: dict[Key, Agreement] = field(default_factory=dict)

    def in_force(self) -> list[InterfaceSpec]:
        return [self.specs[id_, version] for id_, version in sorted(self.active.items())]


class StoreRegistry:
    """interfaces.spec.registry.Registry over the store. Agreements are compiled once, on first use. Thread-safe: a page
    is never changed, only replaced by the next one, which takes over what is compiled."""

    def __init__(self, store: Store, folder: Path, lookup: IdLookup, clock: Clock, limits: Limits = DEFAULT) -> None:
        self._store = store
        self._lookup = lookup
        self._clock = clock
        self._limits = limits
        self._folder = folder
        self._lock = threading.RLock()
        self._page = _Page()
        self.reload()

    def reload(self) -> None:
        """Load what is registered now."""
        t = schema.spec
        with self._store.read() as connection:
            query = sa.select(t).where(t.c.state != "draft").order_by(t.c.id, t.c.registered_at)
            rows = connection.execute(query).mappings().all()
            version = version_of(connection, CHANGES)
        with self._lock:
            self._page = self._read(rows, version)

    def follow(self) -> bool:
        """Look whether something changed; whether it did. What is compiled here is compiled before anybody asks."""
        with self._store.read() as connection:
            version = version_of(connection, CHANGES)
        if version == self._page.version:
            return False
        self.reload()
        for spec in self.specs():
            self.get(spec.id)
        return True

    def _read(self, rows: Sequence[Any], version: int) -> _Page:
        specs = {(row["id"], row["version"]): load_spec(self._unpack(row) / SPEC_FILE) for row in rows}
        chosen = {id_: in_force([row for row in rows if row["id"] == id_]) for id_ in {row["id"] for row in rows}}
        active = {id_: version for id_, version in chosen.items() if version}
        roots = contract_roots([specs[key] for key in sorted(active.items())])
        # content never changes: orders in flight go on with what they have
        kept = {key: made for key, made in self._page.agreements.items() if key in specs}
        spoken = frozenset(f"{row['id']}@{row['version']}" for row in rows if row["state"] != "retired")
        return _Page(version, specs, spoken, active, roots, kept)

    def _unpack(self, row: Any) -> Path:
        return unpack(self._folder, Registration(row["id"], row["version"], row["hash"], unpacked(row["files"])))

    def get(self, id: str, version: str = "") -> Agreement:
        """The compiled agreement; without ``version`` the one in force. Failure ``not_found``."""
        # without the lock, which every message would take several times: what is compiled stays true
        page = self._page
        found = page.agreements.get((id, version or page.active.get(id, "")))
        return found or self._compiled(id, version)

    def _compiled(self, id: str, version: str) -> Agreement:
        with self._lock:
            page = self._page
            key = (id, version or page.active.get(id, ""))
            if key not in page.specs:
                known = ", ".join(sorted(page.active))
                raise Failure("not_found", f"no interface {id}@{version or 'active'}", advice=f"there are: {known}")
            if key not in page.agreements:
                page.agreements[key] = Agreement(page.specs[key], self._lookup, self._clock, self._limits)
            return page.agreements[key]

    def specs(self) -> list[InterfaceSpec]:
        """The version in force of every interface, by id."""
        return self._page.in_force()

    def spoken(self) -> frozenset[str]:
        """Every version that may still be used, ``id@version``: registered, in force, or kept by orders in flight."""
        return self._page.spoken

    def by_contract_root(self, bus_code: str, service_code: str) -> tuple[Agreement, Operation] | None:
        """The inbound contract-root operation for BusCode and ServiceCode: (agreement, operation)."""
        found = self._page.contract_roots.get((bus_code, service_code))
        return (self.get(found[0]), found[1]) if found else None

    def version(self) -> int:
        """Grows with every change; every process follows it."""
        return self._page.version


def unpack(folder: Path, item: Registration) -> Path:
    """The folder of one version below ``folder``, with its files as kept; Failure for a name that leads out."""
    own = folder / f"{item.id}-{item.version}-{item.hash[:12]}"
    for name, content in item.files.items():
        path = (own / name).resolve()
        if not path.is_relative_to(own.resolve()):
            raise Failure("invalid", f"spec {item.id} holds a file outside its folder", where=name)
        if not path.exists() or path.read_bytes() != content:  # the store is the only source
            _put(path, content)
    return own


def _put(path: Path, content: bytes) -> None:
    """In one step: another process may be reading the same folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


__all__ = ["Registration", "StoreRegistry", "bundled", "register", "registration", "unpack"]
