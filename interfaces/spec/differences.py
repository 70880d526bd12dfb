"""How two canonical bodies differ: lists by key, times by instant, and without what rows declare to lose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interfaces.clock import from_rfc3339
from interfaces.mapping.put_back import Keys
from interfaces.mapping.rows import Path, Prepared, parse_path
from interfaces.spec.shapes import JsonShape, Shape

Schema = Mapping[str, Any]


def differences(
    a: Any, b: Any, shape: Shape | None, keys: Keys, place: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """(names, one value, the other) wherever two bodies differ; keyed lists are compared by key."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for name in {**a, **b}:
            child = shape.child(name) if shape else None
            yield from differences(a.get(name), b.get(name), child, keys, (*place, name))
    elif isinstance(a, list) and isinstance(b, list):
        for one, other in _pairs(a, b, keys.get(place, "")):
            yield from differences(one, other, shape, keys, place)
    elif not same(a, b, shape.schema if isinstance(shape, JsonShape) else {}):
        yield place, a, b


def _pairs(a: list[Any], b: list[Any], key: str) -> Iterator[tuple[Any, Any]]:
    if not key:
        longest = range(max(len(a), len(b)))
        yield from ((a[i] if i < len(a) else None, b[i] if i < len(b) else None) for i in longest)
        return
    one, other = ({item.get(key): item for item in items} for items in (a, b))
    yield from ((one.get(name), other.get(name)) for name in {**one, **other})


def same(a: Any, b: Any, schema: Schema) -> bool:
    """Equal values; times are equal when they are the same instant."""
    if schema.get("format") == "date-time":
        return bool(_instant(a) == _instant(b))
    return bool(a == b) and (type(a) is type(b) or (_number(a) and _number(b)))


def _instant(value: Any) -> Any:
    try:
        return from_rfc3339(value)
    except (TypeError, ValueError):
        return value


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def lossy_paths(rows: Sequence[Prepared], code_lists: Mapping[str, Any]) -> Iterator[Path]:
    """Canonical paths whose rows, or code lists, say that they may not come back."""
    for row in rows:
        codes = code_lists.get(str(row.row.options.get("code", "")))
        if row.row.options.get("lossy") or (codes is not None and codes.lossy):
            if row.full_canonical != "~":
                yield parse_path(row.full_canonical)
        else:
            yield from lossy_paths(row.rows, code_lists)


def without(body: Any, paths: Sequence[Path]) -> Any:
    """A copy of a body without what stands at these paths (through all elements of lists)."""
    for path in paths:
        body = _cut(body, path)
    return body


def _cut(thing: Any, path: Path) -> Any:
    if isinstance(thing, list):
        return [_cut(item, path) for item in thing]
    if not isinstance(thing, Mapping) or path[0].name not in thing:
        return thing
    rest = dict(thing)
    if len(path) == 1:
        del rest[path[0].name]
        return rest
    inner = rest[path[0].name]
    select = path[0].select
    if select is not None and isinstance(inner, list):
        inner = [_cut(item, path[1:]) if item.get(select[0]) == select[1] else item for item in inner]
    else:
        inner = _cut(inner, path[1:])
    rest[path[0].name] = inner
    return rest
