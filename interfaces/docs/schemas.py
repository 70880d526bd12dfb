"""JSON Schemas of messages as parts of one document: each under its own name, its references pointed there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from interfaces import canonical
from interfaces.spec.model import InterfaceSpec, Operation, Side

PLACE: Final = "#/components/schemas/"
_NOT_A_PART: Final = frozenset({"$schema", "$id"})


class Schemas:
    """``components.schemas`` as it grows."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def add(
        self, spec: InterfaceSpec, op: Operation, side: Side, leave_out: frozenset[str] = frozenset()
    ) -> dict[str, str]:
        """A reference to the schema of one message; ``leave_out``: fields that travel elsewhere."""
        name = f"{spec.id}.{op.name}.{'reply' if side is op.reply else 'request'}"
        schema = _without(wire_schema(spec, op, side), leave_out)
        self.found[name] = _moved(schema, f"{PLACE}{name}/")
        return {"$ref": f"{PLACE}{name}"}


def wire_schema(spec: InterfaceSpec, op: Operation, side: Side) -> dict[str, Any]:
    """What the contract says of one message. Where no JSON Schema says anything: any object, or the canonical type."""
    file = side.wire or (spec.transport.contract if side is op.request else "")
    if file.endswith(".json"):
        loaded: dict[str, Any] = json.loads((spec.folder / file).read_text("utf-8"))
        return loaded
    if side.mapping is None:
        return dict(canonical.schema(side.type_name, side.type_version))
    return {"type": "object", "description": f"{side.type}, as the mapping rows of {spec.ref} say"}


def example(spec: InterfaceSpec, op: Operation, role: str) -> Any:
    """The first JSON example of a message, None when there is none."""
    for one in spec.examples:
        if one["operation"] == op.name and one.get(role, "").endswith(".json"):
            return json.loads((spec.folder / one[role]).read_bytes())
    return None


def _without(schema: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    rest = {name: value for name, value in schema.items() if name not in _NOT_A_PART}
    if names and "properties" in rest:
        rest["properties"] = {name: value for name, value in rest["properties"].items() if name not in names}
        rest["required"] = [name for name in rest.get("required", ()) if name not in names]
    return rest


def _moved(thing: Any, place: str) -> Any:
    if isinstance(thing, Mapping):
        return {
            name: _reference(value, place) if name == "$ref" else _moved(value, place) for name, value in thing.items()
        }
    return [_moved(item, place) for item in thing] if isinstance(thing, list) else thing


def _reference(value: Any, place: str) -> Any:
    return place + value.removeprefix("#/") if isinstance(value, str) and value.startswith("#/") else value
