"""The day: play every order as the outside would, follow it to its end, ask the peers what they really did."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from hub.demo.final_state import final_state
from hub.demo.follow import Follower
from hub.demo.hubs import Hubs, pause
from hub.demo.peers import Peers
from hub.demo.result import Result, Run, compare, needed
from hub.demo.scenarios import SCENARIOS
from hub.topology import Topology, bundled, speaks_as
from interfaces.clock import Deadline, monotonic

CLERKS: Final = 16
"""Orders on their way in at the same time."""
BILL: Final = "BILL"
FIRST_DAY: Final = "first-day"
SETTLE: Final = 10.0
"""Seconds that peers have to finish what follows an order's end (a release, a late acknowledgement)."""


def plan(orders: int | None, seed: int) -> list[Run]:
    """The mix of the day (None: one of each), shuffled by ``seed``; customer n is the same in every run."""
    count = orders or len(SCENARIOS)
    runs = [Run(s := SCENARIOS[n % len(SCENARIOS)], s.order(n + 1)) for n in range(count)]
    random.Random(seed).shuffle(runs)
    return runs


def live(runs: list[Run], hubs: Hubs, peers: Peers, tick: Callable[[], None], bound: Topology | None = None) -> Result:
    """Run the day; ``tick`` is called for each order that reached its end. ``bound``: the topology of its hubs."""
    _arrange(runs, peers)
    _play(runs, hubs, tick)
    _count_calls(runs, hubs)
    runs.sort(key=lambda run: run.order.external_id)
    differences = _differences(runs, peers, bound or bundled(FIRST_DAY))
    counts = {code: _counts(peers.effects(code)) for code in peers.codes}
    bills = [peers.state(code) for code in peers.codes if speaks_as(code, BILL)]
    state = final_state(hubs.get("/api/v1/peers/CRM/state"), bills)
    return Result(runs, counts, differences, state)


def _arrange(runs: list[Run], peers: Peers) -> None:
    """What is to go wrong is told to the peers before the first order is sent."""
    rules: dict[str, list[dict[str, Any]]] = {}
    for run in runs:
        for mishap in run.scenario.mishaps:
            rules.setdefault(mishap.peer, []).append(mishap.rule(run.order))
    for code, told in rules.items():
        peers.arrange(code, told)


def _play(runs: list[Run], hubs: Hubs, tick: Callable[[], None]) -> None:
    by_number: dict[str, Run] = {}

    def done(number: str, order: Mapping[str, Any]) -> None:
        run = by_number[number]
        run.order_id = order["id"]
        _ended(run, order["reached"], order.get("reason") or "")
        tick()

    follower = Follower(hubs, done)
    pool = ThreadPoolExecutor(CLERKS)
    try:
        plays = [pool.submit(_submit, run, hubs, follower, by_number, tick) for run in runs]
        for number in follower.run(closed=lambda: _all_over(plays)):
            by_number[number].text = "it stands still"
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _submit(run: Run, hubs: Hubs, follower: Follower, runs: dict[str, Run], tick: Callable[[], None]) -> None:
    run.began = monotonic()
    told = run.scenario.play(hubs, run.scenario.channel, run.order)
    run.asked = told.asked
    if told.follow:
        runs[told.follow] = run
        follower.expect(told.follow)
    else:
        _ended(run, told.reached, told.text)
        tick()


def _all_over(plays: list[Future[None]]) -> bool:
    """Whether every order was sent; the first that could not be sent ends the day with its Failure."""
    finished = [play for play in plays if play.done()]
    for play in finished:
        play.result()
    return len(finished) == len(plays)


def _ended(run: Run, reached: str, text: str) -> None:
    run.reached, run.text = reached, text
    run.ms = round((monotonic() - run.began) * 1000)


def _count_calls(runs: list[Run], hubs: Hubs) -> None:
    """Calls per peer of every run, as the hub's journal has them; of an order with its child orders."""

    def count(run: Run) -> None:
        calls = _calls_of_order(run, hubs) if run.order_id else _calls_of_question(run, hubs)
        run.peers = dict(sorted(Counter(calls).items()))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, runs))


def _calls_of_order(run: Run, hubs: Hubs) -> list[str]:
    events = hubs.get(f"/api/v1/orders/{run.order_id}/timeline")["events"]
    return [event["peer"] for event in events if _is_call(event)]


def _calls_of_question(run: Run, hubs: Hubs) -> list[str]:
    """What the hub asked on; the question is found by its exchange id."""
    if not run.asked:
        return []
    asked = hubs.get("/api/v1/messages", exchange_id=run.asked, direction="in")["items"]
    return [
        m["peer"] for a in asked for m in hubs.get("/api/v1/messages", in_reply_to=a["id"], direction="out")["items"]
    ]


def _is_call(event: Mapping[str, Any]) -> bool:
    return event.get("kind") == "message" and event["direction"] == "out" and not event["reply"]


def _differences(runs: list[Run], peers: Peers, bound: Topology) -> list[str]:
    """What peers did beyond or below the orders' needs; asked again for a while, as some work follows the end."""
    wanted, deadline = needed(runs, bound), Deadline.after(SETTLE)
    while True:
        found = [line for code in peers.codes for line in _at_peer(code, wanted.get(code, {}), peers)]
        if not found or deadline.passed:
            return found
        pause(0.1)


def _at_peer(code: str, wanted: Mapping[str, int], peers: Peers) -> list[str]:
    return compare(code, wanted, peers.steps(code), peers.effects(code)["duplicates"])


def _counts(effects: Mapping[str, Any]) -> dict[str, int]:
    return {
        "calls": effects["calls"],
        "effects": effects["effects_total"],
        "duplicates": effects["duplicates"],
    }
