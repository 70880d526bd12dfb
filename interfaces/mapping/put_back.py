"""Put back what the wire drops (symmetric lenses): a document that went out and came back changed.

Three documents: the original, what of it would come back unchanged (``before``), what did come back (``after``). Where
the last two agree the original stands, with all the wire could not carry; where they differ the peer's word stands.
Elements of a list are matched by key, never by position: a peer may send them in another order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interfaces.mapping.rows import Path, Prepared

Keys = Mapping[tuple[str, ...], str]


def keys_of(rows: Sequence[Prepared], base: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    """Names from the top of every list that the rows tell apart -> the field that does."""
    found: dict[tuple[str, ...], str] = {}
    for row in rows:
        place = base
        for step in row.canonical or ():
            place = (*place, step.name)
            key = step.key or (step.select[0] if step.select else "")
            if key:
                found[place] = key
        found |= keys_of(row.rows, (*base, *_names(row.canonical)))
    return found


def _names(path: Path | None) -> tuple[str, ...]:
    return tuple(step.name for step in path or ())


def merge(original: Any, before: Any, after: Any, keys: Keys, place: tuple[str, ...] = ()) -> Any:
    """See the module. None = absent."""
    if before == after:
        return original
    if isinstance(original, Mapping) and isinstance(after, Mapping):
        return _fields(original, before or {}, after, keys, place)
    if place in keys and isinstance(original, list) and isinstance(after, list):
        return _elements(original, before or [], after, keys, place)
    return after


def _fields(original: Any, before: Any, after: Any, keys: Keys, place: tuple[str, ...]) -> dict[str, Any]:
    names = dict.fromkeys((*original, *after))
    merged = {n: merge(original.get(n), before.get(n), after.get(n), keys, (*place, n)) for n in names}
    return {name: value for name, value in merged.items() if value is not None}


def _elements(original: Any, before: Any, after: Any, keys: Keys, place: tuple[str, ...]) -> list[Any]:
    """In the original's order; new ones behind it. One the wire never carried stays, one it no longer carries goes."""
    key = keys[place]
    was, now = ({item.get(key): item for item in items} for items in (before, after))
    known = {item.get(key) for item in original}
    kept = [
        merge(item, was.get(item.get(key)), now.get(item.get(key)), keys, place)
        for item in original
        if item.get(key) in now or item.get(key) not in was
    ]
    return kept + [item for item in after if item.get(key) not in known]
