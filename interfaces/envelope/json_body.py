"""JSON bodies of envelopes: strict reading with Decimal numbers, writing in the peer's charset."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from interfaces.codec import charset
from interfaces.failure import Failure


def read(body: bytes, content_type: str = "") -> tuple[Any, str]:
    """(value, charset that came in); Failure(invalid, reason="json")."""
    try:
        found = charset.agreed(charset.of_mark(body), charset.of_header(content_type), "")
        return read_text(charset.decode(body, found)), found
    except Failure as failure:
        failure.reason = "json"
        raise


def read_text(text: str) -> Any:
    """JSON text -> value; Failure(invalid, reason="json")."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        said = str(error).partition(":")[0] if isinstance(error, ValueError) else "nested too deeply"
        raise Failure("invalid", f"not JSON: {said}", where="JSON", reason="json") from error


def write(value: Any, encoding: str = "utf-8") -> bytes:
    """Value -> bytes; Decimals become plain numbers."""
    return write_text(value).encode(encoding)


def write_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number)


def _number(value: Any) -> int | float:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
