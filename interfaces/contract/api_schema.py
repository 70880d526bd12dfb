"""Schemas of an OpenAPI or AsyncAPI document -> one self-contained JSON Schema (draft 2020-12).

References become ``$defs``, ``allOf`` of objects becomes one object, ``nullable`` becomes a type, and what is no JSON
Schema (examples, ``x-`` keys, discriminators) is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from interfaces.contract.api_files import Files, Node
from interfaces.contract.findings import Finding, finding
from interfaces.failure import Failure

TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
_NUMBERS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "multipleOf",
            "minProperties", "maxProperties")  # fmt: skip
_AS_IT_IS = ("title", "description", "format", "uniqueItems")
_ONE = ("items", "not", "additionalProperties", "contains", "if", "then", "else", "propertyNames")
_MANY = ("oneOf", "anyOf", "allOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "dependentSchemas")

_VALUES = ("const", "enum")

Schema = dict[str, Any]


class Schemas:
    """Converts the schemas of one document; what is off the standard is told once in ``findings``."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._names: dict[Any, str] = {}
        self._made: dict[str, Schema] = {}
        self.findings: list[Finding] = []

    def of(self, node: Node | None) -> Schema:
        """The schema at a node; its references are names of ``closed``."""
        if node is None or not isinstance(node.value, Mapping):
            return {}
        if isinstance(node.value.get("$ref"), str):
            return self._reference(node)
        return self._plain(node)

    def closed(self, schema: Schema) -> Schema:
        """The schema with everything that it refers to."""
        needed: dict[str, Schema] = {}
        todo = _references(schema)
        while todo:
            name = todo.pop()
            if name not in needed:
                needed[name] = self._made[name]
                todo |= _references(needed[name])
        head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
        return {**head, **schema, **({"$defs": dict(sorted(needed.items()))} if needed else {})}

    def opened(self, schema: Schema) -> Schema:
        """The schema with its own reference followed."""
        for _ in range(len(self._made) + 1):
            if "$ref" not in schema:
                return schema
            schema = self._made[schema["$ref"].rpartition("/")[2]]
        return {}

    def _reference(self, node: Node) -> Schema:
        try:
            target = self._files.follow(node)
        except Failure as failure:
            self._say("reference-missing", failure.where or node.where, failure.message)
            return {}
        if target.key not in self._names:
            name = self._name(str(target.place[-1]) if target.place else target.file.path.stem)
            self._names[target.key] = name
            self._made[name] = {}
            self._made[name] = self._plain(target) if isinstance(target.value, Mapping) else {}
        return {"$ref": f"#/$defs/{self._names[target.key]}"}

    def _name(self, wanted: str) -> str:
        name = found = re.sub(r"[^\w.-]", "_", wanted) or "Schema"
        number = 2
        while found in self._made:
            found, number = f"{name}_{number}", number + 1
        return found

    def _plain(self, node: Node) -> Schema:
        value: Mapping[str, Any] = node.value
        made: Schema = {k: value[k] for k in _AS_IT_IS if isinstance(value.get(k), str | bool)}
        made |= {"const": value["const"]} if "const" in value else {}
        made |= {k: value[k] for k in _NUMBERS if _is_number(value.get(k))}
        made |= self._types(node) | _limits(value) | self._pattern(node)
        for name in _ONE:
            inner = node.get(name)
            if inner is not None and isinstance(inner.value, Mapping):
                made[name] = self.of(inner)
            elif inner is not None and isinstance(inner.value, bool):
                made[name] = inner.value
        listed = [self.of(one) for one in node["items"].items()] if "items" in value else []
        if listed:  # the old form of prefixItems; of one schema, people mean every element
            made |= {"items": listed[0]} if len(listed) == 1 else {"prefixItems": listed}
        for name in _NAMED:
            inner = node.get(name)
            if inner is not None and isinstance(inner.value, Mapping):
                made[name] = {key: self.of(child) for key, child in inner.members()}
        for name in _MANY:
            inner = node.get(name)
            if inner is not None and (parts := [self.of(part) for part in inner.items()]):
                made[name] = parts
        made |= self._lists(node)
        return _nullable(value, self._merged(made))

    def _types(self, node: Node) -> Schema:
        found = node.value.get("type")
        kinds = [k for k in (found if isinstance(found, list) else [found]) if isinstance(k, str)]
        wrong = [k for k in kinds if k not in TYPES]
        if wrong:
            self._say("schema-invalid", node.where, f"there is no type {', '.join(wrong)[:80]}")
        kinds = list(dict.fromkeys(k for k in kinds if k in TYPES))
        return {} if wrong or not kinds else {"type": kinds[0] if len(kinds) == 1 else kinds}

    def _lists(self, node: Node) -> Schema:
        made: Schema = {}
        required = node.value.get("required")
        if isinstance(required, list):
            made["required"] = list(dict.fromkeys(str(name) for name in required))
        elif required is not None:
            self._say("schema-invalid", node.where, "required is a list of names")
        values = node.value.get("enum")
        if isinstance(values, list) and values:
            made["enum"] = [v for i, v in enumerate(values) if v not in values[:i]]
        return made

    def _pattern(self, node: Node) -> Schema:
        pattern = node.value.get("pattern")
        if not isinstance(pattern, str):
            return {}
        try:
            re.compile(pattern)
        except (re.error, RecursionError, OverflowError):
            self._say("schema-invalid", node.where, f"the pattern {pattern[:80]!r} cannot be read")
            return {}
        return {"pattern": pattern}

    def _merged(self, schema: Schema) -> Schema:
        """Objects of an ``allOf`` in one object, so that a path finds its way; others stay as they are."""
        parts = [self.opened(part) for part in schema.get("allOf", ())]
        if not parts or not all(set(part) <= _MERGED for part in parts):
            return schema
        own = {name: value for name, value in schema.items() if name != "allOf"}
        properties: dict[str, Any] = {}
        required: dict[str, None] = {}
        for part in (*parts, own):
            properties |= part.get("properties", {})
            required |= dict.fromkeys(part.get("required", ()))
        rest = {"properties": properties} if properties else {}
        needed = {"required": list(required)} if required else {}
        return {"type": "object", **own, **rest, **needed} if properties else schema

    def _say(self, code: str, where: str, what: str) -> None:
        made = finding(code, where, what)
        if made not in self.findings:
            self.findings.append(made)


_MERGED = frozenset({"type", "title", "description", "properties", "required"})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _limits(value: Mapping[str, Any]) -> Schema:
    """``exclusiveMinimum: true`` of the old drafts -> the number itself."""
    made: Schema = {}
    for old, new in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if _is_number(value.get(new)):
            made[new] = value[new]
        elif value.get(new) is True and _is_number(value.get(old)):
            made[new] = value[old]
    return made


def _nullable(value: Mapping[str, Any], made: Schema) -> Schema:
    if value.get("nullable") is not True and value.get("x-nullable") is not True:
        return made
    kinds = made.get("type")
    if kinds is None:
        return {"anyOf": [made, {"type": "null"}]} if made else made
    more = {"enum": [*made["enum"], None]} if "enum" in made and None not in made["enum"] else {}
    return {**made, "type": list(dict.fromkeys([*([kinds] if isinstance(kinds, str) else kinds), "null"])), **more}


def _references(schema: Any) -> set[str]:
    """Names of ``$defs`` that a schema refers to; what looks like a reference in a value is none."""
    if isinstance(schema, list):
        return {name for part in schema for name in _references(part)}
    if not isinstance(schema, dict):
        return set()
    found = {schema["$ref"].rpartition("/")[2]} if isinstance(schema.get("$ref"), str) else set()
    for name, part in schema.items():
        if name in _NAMED and isinstance(part, dict):
            found |= _references(list(part.values()))
        elif name not in _VALUES:
            found |= _references(part)
    return found
