"""Suspension is a set of reasons, as data (suspension_reasons.yaml): who may set and lift them, how strict each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PARAMETER = "SUSPENSION_REASON"
"""Name under which an order says which reason it sets or lifts."""


@cache
def table() -> Mapping[str, Any]:
    """The bundled table."""
    return dict(yaml.safe_load(Path(__file__).with_name("suspension_reasons.yaml").read_text("utf-8")))


def known() -> tuple[str, ...]:
    """Every reason and group there is."""
    return (*table()["reasons"], *table()["groups"])


def allowed(source: str) -> tuple[str, ...]:
    """What ``source`` (a system code, ``BILL-PHS`` is a ``BILL``) may set and lift; the first is its usual one."""
    by = table()["by"]
    return tuple(by.get(source.partition("-")[0], by["*"]))


def usual(source: str, action: str) -> str:
    """The reason meant where the order names none. A group can be lifted, and not set."""
    mine = allowed(source)
    return next((name for name in mine if action == "resume" or name in table()["reasons"]), mine[0])


def members(name: str) -> tuple[str, ...]:
    """The reasons a name stands for: itself, or all of its group."""
    return tuple(table()["groups"].get(name, (name,)))


def added(reasons: Iterable[str], name: str) -> list[str]:
    """``reasons`` with ``name`` among them, without what it replaces; sorted."""
    replaced = table()["reasons"][name].get("replaces")
    return sorted({r for r in reasons if r != replaced} | {name})


def lifted(reasons: Iterable[str], name: str) -> list[str]:
    """``reasons`` without ``name`` (or without its group); sorted."""
    return sorted(set(reasons) - set(members(name)))


def barring(reasons: Iterable[str]) -> str:
    """What the network has to bar for these reasons together: the strictest, ``none`` for no reason."""
    levels: list[str] = table()["levels"]
    return max((table()["reasons"][r]["level"] for r in reasons), key=levels.index, default=levels[0])
