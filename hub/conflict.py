"""The conflict table: open action x stage x new action -> verdict, as data (tables/conflict.yaml)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast, get_args

import yaml

Verdict = Literal["refuse", "queue", "pass", "supersede", "annul"]
Stage = Literal["queued", "early", "begun", "network", "undoing"]
STAGES: tuple[Stage, ...] = get_args(Stage)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
INSIDE = frozenset({"CRM"})
"""Functions of the hub's own side: a task for one of them has told nobody anything."""
IN_NETWORK = frozenset({"NMS", "NA"})
"""Functions whose order says that a service order has come to its network step."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A new order meets an open one; ``same``: from the same system for the same reason."""

    type: str
    family: str
    open: str
    stage: Stage
    new: str
    source: str
    same: bool = False


@cache
def rows() -> tuple[Mapping[str, frozenset[str] | str], ...]:
    """The bundled table; each word as the set of names it allows, absent where any will do."""
    data = yaml.safe_load(files("hub").joinpath("tables/conflict.yaml").read_text("utf-8"))
    return tuple({name: _names(name, value) for name, value in row.items() if value != "*"} for row in data["rows"])


def _names(name: str, value: str | list[str]) -> frozenset[str] | str:
    if name == "verdict":
        return str(value)
    return frozenset([value] if isinstance(value, str) else value)


@cache
def decide(meeting: Meeting) -> Verdict:
    """What the new order may do; the table's last row matches everything."""
    seen = {
        "type": meeting.type,
        "family": meeting.family,
        "open": meeting.open,
        "stage": meeting.stage,
        "new": meeting.new,
        "from": _system(meeting.source),
        "by": "same" if meeting.same else "other",
    }
    row = next(r for r in rows() if all(seen[name] in allowed for name, allowed in r.items() if name != "verdict"))
    return cast(Verdict, row["verdict"])


def stage_of(order: Row, tasks: Iterable[Row], children: Iterable[str]) -> Stage:
    """How far an open order is. ``tasks`` are those of its plan, ``children`` the functions of the orders that a peer
    sent for it. A peer that works without the hub (97) is in the network as soon as it has the order.
    """
    if order["outcome"]:
        return "undoing"
    if order["state"] == "queued":
        return "queued"
    told = [t for t in tasks if t["function"] not in INSIDE and (t["sent"] or t["state"] not in ("pending", "ready"))]
    if not told:
        return "early"
    asked = set(children)
    provisioning = [t for t in told if t["function"] not in ("RM", "BILL")]
    if provisioning and (not asked or asked & IN_NETWORK or any(t["state"] == "completed" for t in provisioning)):
        return "network"
    return "begun"


def same(order: Row, tasks: Sequence[Row], other: Row, others: Sequence[Row]) -> bool:
    """Whether two orders come from one system for one reason: ``arrears`` and ``arrearsOneWay`` are one."""
    one, two = _reason(tasks), _reason(others)
    alike = one.startswith(two) or two.startswith(one)
    return _system(order["source"]) == _system(other["source"]) and alike


def _reason(tasks: Sequence[Row]) -> str:
    for task in tasks:
        reasons = task["body"].get("product", {}).get("suspensionReason")
        if reasons:
            return str(reasons[0])
    return ""


def _system(code: str) -> str:
    return code.partition("-")[0]
