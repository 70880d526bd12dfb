"""Two schemas of one message, field by field."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.spec.shapes import Facts, Shape, XmlShape

Change = tuple[str, str, object, object]
"""(rule, dotted path, old, new)."""
_DEEPEST = 24


def fields(old: Shape, new: Shape, path: str = "", seen: int = 0, told: tuple[str, ...] = ()) -> Iterator[Change]:
    """Every difference; a recursive schema is compared to a depth. told: the change of namespace around it."""
    if seen == _DEEPEST or old is new:
        return
    if isinstance(old, XmlShape) and isinstance(new, XmlShape) and old.name != new.name:
        spaces = tuple(name.rpartition("}")[0] for name in (old.name, new.name))
        if spaces != told:
            yield "name-changed", path, old.name, new.name
        told = spaces
    yield from _facts(old.facts(), new.facts(), path)
    before, after = old.names(), new.names()
    for name in before:
        if name not in after:
            rule = "field-removed-required" if name in old.required() else "field-removed-optional"
            yield rule, _at(path, name), _kind(old, name), None
    for name in after:
        if name not in before:
            rule = "field-added-required" if name in new.required() else "field-added-optional"
            yield rule, _at(path, name), None, _kind(new, name)
    common = [name for name in before if name in after]
    if isinstance(old, XmlShape) and isinstance(new, XmlShape) and common != [n for n in after if n in before]:
        yield "order-changed", path, ", ".join(common), ", ".join(n for n in after if n in before)
    for name in common:
        yield from _common(old, new, name, path, seen, told)


def _common(old: Shape, new: Shape, name: str, path: str, seen: int, told: tuple[str, ...]) -> Iterator[Change]:
    here = _at(path, name)
    for was, now, more, less in (
        (name in old.required(), name in new.required(), "field-now-required", "field-now-optional"),
        (name in old.many(), name in new.many(), "field-now-many", "field-now-single"),
    ):
        if was != now:
            yield (more if now else less), here, was, now
    a, b = old.child(name), new.child(name)
    if a is not None and b is not None:
        yield from fields(a, b, here, seen + 1, told)


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _kind(shape: Shape, name: str) -> str:
    inner = shape.child(name)
    return inner.facts().kind if inner is not None else ""


def _facts(old: Facts, new: Facts, path: str) -> Iterator[Change]:
    if old.kind != new.kind:
        yield "type-changed", path, old.kind, new.kind
        return
    if old.patterns != new.patterns:
        added, gone = bool(new.patterns), bool(old.patterns)
        rule = "pattern-changed" if added and gone else "value-narrowed" if added else "value-widened"
        yield rule, path, " ".join(old.patterns), " ".join(new.patterns)
    yield from _values(old, new, path)
    sides = ((old.lengths[0], new.lengths[0], False), (old.lengths[1], new.lengths[1], True))
    for was, now, upper in (*sides, *_bounds(old, new)):
        if was != now:
            wider = now is None or (was is not None and (now > was) == upper)
            yield ("value-widened" if wider else "value-narrowed"), path, _limit(was, upper), _limit(now, upper)


def _values(old: Facts, new: Facts, path: str) -> Iterator[Change]:
    gone, come = [v for v in old.values if v not in new.values], [v for v in new.values if v not in old.values]
    if bool(old.values) != bool(new.values):  # a list that comes narrows, one that goes widens
        yield ("value-narrowed" if new.values else "value-widened"), path, _list(old), _list(new)
        return
    if gone:
        yield "value-narrowed", path, ", ".join(gone), None
    if come:
        yield "value-widened", path, None, ", ".join(come)


def _list(facts: Facts) -> str:
    return ", ".join(facts.values) or "any value"


def _bounds(old: Facts, new: Facts) -> Iterator[tuple[float | None, float | None, bool]]:
    for number, upper in ((0, False), (1, True)):
        was, now = old.bounds[number], new.bounds[number]
        if was != now:
            yield _number(was), _number(now), upper


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _limit(value: float | None, upper: bool) -> str:
    return "no limit" if value is None else f"{'at most' if upper else 'at least'} {value:g}"
