"""Flow control holds for all processes of one store together, and refuses with a time to come again."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from hub.identity.flow import Flow
from hub.identity.limits import Limit, parse
from hub.identity.who import Subscription
from hub.store.writer import Store
from interfaces.clock import DAY, HOUR
from interfaces.failure import Failure


def sub(*limits: str, concurrency: int = 0) -> Subscription:
    parsed = tuple(parse(text) for text in limits)
    return Subscription("sub_1", "CHAN", "order-intake", limits=parsed, concurrency=concurrency)


def admitted(flow: Flow, one: Subscription) -> bool:
    error = flow.admit(one).exception()
    assert error is None or (isinstance(error, Failure) and error.code == "throttled")
    return error is None


def nothing(_connection: sa.Connection, items: Sequence[None]) -> list[None]:
    """Write: comes after what was written before."""
    return list(items)


def test_two_processes_share_one_quota(stores: list[Store]) -> None:
    flows, one = [Flow(store) for store in stores], sub("7/d")
    assert sum(admitted(flows[n % 2], one) for n in range(20)) == 7


def test_many_threads_get_exactly_what_is_allowed(stores: list[Store]) -> None:
    flows, one = [Flow(store) for store in stores], sub("100/d")
    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(lambda n: admitted(flows[n % 2], one), range(300)))
    assert sum(taken) == 100


def test_every_limit_holds(store: Store) -> None:
    flow = Flow(store)
    assert [admitted(flow, sub("100/h", "2/d")) for _ in range(3)] == [True, True, False]


def test_requests_open_at_a_time_are_counted_over_processes(stores: list[Store]) -> None:
    flows, one = [Flow(store) for store in stores], sub(concurrency=2)
    leave = [flow.admit(one).result() for flow in flows]
    assert not admitted(flows[0], one)
    assert not admitted(flows[1], one)
    leave[0]()
    stores[0].write(nothing, None)  # so that it is committed, and the other process can see it
    assert admitted(flows[1], one)


def test_a_refusal_says_when_to_come_again(store: Store) -> None:
    flow, one = Flow(store), sub("1/d")
    assert admitted(flow, one)
    error = flow.admit(one).exception()
    assert isinstance(error, Failure)
    assert 1 <= error.detail["retryAfter"] <= 86400


def test_without_limits_the_store_is_not_asked(store: Store) -> None:
    flow, before = Flow(store), store.writes
    assert all(admitted(flow, sub()) for _ in range(100))
    assert store.writes == before


def test_a_portion_is_one_write_for_many_requests(store: Store) -> None:
    flow, before = Flow(store), store.writes
    assert all(admitted(flow, sub("100000/s")) for _ in range(60))
    assert store.writes - before <= 3  # a second may end meanwhile


def test_days_begin_at_midnight_in_shanghai() -> None:
    assert Limit(1, 86400).began(20 * DAY + 17 * HOUR) == 20 * DAY + 16 * HOUR
    assert Limit(1, 86400).began(20 * DAY + 15 * HOUR) == 19 * DAY + 16 * HOUR


@pytest.mark.parametrize("text", ["", "5", "0/s", "-1/s", "5/w", "5 / s", "1.5/s", "9999999999/s"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="no limit"):
        parse(text)
