"""Topology: which system instance serves a function for a local network today, as data.

A topology is a versioned set of bindings and rules. An order keeps the bindings it was accepted with (owner
first); the topology decides for new orders only. Rules say who may call what: CRM never reaches network
management (domain.md section 1, rule 1).
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
import yaml

from hub.store import schema
from interfaces.clock import real_now
from interfaces.failure import Failure
from interfaces.spec.checked import read_checked


def speaks_as(code: str, system: str) -> bool:
    """Whether ``code`` is ``system`` or an instance of it: BILL-PHS speaks the interfaces of BILL."""
    return code == system or code.startswith(f"{system}-")


@dataclass(frozen=True, slots=True)
class Binding:
    """function, area (``*`` = any), product family (``*``) -> system instance and the interfaces it speaks.

    valid_from, valid_to  microseconds UTC, 0 = open; scope ``local`` or ``long-distance``; higher priority wins.
    """

    function: str
    area: str
    system: str
    interfaces: tuple[str, ...]
    capabilities: frozenset[str] = frozenset()
    product_family: str = "*"
    scope: str = "*"
    priority: int = 0
    valid_from: int = 0
    valid_to: int = 0

    def covers(self, function: str, area: str, family: str, at: int) -> bool:
        return (
            self.function == function
            and self.area in ("*", area)
            and self.product_family in ("*", family)
            and self.valid_from <= at
            and (not self.valid_to or at < self.valid_to)
        )

    def rank(self) -> tuple[int, int, int]:
        """The more specific binding wins, then the higher priority."""
        return (self.area != "*", self.product_family != "*", self.priority)


@dataclass(frozen=True, slots=True)
class Rule:
    """``function`` may be called only by ``only`` (system functions); everybody else is refused with ``reason``."""

    function: str
    only: frozenset[str]
    reason: Mapping[str, str]


@dataclass(frozen=True)
class Topology:
    """Immutable, so that what ``find`` found once holds until the next date on which a binding begins or ends."""

    version: int
    bindings: tuple[Binding, ...]
    rules: tuple[Rule, ...] = ()
    areas: tuple[Mapping[str, Any], ...] = ()
    name: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def find(self, function: str, area: str, family: str = "", at: int = 0) -> Binding | None:
        """The binding in force, None when nothing serves it there."""
        areas, families, dates = self._named
        # senders choose areas: those no binding names are all alike, and the memory stays small
        area, family = area if area in areas else "", family if family in families else ""
        key = (function, area, family, bisect_right(dates, at))
        if key not in self._found:
            fitting = [b for b in self.bindings if b.covers(function, area, family, at)]
            self._found[key] = max(fitting, key=Binding.rank, default=None)
        return self._found[key]

    def served(self, area: str, at: int = 0) -> Callable[[str, str], frozenset[str] | None]:
        """(function, product family) -> what the system that serves it there can do, None when nothing does."""

        def capabilities(function: str, family: str) -> frozenset[str] | None:
            binding = self.find(function, area, family, at)
            return binding.capabilities if binding else None

        return capabilities

    @cached_property
    def _found(self) -> dict[tuple[str, str, str, int], Binding | None]:
        return {}

    @cached_property
    def _named(self) -> tuple[frozenset[str], frozenset[str], list[int]]:
        """Areas, families and dates (sorted) that the bindings name."""
        dates = {b.valid_from for b in self.bindings} | {b.valid_to for b in self.bindings}
        areas, families = (frozenset(getattr(b, name) for b in self.bindings) for name in ("area", "product_family"))
        return areas, families, sorted(dates)

    def bind(self, function: str, area: str, family: str = "", at: int = 0) -> Binding:
        """``find`` or Failure ``rejected``."""
        binding = self.find(function, area, family, at)
        if binding is None:
            raise Failure(
                "rejected",
                f"no system serves {function} in local network {area or '(none)'}",
                where=f"topology {self.name} version {self.version}",
                advice="see `mboss topology show`; an offer not served in an area is refused at acceptance",
            )
        return binding

    def refuse_caller(self, caller: str, function: str) -> Failure | None:
        """The rule that forbids ``caller`` to reach ``function``, as a Failure; None when it may."""
        for rule in self.rules:
            if rule.function == function and caller.split("-")[0] not in rule.only:
                return Failure(
                    "forbidden",
                    rule.reason.get("en", f"{caller} may not call {function}"),
                    where=f"{caller} -> {function}",
                    advice=f"only {', '.join(sorted(rule.only))} may; order through provisioning instead",
                    detail={"zh": rule.reason.get("zh", "")},
                )
        return None

    def area_known(self, area: str) -> bool:
        return any(a["area"] == area for a in self.areas)


def from_data(data: Mapping[str, Any], version: int = 1) -> Topology:
    """A topology from its YAML form (hub/profiles/*.yaml)."""
    bindings = tuple(
        Binding(
            function=b["function"],
            area=str(b["area"]),
            system=str(b["system"]),
            interfaces=tuple(b["interfaces"]),
            capabilities=frozenset(b.get("capabilities", ())),
            product_family=b.get("product_family", "*"),
            scope=b.get("scope", "*"),
            priority=b.get("priority", 0),
            valid_from=b.get("valid_from", 0),
            valid_to=b.get("valid_to", 0),
        )
        for b in data["bindings"]
    )
    rules = tuple(Rule(r["function"], frozenset(r["only"]), r["reason"]) for r in data.get("rules", ()))
    return Topology(version, bindings, rules, tuple(data.get("areas", ())), data.get("name", ""), data)


def keep(connection: sa.Connection, batch: Sequence[Topology]) -> list[int]:
    """Write: the topology in force, as a new version when it differs from the last one; the version numbers."""
    return [_keep_one(connection, topology) for topology in batch]


def _keep_one(connection: sa.Connection, topology: Topology) -> int:
    t = schema.topology
    text = json.dumps(topology.data, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    last = connection.execute(sa.select(t.c.version, t.c.hash).order_by(t.c.version.desc()).limit(1)).first()
    if last is not None and last.hash == digest:
        return int(last.version)
    version = (last.version if last else 0) + 1
    row = {"version": version, "valid_from": real_now(), "hash": digest, "data": topology.data, "who": "start"}
    connection.execute(sa.insert(t).values(row))
    return version


def newer(connection: sa.Connection, version: int) -> Topology | None:
    """The topology in force when it is newer than ``version``."""
    t = schema.topology
    last = sa.select(t.c.version, t.c.data).where(t.c.version > version).order_by(t.c.version.desc()).limit(1)
    row = connection.execute(last).first()
    return from_data(row.data, row.version) if row else None


@cache
def systems() -> Mapping[str, str]:
    """ContractRoot SysID -> system instance code (hub/profiles/systems.yaml)."""
    data = yaml.safe_load(files("hub").joinpath("profiles/systems.yaml").read_text("utf-8"))
    return MappingProxyType(dict(data["systems"]))


FOLDER: Final = "profiles"
PARTS: Final = "parts"
NO_PROFILES: Final = frozenset({PARTS, "systems"})


@cache
def profiles() -> tuple[str, ...]:
    """Names of the bundled profiles."""
    names = (f.name[:-5] for f in files("hub").joinpath(FOLDER).iterdir() if f.name.endswith(".yaml"))
    return tuple(sorted(name for name in names if name not in NO_PROFILES))


@cache
def bundled(profile: str) -> Topology:
    """A bundled profile, written out; Failure ``not_found`` with the names there are."""
    if profile not in profiles():
        raise Failure("not_found", f"no topology profile {profile!r}", advice=f"there are: {', '.join(profiles())}")
    data = _read(profile)
    return from_data(written_out(data, _read(PARTS)) if "networks" in data else data)


def written_out(profile: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """A profile that names stacks by network, as one with every binding of its own: the form that is kept.

    Failure ``not_found`` for a stack that there is not.
    """
    bindings = [*parts["bindings"], *profile.get("bindings", ())]
    for area, stacks in profile["networks"].items():
        for stack in stacks:
            if stack not in parts["stacks"]:
                known = ", ".join(parts["stacks"])
                raise Failure("not_found", f"no stack {stack!r}", where=profile["name"], advice=f"there are: {known}")
            bindings += [{**binding, "area": area} for binding in parts["stacks"][stack]]
    shared = {name: parts[name] for name in ("areas", "rules")}
    return {"name": profile["name"], "title": profile["title"], **shared, "bindings": bindings}


def _read(name: str) -> Mapping[str, Any]:
    folder = files("hub").joinpath(FOLDER)
    published = json.loads(folder.joinpath("schema.json").read_text("utf-8"))
    file = folder.joinpath(f"{name}.yaml")
    data: Mapping[str, Any]
    data, _ = read_checked(file.read_text("utf-8"), file.name, published, "topology profile")
    return data
