"""A person holds a peer: what is due there stays, in its order, until it is released."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from hub.hold import hold_or_release
from hub.store import schema
from interfaces.failure import Failure
from tests.hub.house import House


def turn(house: House, peer: str, action: str, reason: str = "cut-over tonight") -> None:
    hold_or_release(house.store, house.clock, peer, action, reason, "li")


def audited(house: House) -> list[tuple[Any, ...]]:
    a = schema.audit.c
    with house.store.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(a.who, a.action, a.object, a.reason))]


def test_what_is_due_at_a_held_peer_waits_and_goes_out_in_its_order(house: House) -> None:
    orders = [house.accept(f"ORD-{n}", instance=f"PI-{n}") for n in range(3)]
    peer = first_peer(house, orders[0])
    turn(house, peer, "hold")
    assert house.claim() == []
    turn(house, peer, "release", "the new system is up")
    assert [row["order_id"] for row in house.claim()] == orders
    assert audited(house) == [
        ("li", "peer.hold", peer, "cut-over tonight"),
        ("li", "peer.release", peer, "the new system is up"),
    ]


def first_peer(house: House, order_id: str) -> str:
    t = schema.task.c
    with house.store.read() as connection:
        return str(connection.scalar(sa.select(t.peer).where(t.order_id == order_id, t.state == "ready")))


@pytest.mark.parametrize(
    ("action", "reason", "code"),
    [("release", "why not", "conflict"), ("hold", "", "invalid"), ("explode", "why not", "invalid")],
)
def test_what_makes_no_sense_is_refused_and_not_audited(house: House, action: str, reason: str, code: str) -> None:
    with pytest.raises(Failure) as refused:
        turn(house, "RM", action, reason)
    assert refused.value.code == code
    assert audited(house) == []


def test_a_peer_is_held_once(house: House) -> None:
    turn(house, "RM", "hold")
    with pytest.raises(Failure, match="held already"):
        turn(house, "RM", "hold")
