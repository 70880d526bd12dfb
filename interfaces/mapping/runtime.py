"""What generated mapping functions call. Small and quick; every one is for shapes the generated code cannot inline."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from interfaces.mapping.errors import ConversionError, ShapeError
from interfaces.wire import NIL

EMPTY: Mapping[str, Any] = {}


def elements(items: Any) -> Any:
    """A repeating thing as a list. One alone may come bare: XML without a contract and many JSON peers do that."""
    if items is None or items is NIL or items == "":
        return ()
    return items if isinstance(items, list) else [items]


def pick(items: Any, field: str, literal: str) -> Mapping[str, Any]:
    """The element whose ``field`` is ``literal``, EMPTY when there is none."""
    for item in elements(items):
        if item.get(field) == literal:
            return item  # type: ignore[no-any-return]
    return EMPTY


def at(items: Any, index: int) -> Any:
    """Element ``index``, None when the list is shorter."""
    found = elements(items)
    return found[index] if index < len(found) else None


def group(items: Any, key: str) -> Any:
    """The elements of a repeating group; two with one key cannot be told apart."""
    found = elements(items)
    keys = [item[key] for item in found if item.get(key) is not None] if key else []
    if len(set(keys)) < len(keys):
        raise ShapeError(f"has two elements with the same {key}")
    return found


def only(items: Any, names: tuple[str, ...]) -> None:
    """Every characteristic must have a field, else it would be lost without a word."""
    lost = sorted({str(item.get("name")) for item in items or ()} - set(names))
    if lost:
        raise ShapeError(f"has names without a field: {', '.join(lost)}; add them to fields or say lossy")


def together(*values: Any) -> Any:
    """The parts of one value; None when not a single one is there."""
    return values if any(value is not None and value is not NIL and value != "" for value in values) else None


def put(target: dict[str, Any], name: str, index: int, value: Any) -> None:
    """Write element ``index`` of a list; a gap before it would move it."""
    items = target.setdefault(name, [])
    if len(items) != index:
        raise ShapeError(f"cannot be element {index}: an element before it is missing")
    items.append(value)


def lexical(value: Any) -> str:
    """A JSON leaf as XML text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return format(Decimal(str(value)), "f")
    raise ShapeError("must be a single value")


def plain(value: Any) -> Any:
    """JSON as our parser reads it (Decimal) -> JSON as everyone writes it (int, float)."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if item is not None}
    return [plain(item) for item in value] if isinstance(value, list) else value


def agree(value: Any, constant: Any) -> None:
    """The other side of ``const``: what comes back must be the constant."""
    if value != constant:
        raise ConversionError(f"must be {constant!r}")


NAMES: dict[str, Any] = {
    "EMPTY": EMPTY,
    "NIL": NIL,
    "agree": agree,
    "at": at,
    "group": group,
    "lexical": lexical,
    "only": only,
    "pick": pick,
    "plain": plain,
    "put": put,
    "together": together,
}
