"""OpenAPI, AsyncAPI and JSON Schema documents broken at random, the same ones for the same seed."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from tests.contracts.test_alone import PARTS
from tests.contracts.test_asyncapi import PARTS_FILE, WORK, message, old
from tests.contracts.test_openapi import CALLED, LATE, NUMBER
from tests.contracts.test_openapi import old as swagger

BODY = {"in": "body", "name": "b", "schema": {"$ref": "#/definitions/Number"}}
KAFKA = {"servers": {"a": {"url": "mq", "protocol": "kafka"}, "b": {"url": "mq", "protocol": "amqp"}}}
LOOSE = {"type": "object", "additionalProperties": {"type": "integer"}, "patternProperties": {"^x": {"type": "string"}},
         "properties": {"list": {"type": "array", "items": {"type": "string", "pattern": "[A-Z]{3}"}, "minItems": 2},
                        "amount": {"type": "number", "minimum": 0, "multipleOf": 0.01},
                        "one": {"oneOf": [{"type": "null"}, {"$ref": "#/$defs/No"}]}},
         "required": ["list", "amount"],
         "$defs": {"No": {"type": "string", "maxLength": 3, "format": "date"}}}  # fmt: skip

WHOLE: dict[str, dict[str, Any]] = {
    "openapi": {"api.json": CALLED},
    "callbacks": {"api.json": LATE},
    "swagger": {"api.json": {**swagger(parameters=[BODY]), "definitions": {"Number": NUMBER}}},
    "asyncapi-2": {"api.json": old(channel_subscribe={"message": {"oneOf": [message(), {"payload": LOOSE}]}}, **KAFKA)},
    "asyncapi-3": {"api.yaml": yaml.safe_load(WORK), "parts.yaml": yaml.safe_load(PARTS_FILE)},
    "json-schema": {"api.json": LOOSE},
    "json-schema-parts": {"api.yaml": PARTS},
}
"""name -> file -> document; the first file is the main one."""

_ODD = ("", "x", -1, 0, 10**400, 1.5, None, True, [], {}, [[]], {"$ref": "#"}, {"$ref": "#/"}, {"$ref": "gone.json"},
        {"$ref": "#/$defs/No"}, {"$ref": "../a"}, "$request.body#/a", "{", "\0", "a" * 5000,
        {"type": "object"})  # fmt: skip
"""Values that are wrong in most places."""

Holder = tuple[Any, Any]
"""(object or list, key of a member)."""


def mutants(seed: int, count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """(name, file -> text with one to three faults in one of the files)."""
    chosen = random.Random(seed)
    for _ in range(count):
        name = chosen.choice(sorted(WHOLE))
        files = copy.deepcopy(WHOLE[name])
        broken = chosen.choice(sorted(files))
        for _ in range(chosen.randint(1, 3)):
            _break(files[broken], chosen)
        yield name, {file: _text(file, data, chosen) for file, data in files.items()}


def _text(file: str, data: Any, chosen: random.Random) -> str:
    """Now and then the text itself is cut."""
    text = json.dumps(data) if file.endswith(".json") else yaml.safe_dump(data, allow_unicode=True)
    return text[: chosen.randrange(len(text))] if chosen.random() < 0.02 else text


def _members(data: Any) -> Iterator[Holder]:
    keys = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for key in keys:
        yield data, key
        yield from _members(data[key])


def _break(data: Any, chosen: random.Random) -> None:
    found = list(_members(data))
    if found:
        chosen.choice(_FAULTS)(*chosen.choice(found), found, chosen)


def _odd(owner: Any, key: Any, found: list[Holder], chosen: random.Random) -> None:
    owner[key] = copy.deepcopy(chosen.choice(_ODD))


def _swap(owner: Any, key: Any, found: list[Holder], chosen: random.Random) -> None:
    """What stands in another place."""
    other, name = chosen.choice(found)
    owner[key] = copy.deepcopy(other[name])


def _drop(owner: Any, key: Any, found: list[Holder], chosen: random.Random) -> None:
    del owner[key]


def _rename(owner: Any, key: Any, found: list[Holder], chosen: random.Random) -> None:
    names = [str(name) for _, name in found]
    if isinstance(owner, dict):
        owner[chosen.choice(names)] = owner.pop(key)


def _wrap(owner: Any, key: Any, found: list[Holder], chosen: random.Random) -> None:
    owner[key] = chosen.choice(([owner[key]], {str(key): owner[key]}, {"oneOf": [owner[key]]}, {"allOf": [owner[key]]}))


_FAULTS: tuple[Callable[..., None], ...] = (_odd, _odd, _swap, _swap, _drop, _rename, _wrap)
