"""A small valid document of a JSON Schema: what is required, and what is wanted besides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from interfaces.contract.patterns import texts
from interfaces.contract.sample import NoSample

MAX_DEPTH = 24
MOST_VALUES = 20_000
"""Of one document: what is required twice inside itself would else be made 2 ** MAX_DEPTH times."""
_FORMATS = {
    "date-time": "2026-01-31T08:00:00Z",
    "date": "2026-01-31",
    "time": "08:00:00Z",
    "duration": "P1D",
    "email": "someone@example.cn",
    "idn-email": "someone@example.cn",
    "hostname": "peer.example.cn",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "urn:example:1",
    "url": "urn:example:1",
    "uri-reference": "/example/1",
    "iri": "urn:example:1",
    "uuid": "5b0e6c1e-7f0a-4c53-9d4b-6a3f1a2b3c4d",
    "byte": "AQID",
    "json-pointer": "/a",
    "regex": "a",
}


class JsonSample:
    """Documents of one closed schema. wanted: dotted paths of optional parts to include."""

    def __init__(self, schema: Mapping[str, Any], wanted: frozenset[str] = frozenset()) -> None:
        self._root = schema
        self._wanted = wanted
        self._made = 0

    def make(self) -> Any:
        """NoSample when the schema requires what never ends, or what cannot be made up."""
        self._made = 0
        return self._of(self._root, "", 0)

    def opened(self, schema: Any) -> Mapping[str, Any]:
        """The schema with its reference followed and its first alternative taken in."""
        for _ in range(MAX_DEPTH):
            if not isinstance(schema, Mapping):
                return {}
            if "$ref" in schema:
                own = {name: value for name, value in schema.items() if name != "$ref"}
                target = self._root.get("$defs", {})[schema["$ref"].rpartition("/")[2]]
                schema = (
                    {**target, **own} if own and isinstance(target, Mapping) and self._root is not schema else target
                )
                continue
            parts = [*schema.get("allOf", ()), *self._choice(schema)]
            if not parts:
                return schema
            schema = self._joined({k: v for k, v in schema.items() if k not in ("allOf", "oneOf", "anyOf")}, parts)
        raise NoSample("its alternatives never end")

    def _choice(self, schema: Mapping[str, Any]) -> Iterator[Any]:
        for name in ("oneOf", "anyOf"):
            yield from [part for part in schema.get(name, ()) if part != {"type": "null"}][:1]

    def _joined(self, schema: dict[str, Any], parts: list[Any]) -> dict[str, Any]:
        for part in parts:
            more = self.opened(part)
            both = {
                "properties": {**more.get("properties", {}), **schema.get("properties", {})},
                "required": [*more.get("required", ()), *schema.get("required", ())],
            }
            schema = {**more, **schema, **{name: value for name, value in both.items() if value}}
        return schema

    def _of(self, schema: Any, path: str, depth: int) -> Any:
        self._made += 1
        if depth > MAX_DEPTH or self._made > MOST_VALUES:
            raise NoSample(f"{path[:80]} never ends")
        own = self.opened(schema)
        for name in ("const", "enum"):
            if name in own:
                return own[name] if name == "const" else next((v for v in own[name] if v is not None), None)
        kind = kind_of(own)
        if kind == "object":
            return self._object(own, path, depth)
        if kind == "array":
            return self._array(own, path, depth)
        return _number(own, kind) if kind in ("number", "integer") else _PLAIN[kind](own)

    def _array(self, own: Mapping[str, Any], path: str, depth: int) -> list[Any]:
        """One element, or as many as there must be; none where one would never end and need not be there."""
        least = int(own.get("minItems", 0))
        if "prefixItems" in own:
            return [self._of(one, path, depth + 1) for one in own["prefixItems"]]
        try:
            first = self._of(own.get("items", {}), path, depth + 1)
        except NoSample:
            if least:
                raise
            return []
        return [first] * min(max(least, 1), 20)

    def _object(self, own: Mapping[str, Any], path: str, depth: int) -> dict[str, Any]:
        properties = own.get("properties", {})
        required = set(own.get("required", ()))
        names = [n for n in properties if n in required or self._is_wanted(_join(path, n))]
        names += sorted(required - set(properties))
        return {name: self._of(properties.get(name, {}), _join(path, name), depth + 1) for name in names}

    def _is_wanted(self, path: str) -> bool:
        return any(wanted == path or wanted.startswith(f"{path}.") for wanted in self._wanted)


def kind_of(schema: Mapping[str, Any]) -> str:
    """object, array, string, number, integer, boolean or null; a schema that says nothing means a text."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        kinds = next((k for k in kinds if k != "null"), "null")
    if isinstance(kinds, str):
        return kinds
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


def _number(own: Mapping[str, Any], kind: str) -> int | float:
    step = own.get("multipleOf", 1 if kind == "integer" else 0.5)
    low, high = own.get("minimum", own.get("exclusiveMinimum")), own.get("maximum", own.get("exclusiveMaximum"))
    value = 1 if low is None and (high is None or high >= 1) else low if low is not None else high
    value = int(-(-value // step) * step) if kind == "integer" and step else value
    if value == own.get("exclusiveMinimum"):
        value += step
    if value == own.get("exclusiveMaximum"):
        value -= step
    return int(value) if kind == "integer" or value == int(value) else float(value)


def _text(own: Mapping[str, Any]) -> str:
    if "pattern" in own:
        for text in texts(own["pattern"]):
            return text
    value = _FORMATS.get(own.get("format", ""), "text")
    least, most = int(own.get("minLength", 0)), own.get("maxLength")
    return value.ljust(min(least, 10_000), "x") if most is None else value.ljust(min(least, 10_000), "x")[: int(most)]


_PLAIN: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "string": _text,
    "boolean": lambda _: True,
    "null": lambda _: None,
}


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
