"""What came of the day, for programs (JSON) and for people (tables)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from hub.cli.table import table
from hub.demo.final_state import State, digest_of
from hub.demo.orders import Order
from hub.demo.scenarios import Needs, Scenario
from hub.topology import Topology

NA: Final = "NA"
NMS: Final = "NMS"
ELEMENTS: Final[Mapping[str, int]] = {"FTTH": 2, "ADSL": 2, "PHS": 2}
"""Product -> network elements that it is built on; one where it is not named."""


@dataclass
class Run:
    """One order of the day. ``reached`` "" = it stood still to the end; ``peers`` = calls per peer."""

    scenario: Scenario
    order: Order
    reached: str = ""
    text: str = ""
    order_id: str = ""
    asked: str = ""
    began: float = 0.0
    ms: int = 0
    peers: Mapping[str, int] = field(default_factory=dict)

    @property
    def as_expected(self) -> bool:
        return self.reached == self.scenario.expected

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.scenario.name,
            "channel": self.scenario.channel,
            "area": self.scenario.network.area,
            "expected": self.scenario.expected,
            "reached": self.reached,
            "peers": dict(self.peers),
            "ms": self.ms,
        }


@dataclass(frozen=True)
class Result:
    """``peers``: code -> calls, effects, duplicates as the peers themselves count; ``differences`` in words."""

    runs: list[Run]
    peers: Mapping[str, Mapping[str, int]]
    differences: list[str]
    state: State

    @property
    def good(self) -> bool:
        """Every order reached its end, and every peer did what the orders needed, once."""
        return all(run.as_expected for run in self.runs) and not self.differences

    def to_json(self) -> dict[str, Any]:
        return {
            "orders": len(self.runs),
            "as_expected": sum(run.as_expected for run in self.runs),
            "final_state": digest_of(self.state),
            "scenarios": [run.to_json() for run in self.runs],
            "peers": {code: dict(counts) for code, counts in self.peers.items()},
        } | ({"differences": self.differences} if self.differences else {})

    def to_text(self) -> str:
        parts = [_scenarios(self.runs), _peers(self.peers), *self.differences, *_strays(self.runs)]
        good = sum(run.as_expected for run in self.runs)
        return "\n\n".join([*parts, f"{good} of {len(self.runs)} orders as expected"])


def needed(runs: list[Run], bound: Topology) -> dict[str, Counter[str]]:
    """Peer -> step -> how often all these orders together need it, by the topology that they ran under."""
    total: dict[str, Counter[str]] = {}
    for run in runs:
        for peer, steps in needs_of(run.scenario, bound).items():
            total.setdefault(peer, Counter()).update(steps)
    return total


def needs_of(scenario: Scenario, bound: Topology) -> Needs:
    """What a scenario needs of functions (SPS, RM ...), as what is needed of the systems that serve them there.

    A function that nobody serves in that network is done inside another one (97 allots and dispatches itself). A name
    that is no function of the topology is a peer's own.
    """
    functions = {binding.function for binding in bound.bindings}
    served = partial(bound.find, area=scenario.network.area, family=scenario.product.family)
    found: Needs = {}
    for name, steps in scenario.needs.items():
        binding = served(name)
        if binding is not None or name not in functions:
            found[binding.system if binding else name] = steps
    activation = served(NA)
    if activation is not None and activation.system == NA and NMS in found:
        found |= {NA: found[NMS], NMS: _by_element(found[NMS], ELEMENTS.get(scenario.product.code, 1))}
    return found


def _by_element(steps: Mapping[str, int], elements: int) -> dict[str, int]:
    """Network activation opens and closes a service element by element; what is changed is changed on one of them."""
    return {step: count if step == "change" else count * elements for step, count in steps.items()}


def compare(peer: str, wanted: Mapping[str, int], done: Mapping[str, int], duplicates: int) -> list[str]:
    """Differences between what a peer did and what the orders needed, in words."""
    found = [
        f"{peer}: {step} was done {done.get(step, 0)} times, the orders needed {wanted.get(step, 0)}"
        for step in sorted({*wanted, *done})
        if done.get(step, 0) != wanted.get(step, 0)
    ]
    return found + ([f"{peer}: {duplicates} effects were done twice"] if duplicates else [])


def _scenarios(runs: list[Run]) -> str:
    """One line per scenario; where it was repeated, the slowest of its orders tells the time."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.scenario.name, []).append(run)
    return table([_line(group) for group in groups.values()], tuple(_line(runs[:1])))


def _line(group: list[Run]) -> dict[str, Any]:
    scenario, good = group[0].scenario, sum(run.as_expected for run in group)
    calls = " ".join(f"{peer}:{count}" for peer, count in group[0].peers.items())
    return {
        "": "ok" if good == len(group) else "NO",
        "scenario": scenario.name,
        "channel": scenario.channel,
        "area": scenario.network.area,
        "expected": scenario.expected,
        "reached": ", ".join(sorted({run.reached or "nothing" for run in group})),
        "orders": f"{good}/{len(group)}",
        "slowest ms": max(run.ms for run in group),
        "calls of one": calls,
    }


def _peers(peers: Mapping[str, Mapping[str, int]]) -> str:
    return table(
        [{"peer": code, **counts} for code, counts in peers.items()], ("peer", "calls", "effects", "duplicates")
    )


def _strays(runs: list[Run]) -> list[str]:
    return [
        f"{run.order.external_id} ({run.scenario.name}) reached {run.reached or 'nothing'}: {run.text}"
        for run in runs
        if not run.as_expected
    ]
