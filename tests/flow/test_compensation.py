"""Failure at every task in turn, and during the undo: what every peer holds afterwards is what a clean order leaves,
or what there was before. The tasks are those a clean order is seen to need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from adapters.crm_core.planner import ids_of
from hub.demo.orders import Network, Order, Product
from hub.demo.scenarios import FTTH, OLD, ONE, TWO, VOICE
from interfaces.message import Message
from tests.flow.house import House, Record, until
from tests.flow.line import Line, install

AT_ONCE = 8
FASTER = Product("FTTH", "FTTH-500M", (("SPEED", "500M"),))
Value = Callable[[Line], str]


def _instance(line: Line) -> str:
    return line.instance


def _port(line: Line) -> str:
    return next(iter(line.at_rm()))


def _number(line: Line) -> str:
    return line.order.number


@dataclass(frozen=True)
class Fault:
    """One refusal, of the request that carries ``value``."""

    peer: str
    operation: str
    value: Value = _instance


@dataclass(frozen=True)
class Case:
    """An action on a product. ``last`` fails behind all else; ``undo``: what is then refused on the way back."""

    action: str
    network: Network
    product: Product
    chosen: bool = False
    changes: Callable[[Line], Record] = field(default=lambda line: {})
    last: Fault = Fault("BILL", "sync")
    undo: Sequence[Fault] = ()

    def __str__(self) -> str:
        return f"{self.action}-{self.product.code}-{self.network.area}"


CANCEL = Fault("SPS", "cancel")
CASES = (
    Case("install", TWO, FTTH, undo=(CANCEL, Fault("NMS", "deactivate"), Fault("RM", "release"))),
    Case("install", ONE, VOICE, True, undo=(CANCEL, Fault("NMS", "deactivate"), Fault("RM", "release"))),
    Case("remove", TWO, FTTH, undo=(CANCEL, Fault("NMS", "activate"), Fault("RM", "occupy"), Fault("WFM", "cancel"))),
    Case("remove", OLD, VOICE, True),
    Case(
        "move",
        ONE,
        FTTH,
        changes=lambda line: {"address": f"{line.order.address}-N"},
        last=Fault("RM", "preRelease"),
        undo=(Fault("NMS", "change", _port), Fault("RM", "release")),
    ),
    Case(
        "changeNumber",
        TWO,
        VOICE,
        True,
        changes=lambda line: {"number": line.number(3000)},
        undo=(CANCEL, Fault("NMS", "change", _number), Fault("RM", "occupy", _number), Fault("RM", "release")),
    ),
    Case("changeSpeed", ONE, FTTH, changes=lambda line: {"product": FASTER}, undo=(CANCEL,)),
)


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as made:
        yield made


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_failure_at_any_task_leaves_a_clean_order_or_none(house: House, pool: ThreadPoolExecutor, case: Case) -> None:
    clean = Trial(house, case)
    end = clean.run([])
    assert end["reached"] == "completed", end["reason"]
    steps = [Fault(peer, step) for peer, done in house.effects(end["id"]).items() for step in done]
    assert {fault.peer for fault in steps} >= {case.last.peer}

    trials = [[fault] for fault in steps] + [[case.last, back] for back in case.undo]
    ends = list(pool.map(lambda faults: Trial(house, case).outcome(faults), trials))

    assert [(faults, *end) for faults, end in zip(trials, ends, strict=True) if end[0] not in ("none", "whole")] == []
    assert {end[0] for end in ends} >= {"none"}
    for peer in house.peers.codes:
        assert house.verify(peer) == [], f"{peer} contradicts itself"


class Trial:
    """One order of a case, with things going wrong."""

    def __init__(self, house: House, case: Case) -> None:
        self.house, self.case = house, case
        if case.action == "install":
            order = house.order(case.network, case.product, case.chosen)
            self.line = Line(house, order, _instance_of(order))
        else:
            self.line = install(house, case.network, case.product, case.chosen)
        self.before = self._everywhere()

    def run(self, faults: list[Fault]) -> Record:
        """The order at its end; where it needs a person, somebody looks and says: again."""
        for fault in faults:
            self.house.told(fault.peer, fault.operation, "refuse", fault.value(self.line), args={"code": "1001"})
        line, case = self.line, self.case
        first = line.order
        order = first if case.action == "install" else first.followed(case.action, line.instance, **case.changes(line))
        order_id = self.house.taken(order)
        while (end := self.house.ended(order_id))["reached"] == "fallout":
            for stuck in self.house.hubs.get("/api/v1/fallout", state="open", order_id=order_id)["items"]:
                if stuck["order_id"] == order_id:
                    self._retry(stuck["id"])
        return end

    def outcome(self, faults: list[Fault]) -> tuple[str, Any]:
        """``none``: all is as before; ``whole``: the order is through; else what differs."""
        end = self.run(faults)
        if end["reached"] == "completed":
            return "whole", ""
        if not end["compensated"]:
            return "not compensated", end["reason"]
        seen = _soon(self._everywhere, self.before)
        return ("none", "") if seen == self.before else (end["reason"], _difference(self.before, seen))

    def _everywhere(self) -> Record:
        return self.line.everywhere()

    def _retry(self, fallout: str) -> None:
        url = f"{self.house.url}/api/v1/fallout/{fallout}/retry"
        httpx.post(url, json={"reason": "looked at"}, trust_env=False, timeout=30.0)


def _instance_of(order: Order) -> str:
    """The id that the hub will give the product of this order."""
    body = {"externalId": order.external_id}
    return ids_of(Message(id="", type="ProductOrder", source="CHAN", body=body), order.network.area)("PI", "1")


def _soon(look: Callable[[], Record], wanted: Record) -> Record:
    """What peers hold once they have finished what they do by themselves, or what they hold at the end of patience."""
    try:
        return until(look, lambda seen: seen == wanted)
    except AssertionError:
        return look()


def _difference(before: Record, seen: Record) -> Record:
    return {name: {"before": before[name], "now": seen[name]} for name in before if before[name] != seen[name]}
