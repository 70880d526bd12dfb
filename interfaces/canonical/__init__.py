"""The canonical types: closed JSON Schemas (draft 2020-12), ``<Type>.v<N>.json`` beside this file."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from interfaces.canonical.validation import AuthoringValidator, FastValidator, Validator, dotted
from interfaces.failure import Failure

__all__ = ["Validator", "authoring", "dotted", "schema", "types", "validator"]


@cache
def types() -> tuple[tuple[str, int], ...]:
    """Every bundled type with its version, sorted: ``(("Activation", 1), ...)``."""
    names = (f.name.removesuffix(".json") for f in resources.files(__name__).iterdir() if ".v" in f.name)
    return tuple(sorted((name, int(version)) for name, _, version in (n.rpartition(".v") for n in names)))


@cache
def schema(type_name: str, version: int = 1) -> dict[str, Any]:
    """The JSON Schema of one type; Failure(not_found) naming those there are."""
    if (type_name, version) not in types():
        known = ", ".join(f"{name}@{number}" for name, number in types())
        raise Failure("not_found", f"no canonical type {type_name}@{version}", advice=f"use one of {known}")
    text = resources.files(__name__).joinpath(f"{type_name}.v{version}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def validator(type_name: str, version: int = 1) -> Validator:
    """The validator of the message path, compiled once."""
    return FastValidator(schema(type_name, version))


@cache
def authoring(type_name: str, version: int = 1) -> Validator:
    """Its twin on the reference engine, for tools and tests."""
    return AuthoringValidator(schema(type_name, version))
