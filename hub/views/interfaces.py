"""Interfaces with their versions: state, proof, since when, and who speaks by which."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.register import use
from hub.register.kept import in_force
from hub.store.schema import spec
from hub.store.writer import Store
from hub.views.base import Record, missing, when


def interface(store: Store, id_: str) -> Record:
    """One interface with its versions, counted up to now; Failure ``not_found``."""
    use.count(store)
    with store.read() as connection:
        found = versions(connection, id_)
    chosen = next((one["version"] for one in found if one["in_force"]), "")
    return {"id": id_, "in_force": chosen, "versions": found}


def versions(connection: sa.Connection, id_: str) -> list[Record]:
    """Every version of an interface, the newest first; Failure ``not_found``."""
    columns = [column for column in spec.c if column.name != "files"]
    rows = connection.execute(sa.select(*columns).where(spec.c.id == id_)).mappings().all()
    if not rows:
        raise missing("interface", id_)
    users, chosen = use.users(connection, id_), in_force(rows)
    return [_record(row, chosen, users) for row in sorted(rows, key=_newest, reverse=True)]


def version(connection: sa.Connection, id_: str, number: str) -> Record:
    """One version, with the report of its examination; Failure ``not_found``."""
    found = next((one for one in versions(connection, id_) if one["version"] == number), None)
    if found is None:
        raise missing("version", f"{id_}@{number}")
    query = sa.select(spec.c.report).where(spec.c.id == id_, spec.c.version == number)
    return found | {"report": connection.scalar(query) or {}}


def _newest(row: Any) -> tuple[int, ...]:
    return tuple(int(part) for part in row["version"].split(".") if part.isdecimal())


def _record(row: Any, chosen: str, users: dict[str, list[use.Use]]) -> Record:
    said = {name: row[name] for name in ("id", "version", "state", "hash", "proof", "who", "reason")}
    said |= {"in_force": row["version"] == chosen, "since": when(row["since"])}
    said |= {"registered": when(row["registered_at"]), "waivers": (row["report"] or {}).get("waivers", [])}
    seen = users.get(f"{row['id']}@{row['version']}", [])
    return said | {"users": [one._asdict() | {"last_at": when(one.last_at)} for one in seen]}
