"""Acceptance: one key, one effect; lanes; exchange ids; all in one transaction."""

from __future__ import annotations

import sqlalchemy as sa

from hub.accept import Accepted, accept
from hub.store import schema
from hub.store.writer import Store
from interfaces.failure import Failure
from tests.hub.rows import acceptance


def orders(store: Store) -> list[dict[str, object]]:
    with store.read() as connection:
        return [dict(r) for r in connection.execute(sa.select(schema.orders)).mappings()]


def turns(store: Store) -> list[int]:
    with store.read() as connection:
        t = schema.order_lane
        return list(connection.scalars(sa.select(t.c.no).order_by(t.c.lane, t.c.no)))


def test_an_order_is_kept_with_its_tasks_message_and_keys(store: Store) -> None:
    verdict = store.write(accept, acceptance("X1", tasks=["one", "two"], exchange_id="T1"))
    assert isinstance(verdict, Accepted)
    with store.read() as connection:
        states = connection.execute(sa.select(schema.task.c.name, schema.task.c.state)).all()
        assert connection.scalar(sa.select(sa.func.count()).select_from(schema.message)) == 1
        assert connection.scalar(sa.select(schema.exchange.c.order_id)) == verdict.order_id
    assert [tuple(s) for s in states] == [("one", "ready"), ("two", "pending")]


def test_the_same_content_again_gets_the_first_answer(store: Store) -> None:
    first = store.write(accept, acceptance("X1"))
    again = store.write(accept, acceptance("X1"))
    assert isinstance(first, Accepted)
    assert again == Accepted(first.order_id, first.answer, replayed=True)
    assert len(orders(store)) == 1


def test_other_content_under_the_same_number_is_a_conflict_naming_the_order(store: Store) -> None:
    first = store.write(accept, acceptance("X1"))
    other = store.write(accept, acceptance("X1", digest="d2"))
    assert isinstance(first, Accepted)
    assert isinstance(other, Failure)
    assert (other.code, other.detail["order"]) == ("conflict", first.order_id)


def test_a_number_is_scoped_by_its_source(store: Store) -> None:
    store.write(accept, acceptance("X1"))
    other = store.write(accept, acceptance("X1", source="CC", instance="PI-2"))
    assert isinstance(other, Accepted)
    assert not other.replayed


def test_a_repeated_exchange_id_is_refused_where_the_envelope_says_so(store: Store) -> None:
    first = acceptance("X1", exchange_id="T1", on_repeat="refuse")
    store.write(accept, first)
    repeated = store.write(accept, acceptance("X1", exchange_id="T1", on_repeat="refuse"))
    assert isinstance(repeated, Failure)
    assert (repeated.code, repeated.detail["first"]) == ("duplicate", first.message["id"])


def test_a_repeated_exchange_id_with_the_same_order_gets_the_first_answer(store: Store) -> None:
    first = store.write(accept, acceptance("X1", exchange_id="R1"))
    again = store.write(accept, acceptance("X1", exchange_id="R1"))
    assert isinstance(first, Accepted)
    assert again == Accepted(first.order_id, first.answer, replayed=True)


def test_another_order_under_the_exchange_id_of_the_first_is_not_told_it_was_taken(store: Store) -> None:
    first = store.write(accept, acceptance("X1", exchange_id="R1"))
    other = store.write(accept, acceptance("X2", exchange_id="R1"))
    assert isinstance(first, Accepted)
    assert isinstance(other, Failure)
    assert (other.code, other.detail["order"]) == ("conflict", first.order_id)


def test_other_content_under_the_same_exchange_id_and_number_is_a_conflict(store: Store) -> None:
    first = store.write(accept, acceptance("X1", exchange_id="R1"))
    other = store.write(accept, acceptance("X1", digest="d2", exchange_id="R1"))
    assert isinstance(first, Accepted)
    assert isinstance(other, Failure)
    assert (other.code, other.detail["order"]) == ("conflict", first.order_id)


def test_a_refusal_burns_no_exchange_id(store: Store) -> None:
    store.write(accept, acceptance("X1"))
    refused = store.write(accept, acceptance("X1", digest="d2", exchange_id="T9", on_repeat="refuse"))
    taken = store.write(accept, acceptance("X2", exchange_id="T9", on_repeat="refuse"))
    assert isinstance(refused, Failure)
    assert isinstance(taken, Accepted)


def test_a_second_order_on_a_busy_instance_is_refused_naming_the_open_one(store: Store) -> None:
    first = store.write(accept, acceptance("X1", instance="PI-7"))
    second = store.write(accept, acceptance("X2", instance="PI-7"))
    assert isinstance(first, Accepted)
    assert isinstance(second, Failure)
    assert second.detail["order"] == first.order_id


def test_a_peers_own_orders_on_one_instance_wait_in_order(store: Store) -> None:
    for n in range(3):
        fields = {"type": "ResourceOrder", "source": "SPS", "lanes": ["SPS|PI-7"], "action": "allot"}
        store.write(accept, acceptance(f"S{n}", instance="PI-7", **fields))
    assert [o["state"] for o in orders(store)] == ["running", "queued", "queued"]
    assert turns(store) == [1, 2, 3]


def test_a_batch_judges_its_own_members(store: Store) -> None:
    """Twenty copies at once: one order, nineteen times its answer; lane numbers are handed out once."""
    with_lane = [acceptance("X1") for _ in range(20)] + [acceptance(f"Y{n}") for n in range(5)]
    futures = [store.submit(accept, item) for item in with_lane]
    verdicts = [f.result(10) for f in futures]
    taken = [v for v in verdicts if isinstance(v, Accepted) and not v.replayed]
    assert len(taken) == 6
    assert {v.order_id for v in verdicts[:20] if isinstance(v, Accepted)} == {taken[0].order_id}
    assert turns(store) == [1] * 6


def test_a_childs_parent_is_found_by_the_key_it_names(store: Store) -> None:
    parent = acceptance("X1")
    store.write(accept, parent)
    child = acceptance("S1", source="SPS", type="ResourceOrder", lanes=["SPS|PI-X1"])
    child.parent = parent.tasks[0]["id"]
    store.write(accept, child)
    assert next(o for o in orders(store) if o["external_id"] == "S1")["parent_order"] == parent.order["id"]


def test_every_message_is_journalled_refused_ones_too(store: Store) -> None:
    store.write(accept, acceptance("X1"))
    store.write(accept, acceptance("X1"))
    store.write(accept, acceptance("X1", digest="d2"))
    with store.read() as connection:
        outcomes = list(connection.scalars(sa.select(schema.message.c.outcome).order_by(schema.message.c.seq)))
    assert outcomes == ["accepted", "duplicate", "conflict"]
