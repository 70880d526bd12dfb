"""The registry of interface specs, in the store.

Bundled specs are registered at start, idempotently by content hash; after that the store is the only source. Files
are unpacked under DATA/specs/<id>-<version>-<hash>, because contract readers want a folder.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hub.store import schema
from hub.store.versions import count_change, version_of
from hub.store.writer import Store
from interfaces.agreement import Agreement
from interfaces.clock import Clock, real_now
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.failure import Failure
from interfaces.mapping import IdLookup
from interfaces.spec.loader import load_spec
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.spec.registry import contract_roots

SPEC_FILE = "spec.yaml"
VERSION = "registry_version"


@dataclass(frozen=True, slots=True)
class Registration:
    """One spec's folder as data: relative path -> bytes."""

    id: str
    version: str
    hash: str
    files: dict[str, bytes]


def register(connection: sa.Connection, batch: Sequence[Registration]) -> list[bool | Failure]:
    """Write: keep these specs. True = new, False = known, Failure ``conflict`` = known with other content.

    A version's content never changes: orders under way were accepted with it.
    """
    t = schema.spec
    known = {(r.id, r.version): r.hash for r in connection.execute(sa.select(t.c.id, t.c.version, t.c.hash))}
    verdicts = [_verdict(item, known.get((item.id, item.version))) for item in batch]
    fresh = [item for item, verdict in zip(batch, verdicts, strict=True) if verdict is True]
    if fresh:
        connection.execute(sa.insert(t), [_row(item) for item in fresh])
        count_change(connection, VERSION)
    return verdicts


def _verdict(item: Registration, known: str | None) -> bool | Failure:
    if known in (None, item.hash):
        return known is None
    return Failure(
        "conflict",
        f"{item.id}@{item.version} is registered with other content",
        where=item.id,
        advice="the registered content stays in force; give the changed spec a new version",
    )


def _row(item: Registration) -> dict[str, Any]:
    packed = {name: base64.b64encode(data).decode() for name, data in item.files.items()}
    row = {"id": item.id, "version": item.version, "hash": item.hash, "state": "active"}
    return row | {"registered_at": real_now(), "files": packed}


class StoreRegistry:
    """interfaces.spec.registry.Registry over the store. Agreements are compiled once, on first use. Thread-safe."""

    def __init__(self, store: Store, folder: Path, lookup: IdLookup, clock: Clock, limits: Limits = DEFAULT) -> None:
        self._store = store
        self._lookup = lookup
        self._clock = clock
        self._limits = limits
        self._folder = folder
        self._lock = threading.RLock()
        self._specs: dict[tuple[str, str], InterfaceSpec] = {}
        self._agreements: dict[tuple[str, str], Agreement] = {}
        self._active: dict[str, str] = {}
        self._contract_roots: dict[tuple[str, str], tuple[str, Operation]] = {}
        self._version = 0
        self.reload()

    def reload(self) -> None:
        """Follow the store: load what is registered now."""
        t = schema.spec
        with self._store.read() as connection:
            rows = connection.execute(sa.select(t).order_by(t.c.id, t.c.registered_at)).mappings().all()
            version = version_of(connection, VERSION)
        with self._lock:
            for row in rows:
                key = (row["id"], row["version"])
                self._specs[key] = load_spec(self._unpack(row) / SPEC_FILE)
                self._agreements.pop(key, None)
                if row["state"] == "active":
                    self._active[row["id"]] = row["version"]
            self._version = version
            self._contract_roots = contract_roots(self.specs())

    def _unpack(self, row: Any) -> Path:
        folder = self._folder / f"{row['id']}-{row['version']}-{row['hash'][:12]}"
        for name, packed in row["files"].items():
            path = (folder / name).resolve()
            if not path.is_relative_to(self._folder.resolve()):
                raise Failure("invalid", f"spec {row['id']} holds a file outside its folder", where=name)
            content = base64.b64decode(packed)
            if not path.exists() or path.read_bytes() != content:  # the store is the only source
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return folder

    def get(self, id: str, version: str = "") -> Agreement:
        """The compiled agreement; without ``version`` the active one. Failure ``not_found``."""
        # without the lock, which every message would take several times: what is compiled stays true
        found = self._agreements.get((id, version or self._active.get(id, "")))
        return found or self._compiled(id, version)

    def _compiled(self, id: str, version: str) -> Agreement:
        with self._lock:
            key = (id, version or self._active.get(id, ""))
            if key not in self._specs:
                known = ", ".join(sorted(self._active))
                raise Failure("not_found", f"no interface {id}@{version or 'active'}", advice=f"there are: {known}")
            if key not in self._agreements:
                self._agreements[key] = Agreement(self._specs[key], self._lookup, self._clock, self._limits)
            return self._agreements[key]

    def specs(self) -> list[InterfaceSpec]:
        """The active version of every interface, by id."""
        with self._lock:
            return [self._specs[id, version] for id, version in sorted(self._active.items())]

    def by_contract_root(self, bus_code: str, service_code: str) -> tuple[Agreement, Operation] | None:
        """The inbound contract-root operation for BusCode and ServiceCode: (agreement, operation)."""
        found = self._contract_roots.get((bus_code, service_code))
        return (self.get(found[0]), found[1]) if found else None

    def version(self) -> int:
        """Grows with every change; every process follows it."""
        with self._lock:
            return self._version


def bundled() -> list[Registration]:
    """Every spec folder shipped in interfaces/systems."""
    root = files("interfaces").joinpath("systems")
    return [registration(folder) for system in _folders(root) for folder in _folders(system)]


def _folders(root: Traversable) -> Iterator[Traversable]:
    return (f for f in sorted(root.iterdir(), key=lambda f: f.name) if f.is_dir() and not f.name.startswith("_"))


def registration(folder: Traversable) -> Registration:
    """A spec's folder read whole, with its hash; id and version from its spec.yaml."""
    content = dict(_read(folder, ""))
    digest = hashlib.sha256()
    for name in sorted(content):
        digest.update(name.encode() + b"\0" + content[name] + b"\0")
    spec = load_spec(Path(str(folder)) / SPEC_FILE)
    return Registration(spec.id, spec.version, digest.hexdigest(), content)


def _read(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _read(item, f"{prefix}{item.name}/")
        else:
            yield prefix + item.name, item.read_bytes()
