"""Versions of interfaces as rows: every file of the spec's folder by content hash, with its state.

Bundled specs are kept at start, idempotently by hash. A registered version's content never changes: orders under way
were accepted with it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from hub.lifecycle import START, VERSION, move
from hub.store.schema import spec
from hub.store.versions import count_change
from interfaces.clock import real_now
from interfaces.failure import Failure
from interfaces.spec.loader import SPEC_FILE, load_spec

CHANGES: Final = "registry_version"
BUNDLED: Final = "bundled"
"""Who registered and activated what the package brings."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One spec's folder as data: relative path -> bytes."""

    id: str
    version: str
    hash: str
    files: Mapping[str, bytes]

    @property
    def ref(self) -> str:
        return f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A version to be kept. event: ``save`` (as a draft) or ``register``. proof, report: of its examination."""

    item: Registration
    who: str
    event: str = "register"
    reason: str = ""
    proof: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)


def register(connection: sa.Connection, batch: Sequence[Registration]) -> list[bool | Failure]:
    """Write: keep these bundled specs, in force at once unless somebody chose another version.

    True = new, False = known, Failure ``conflict`` = known with other content.
    """
    verdicts = [_bundled(connection, item) for item in batch]
    if True in verdicts:
        count_change(connection, CHANGES)
    return verdicts


def _bundled(connection: sa.Connection, item: Registration) -> bool | Failure:
    rows = {row.version: row for row in connection.execute(sa.select(spec).where(spec.c.id == item.id))}
    known = rows.get(item.version)
    if known is not None:
        return False if known.hash == item.hash else other_content(item)
    active = next((row for row in rows.values() if row.state == "active"), None)
    state = "active" if not rows or (active and active.who == BUNDLED) else "registered"
    if active and state == "active":
        of_active = (spec.c.id == item.id) & (spec.c.version == active.version)
        connection.execute(sa.update(spec).where(of_active).values(state="deprecated", since=real_now()))
    connection.execute(sa.insert(spec).values(_row(item) | {"state": state, "since": real_now(), "who": BUNDLED}))
    return True


def keep(connection: sa.Connection, batch: Sequence[Entry]) -> list[str | Failure]:
    """Write: keep these versions; the state each has then, or Failure ``conflict``. The same again changes nothing."""
    states = [_keep(connection, entry) for entry in batch]
    count_change(connection, CHANGES)
    return states


def _keep(connection: sa.Connection, entry: Entry) -> str | Failure:
    item = entry.item
    this = (spec.c.id == item.id) & (spec.c.version == item.version)
    known = connection.execute(sa.select(spec.c.state, spec.c.hash).where(this).with_for_update()).first()
    if known and known.state != "draft":
        return str(known.state) if known.hash == item.hash else other_content(item)
    try:
        state = move(VERSION, known.state if known else START, entry.event, item.ref)
    except Failure as failure:
        return failure
    row = _row(item) | {"state": state, "since": real_now(), "who": entry.who, "reason": entry.reason}
    row |= {"proof": entry.proof, "report": dict(entry.report)}
    connection.execute(sa.update(spec).where(this).values(row) if known else sa.insert(spec).values(row))
    return state


def kept_version(connection: sa.Connection, id_: str, version: str = "") -> Registration:
    """One version as it is kept; without ``version`` the one in force, else the one registered last. Failure
    ``not_found``."""
    query = sa.select(spec).where(spec.c.id == id_).order_by(spec.c.registered_at.desc())
    rows = {row["version"]: row for row in connection.execute(query).mappings()}
    number = version or in_force(list(rows.values())) or next(iter(rows), "")
    if number not in rows:
        advice = f"there are: {', '.join(rows)}" if rows else "see `mboss interface list`"
        raise Failure("not_found", f"no interface {id_}@{number or '(any)'}", where=id_, advice=advice)
    row = rows[number]
    return Registration(id_, number, row["hash"], unpacked(row["files"]))


def in_force(rows: Sequence[Any]) -> str:
    """Which of an interface's versions new messages are bound to: the active one, else the one deprecated last."""
    ranked = [(row["state"] == "active", row["since"], row["version"]) for row in rows]
    usable = [rank for rank, row in zip(ranked, rows, strict=True) if row["state"] in ("active", "deprecated")]
    return max(usable)[2] if usable else ""


def unpacked(packed: Mapping[str, str]) -> dict[str, bytes]:
    """Files as rows hold them -> relative path -> bytes."""
    return {name: base64.b64decode(text) for name, text in packed.items()}


def other_content(item: Registration) -> Failure:
    return Failure(
        "conflict",
        f"{item.ref} is registered with other content",
        where=item.id,
        advice="the registered content stays in force; give the changed spec a new version",
    )


def _row(item: Registration) -> dict[str, Any]:
    packed = {name: base64.b64encode(data).decode() for name, data in item.files.items()}
    row = {"id": item.id, "version": item.version, "hash": item.hash}
    return row | {"registered_at": real_now(), "files": packed}


# -- folders ---------------------------------------------------------------------------------------------------


def bundled() -> list[Registration]:
    """Every spec folder shipped in interfaces/systems."""
    root = files("interfaces").joinpath("systems")
    return [registration(folder) for system in _folders(root) for folder in _folders(system)]


def _folders(root: Traversable) -> Iterator[Traversable]:
    return (f for f in sorted(root.iterdir(), key=lambda f: f.name) if f.is_dir() and not f.name.startswith("_"))


def registration(folder: Traversable) -> Registration:
    """A spec's folder read whole, with its hash; id and version from its spec.yaml."""
    content = dict(_read(folder, ""))
    found = load_spec(Path(str(folder)) / SPEC_FILE)
    return Registration(found.id, found.version, content_hash(content), content)


def content_hash(content: Mapping[str, bytes]) -> str:
    """sha256 over names and bytes."""
    digest = hashlib.sha256()
    for name in sorted(content):
        digest.update(name.encode() + b"\0" + content[name] + b"\0")
    return digest.hexdigest()


def _read(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _read(item, f"{prefix}{item.name}/")
        else:
            yield prefix + item.name, item.read_bytes()
