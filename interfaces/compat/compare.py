"""Two versions of a spec side by side: their agreement, their messages, their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.agreement import Agreement
from interfaces.compat.fields import fields
from interfaces.compat.rules import SIZES, Finding, Size, finding
from interfaces.spec.lint_rules import reads
from interfaces.spec.model import InterfaceSpec, Operation, Row, Side, Sla


@dataclass(frozen=True, slots=True)
class Report:
    """old, new: refs. step: the version step that was taken; needed: the least that is honest."""

    old: str
    new: str
    findings: tuple[Finding, ...]
    step: str
    needed: Size

    @property
    def ok(self) -> bool:
        """Nothing breaks in either order of roll-out, and the version number tells the truth."""
        return not any(f.worst == "break" or f.rule in ("version-too-small", "proof-worse") for f in self.findings)

    def to_json(self) -> dict[str, Any]:
        findings = [one.to_json() for one in self.findings]
        head = {"old": self.old, "new": self.new, "ok": self.ok, "step": self.step, "needed": self.needed}
        return head | {"findings": findings}


def compare(old: InterfaceSpec, new: InterfaceSpec) -> Report:
    """What changed between two versions of one interface. Failure(invalid) when one of them does not compile."""
    found = list(dict.fromkeys(_Comparison(Agreement(old), Agreement(new)).all()))
    needed: Size = max((one.size for one in found), key=SIZES.index, default="patch")
    step = _step(old.version, new.version)
    if found and old.lifecycle != "experimental" and _less(step, needed):
        found.append(finding("version-too-small", "metadata.version", old.version, new.version, hub_writes=True))
    return Report(old.ref, new.ref, tuple(found), step, needed)


def _step(old: str, new: str) -> str:
    before, after = ([int(part) for part in version.split(".")] for version in (old, new))
    if after <= before:
        return "same" if after == before else "back"
    return next(size for size, a, b in zip(("major", "minor", "patch"), before, after, strict=True) if a != b)


def _less(step: str, needed: Size) -> bool:
    return step not in SIZES or SIZES.index(step) < SIZES.index(needed)


class _Comparison:
    def __init__(self, old: Agreement, new: Agreement) -> None:
        self._old, self._new = old, new
        self._outbound = new.spec.direction == "outbound"

    def all(self) -> Iterator[Finding]:
        yield from self._agreement()
        yield from self._codes()
        before, after = self._old.spec.operations, self._new.spec.operations
        for name in sorted(before.keys() - after.keys()):
            yield self._said("operation-removed", name, name, None)
        for name in sorted(after.keys() - before.keys()):
            yield self._said("operation-added", name, None, name)
        for name in sorted(before.keys() & after.keys()):
            yield from self._operation(before[name], after[name])

    def _said(self, rule: str, where: str, old: object, new: object) -> Finding:
        """Of the agreement as a whole: whoever calls is the writer."""
        return finding(rule, where, old, new, hub_writes=self._outbound)

    def _agreement(self) -> Iterator[Finding]:
        old, new = self._old.spec, self._new.spec
        for name in ("kind", "envelope", "encoding"):
            a, b = getattr(old.transport, name), getattr(new.transport, name)
            if a != b:
                yield self._said("transport-changed", f"transport.{name}", a, b)
        before, after = old.transport.settings, new.transport.settings
        for name in sorted({**before, **after}):
            if before.get(name) != after.get(name):
                rule = "settings-changed" if name in _OURS else "transport-changed"
                yield self._said(rule, f"transport.settings.{name}", before.get(name), after.get(name))
        yield from self._sla(old.sla, new.sla)
        if old.direction != new.direction:
            yield self._said("transport-changed", "direction", old.direction, new.direction)
        if old.recycled_numbers != new.recycled_numbers:
            yield self._said("correlation-changed", "recycledNumbers", old.recycled_numbers, new.recycled_numbers)
        for path in sorted(set(old.masked) - set(new.masked)):
            yield self._said("less-masked", path, "masked", "shown")
        if (old.title, old.owner, old.examples) != (new.title, new.owner, new.examples):
            yield self._said("words-changed", "metadata", old.title.get("en"), new.title.get("en"))

    def _sla(self, old: Sla, new: Sla) -> Iterator[Finding]:
        """Longer, rarer, or no longer promised; windows and volumes are words, and any others may be worse."""
        for name in ("p95", "reply_p95", "availability", "window", "volume"):
            a, b = getattr(old, name), getattr(new, name)
            better = a is not None and b is not None and (b >= a if name == "availability" else b <= a)
            if a not in (None, "") and a != b and (name in ("window", "volume") or not better):
                yield self._said("sla-worse", f"sla.{name}", a, b)

    def _codes(self) -> Iterator[Finding]:
        for name, codes in self._old.spec.code_lists.items():
            now = self._new.spec.code_lists.get(name)
            if now is None:
                continue
            for own in {**codes.codes, **now.codes}:
                a, b = codes.codes.get(own), now.codes.get(own)
                if a != b:
                    rule = "code-added" if a is None else "code-removed" if b is None else "code-remapped"
                    yield self._said(rule, f"codeLists.{name}.{own}", a, b)

    # -- operations ------------------------------------------------------------------------------------------------

    def _operation(self, old: Operation, new: Operation) -> Iterator[Finding]:
        yield from self._exchange(old, new)
        if bool(old.reply) != bool(new.reply):
            yield self._said("pattern-of-exchange-changed", f"{old.name} reply", bool(old.reply), bool(new.reply))
        yield from self._message(old, old.request, new.request, "request")
        if old.reply and new.reply:
            yield from self._message(old, old.reply, new.reply, "reply")

    def _exchange(self, old: Operation, new: Operation) -> Iterator[Finding]:
        name = old.name
        for rule, attribute in _EXACT:
            a, b = getattr(old, attribute), getattr(new, attribute)
            if a != b:
                yield self._said(rule, f"{name}.{attribute}", a, b)
        for what in ("action", "protocol"):
            a, b = getattr(self._old, what)(name), getattr(self._new, what)(name)
            if a != b:
                yield self._said("transport-changed", f"{name}.{what}", a, b)
        if old.idempotent != new.idempotent:
            rule = "idempotency-lost" if old.idempotent else "idempotency-gained"
            yield self._said(rule, f"{name}.idempotent", old.idempotent, new.idempotent)
        if old.probe and not new.probe:
            yield self._said("probe-removed", f"{name}.probe", old.probe, None)
        for attribute in ("timeout", "reply_within"):
            if getattr(new, attribute) < getattr(old, attribute):
                values = getattr(old, attribute), getattr(new, attribute)
                yield self._said("deadline-shorter", f"{name}.{attribute}", *values)
        yield from self._errors(old, new)

    def _errors(self, old: Operation, new: Operation) -> Iterator[Finding]:
        known = {row.match for row in new.errors.exchange}
        if self._outbound:
            for name in sorted({*self._new.faults(new.name)} - {*self._old.faults(old.name)} - known):
                yield finding("fault-added", f"{new.name}.faults.{name}", None, name, hub_writes=False)
        for level in ("exchange", "business"):
            a, b = ({row.match: row.code for row in getattr(op.errors, level)} for op in (old, new))
            for match in {**a, **b}:
                if a.get(match) != b.get(match):
                    yield self._said("error-changed", f"{old.name}.errors.{match}", a.get(match), b.get(match))

    # -- messages --------------------------------------------------------------------------------------------------

    def _message(self, operation: Operation, old: Side, new: Side, what: str) -> Iterator[Finding]:
        where = f"{operation.name} {what}"
        hub_writes = not reads(self._new.spec, self._new.spec.operations[operation.name], new)
        if old.type != new.type:
            yield finding("canonical-type-changed", where, old.type, new.type, hub_writes)
        for rule, path, a, b in fields(self._old.shape(old), self._new.shape(new)):
            unused = hub_writes and rule in _UNUSED and not _carries((old, new), path)
            yield finding(rule, f"{where} {path}".rstrip(), a, b, hub_writes, unused)
            if not hub_writes:
                yield from self._missed(rule, f"{where} {path}", path, "" if a else b, old, new)
        yield from self._rows(where, old, new, hub_writes)

    def _missed(self, rule: str, where: str, path: str, value: object, old: Side, new: Side) -> Iterator[Finding]:
        """What a change of the contract does to the rows that read it. value: those it has more, comma-separated."""
        if rule.startswith("field-removed") and _carries((old,), path):
            yield finding("read-field-gone", where, path, None, hub_writes=False)
        if rule == "value-widened" and value:
            for (_, wire), options in _by_paths(new.mapping or ()).items():
                codes = self._new.spec.code_lists.get(str(options.get("code", "")))
                if codes is not None and _names(wire) == path.split("."):
                    left = [v for v in str(value).split(", ") if v not in {*codes.codes.values(), *codes.also}]
                    if left:
                        yield finding("code-unmapped", where, None, ", ".join(left), hub_writes=False)

    def _rows(self, where: str, old: Side, new: Side, hub_writes: bool) -> Iterator[Finding]:
        before, after = (_by_paths(side.mapping or ()) for side in (old, new))
        for paths in {**before, **after}:
            a, b = before.get(paths), after.get(paths)
            if a != b:
                rule = "row-added" if a is None else "row-removed" if b is None else "row-changed"
                yield finding(rule, f"{where} {paths[0]} <-> {paths[1]}", a, b, hub_writes)


_EXACT = (
    ("pattern-of-exchange-changed", "pattern"),
    ("pattern-of-exchange-changed", "role"),
    ("transport-changed", "wire"),
    ("correlation-changed", "correlate"),
    ("correlation-changed", "final"),
    ("correlation-changed", "volatile"),
)
"""(rule, attribute of an operation): any other value is another agreement."""

_OURS = frozenset({"any", "confirm", "deadLetter", "deliveryLimit", "poll"})
"""Settings that the other side never sees."""

_UNUSED = frozenset({"field-added-optional", "field-removed-optional", "value-widened", "value-narrowed"})
"""What the hub's own messages cannot be hurt by when no row writes the field."""


def _by_paths(rows: tuple[Row, ...], own: str = "", wire: str = "") -> dict[tuple[str, str], Mapping[str, Any]]:
    """(canonical path, wire path) -> options; rows inside groups by their paths from the top."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in rows:
        paths = (_full(own, row.canonical), _full(wire, row.wire))
        found[paths] = dict(row.options)
        found |= _by_paths(row.rows, *paths)
    return found


def _full(base: str, path: str | None) -> str:
    return "~" if path is None else f"{base}.{path}" if base else path


def _names(wire: str) -> list[str]:
    """The names of a wire path, without what stands in brackets."""
    return [part.partition("[")[0] for part in wire.split(".")]


def _carries(sides: tuple[Side, ...], path: str) -> bool:
    """Whether a row of either version writes a wire path or something around or inside it."""
    names = path.split(".")
    for side in sides:
        for _, wire in _by_paths(side.mapping or ()):
            own = _names(wire)
            if wire == "." or own[: len(names)] == names[: len(own)]:
                return True
    return any(side.mapping is None for side in sides)


__all__ = ["Report", "compare"]
