"""Agreements and bindings as people see them."""

from __future__ import annotations

import json

import sqlalchemy as sa

from hub.store import schema
from hub.topology import Binding
from hub.views.base import Record, when
from interfaces.spec.model import InterfaceSpec


def interface_record(spec: InterfaceSpec) -> Record:
    """One registered spec, without its mapping rows."""
    return {
        "id": spec.id,
        "version": spec.version,
        "system": spec.system,
        "direction": spec.direction,
        "transport": spec.transport.kind,
        "envelope": spec.transport.envelope,
        "title": dict(spec.title),
        "owner": spec.owner,
        "lifecycle": spec.lifecycle,
        "hash": spec.hash,
        "operations": [
            {
                "name": operation.name,
                "pattern": operation.pattern,
                "request": operation.request.type,
                "reply": operation.reply.type if operation.reply else None,
            }
            for operation in spec.operations.values()
        ],
    }


def binding_record(binding: Binding) -> Record:
    """One binding: where a function is served, by whom, in which interfaces."""
    return {
        "function": binding.function,
        "area": binding.area,
        "product_family": binding.product_family,
        "scope": binding.scope,
        "system": binding.system,
        "interfaces": list(binding.interfaces),
        "capabilities": sorted(binding.capabilities),
        "priority": binding.priority,
        "valid_from": when(binding.valid_from),
        "valid_to": when(binding.valid_to),
    }


def topology_versions(connection: sa.Connection) -> list[Record]:
    """Every topology there was, the newest first: ``version, name, in_force_from, who, bindings, added, removed``;
    the last two count bindings against the version before."""
    t = schema.topology
    found: list[Record] = []
    before: set[str] = set()
    for row in connection.execute(sa.select(t).order_by(t.c.version)).mappings():
        now = {json.dumps(binding, sort_keys=True) for binding in row["data"]["bindings"]}
        name, since = row["data"].get("name", ""), when(row["valid_from"])
        counts = {"bindings": len(now), "added": len(now - before), "removed": len(before - now)}
        found.append({"version": row["version"], "name": name, "in_force_from": since, "who": row["who"]} | counts)
        before = now
    return found[::-1]
