"""A YAML document checked against its JSON Schema: every fault with file, line, path and what is allowed.

Serves every table people write: interface specs, topology profiles, policies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema

from interfaces.failure import Failure
from interfaces.spec.yaml_lines import Lines, Place, read_yaml


def read_checked(
    text: str, file: str, schema: Mapping[str, Any], what: str, quick: Callable[[Any], bool] | None = None
) -> tuple[Any, Lines]:
    """Data and lines of a document that fits ``schema``; Failure(invalid) with one ``errors`` entry per fault.

    what   what the document is, for the message: ``spec``, ``topology profile``
    quick  a faster yes for the good case; which place is wrong is told better by jsonschema
    """
    data, lines = read_yaml(text, file)
    if quick is not None and quick(data):
        return data, lines
    faults = sorted(_faults(data, lines, file, schema), key=lambda fault: fault[0])
    if faults:
        first = faults[0][1]
        raise Failure(
            "invalid",
            f"the {what} has {len(faults)} fault(s); first: {first['message']}",
            where=first["path"],
            advice=f"the schema is {schema.get('$id', 'beside it')}",
            reason="structure",
            errors=[fault for _, fault in faults],
        )
    return data, lines


def _faults(data: Any, lines: Lines, file: str, schema: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, str]]]:
    for error in jsonschema.Draft202012Validator(dict(schema)).iter_errors(data):
        place: Place = tuple(error.absolute_path)
        line = line_of(lines, place)
        path = ".".join(str(part) for part in place) or "(top)"
        yield line, {"path": f"{file}:{line}", "message": f"{path}: {_say(error)}"}


def line_of(lines: Lines, place: Place) -> int:
    """Line of a place, or of the nearest thing around it."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _say(error: jsonschema.ValidationError) -> str:
    expected = error.validator_value
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        return f"{error.message}; allowed: {', '.join(sorted(error.schema.get('properties', {})))}"
    if error.validator == "type" and expected == "string" and isinstance(error.instance, int | float | bool):
        return f"{error.instance!r} is not text: quote it"
    note = error.schema.get("description", "") if isinstance(error.schema, Mapping) else ""
    return f"{error.message[:300]}{f' ({note})' if note else ''}"
