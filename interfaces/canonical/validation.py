"""One check, two engines: jsonschema-rs on the message path, jsonschema for authors. Same findings from both.

A finding is ``{"path": "resource[0].id", "message": "must be string"}``. Messages name what is allowed and never
the value that was found, because it may be personal data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

import jsonschema
import jsonschema_rs

from interfaces.canonical.times import FORMATS

Finding = dict[str, str]

_SAY = {
    "required": "is required",
    "additionalProperties": "is not known here",
    "type": "must be {limit}",
    "enum": "must be one of {limit}",
    "const": "must be {limit}",
    "pattern": "must match {limit}",
    "format": "must be a {limit}",
    "minLength": "must have at least {limit} character(s)",
    "maxLength": "must have at most {limit} characters",
    "minItems": "must have at least {limit} element(s)",
    "maxItems": "must have at most {limit} elements",
    "minimum": "must be at least {limit}",
    "maximum": "must be at most {limit}",
}
_NOT_JSON = [{"path": "", "message": "must be plain JSON data"}]


class Validator(Protocol):
    """Checks one body; thread-safe. ``check`` returns all findings, sorted by path, [] when valid."""

    def check(self, body: Any) -> list[Finding]: ...


class FastValidator:
    """jsonschema-rs, compiled once per schema."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._engine = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, formats=dict(FORMATS))

    def check(self, body: Any) -> list[Finding]:
        try:
            if self._engine.is_valid(body):
                return []
            errors = list(self._engine.iter_errors(body))
        except (TypeError, ValueError, RecursionError):
            return list(_NOT_JSON)
        return _sorted(f for e in errors for f in _findings(e.instance_path, e.kind.name, e.kind.value))


class AuthoringValidator:
    """jsonschema: slower, the reference for the fast one."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._engine = jsonschema.Draft202012Validator(dict(schema), format_checker=_FORMATS)

    def check(self, body: Any) -> list[Finding]:
        try:
            errors = list(self._engine.iter_errors(body))
        except RecursionError:
            return list(_NOT_JSON)
        return _sorted(f for e in errors for f in _findings(e.absolute_path, *_keyword(e)))


_FORMATS = jsonschema.FormatChecker(formats=())
for _name, _holds in FORMATS.items():
    _FORMATS.checks(_name)(_holds)


def _keyword(error: jsonschema.ValidationError) -> tuple[str, Any]:
    """Keyword and limit in the form the fast engine gives them."""
    instance: Any = error.instance
    limit: Any = error.validator_value
    if error.validator == "required":
        # jsonschema reports one error per missing name; its name stands in the message only
        missing = [name for name in limit if error.message.startswith(repr(name))]
        return "required", missing[0] if missing else ""
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        return "additionalProperties", [k for k in instance if k not in error.schema.get("properties", {})]
    return str(error.validator), limit


def _findings(path: Iterable[str | int], keyword: str, limit: Any) -> Iterator[Finding]:
    message = _SAY.get(keyword, f"breaks the rule {keyword}")
    if keyword == "required":
        yield {"path": dotted([*path, limit]), "message": message}
    elif keyword == "additionalProperties":
        for name in limit:
            yield {"path": dotted([*path, name[:64]]), "message": message}
    else:
        yield {"path": dotted(path), "message": message.format(limit=_limit(limit))}


def _limit(limit: Any) -> str:
    return " or ".join(map(str, limit)) if isinstance(limit, list | tuple) else str(limit)


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (f["path"], f["message"]))


def dotted(path: Iterable[str | int]) -> str:
    """``["resource", 0, "id"]`` -> ``resource[0].id``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
