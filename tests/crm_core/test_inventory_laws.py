"""Laws of the inventory, whatever comes in whatever order."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_core.core import CrmCore
from interfaces.failure import Failure

CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["create", "activate", "discard", "suspend"]),
        st.sampled_from(["PI-1", "PI-2"]),
        st.sampled_from(["ORDER-1", "ORDER-2"]),
    ),
    max_size=12,
)


def body(key: str, instance: str, order_id: str) -> dict[str, Any]:
    who = {"role": "customer", "id": f"CU-{order_id}", "name": "新示例"}
    base = {"externalId": key, "orderId": order_id, "area": "8330100", "action": "create", "relatedParty": [who]}
    return {**base, "product": {"id": instance}}


def attempt(crm: CrmCore, action: str, change: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return crm.change(action, change)
    except Failure as refused:
        if refused.code not in ("rejected", "not_found"):
            raise
        return None


@settings(max_examples=50, deadline=None)
@given(CHANGES)
def test_what_was_answered_is_answered_again_and_changes_nothing(steps: list[tuple[str, str, str]]) -> None:
    crm = CrmCore("sqlite://", seed=None)
    done = []
    for number, (action, instance, order_id) in enumerate(steps):
        change = body(f"t{number}", instance, order_id)
        if answer := attempt(crm, action, change):
            done.append((action, change, answer))
    state = crm.state()

    for action, change, answer in done:
        assert crm.change(action, change) == answer
    assert crm.state() == state
    crm.close()


@settings(max_examples=50, deadline=None)
@given(CHANGES)
def test_orders_that_discard_all_they_brought_leave_nothing(steps: list[tuple[str, str, str]]) -> None:
    crm = CrmCore("sqlite://", seed=None)
    for number, (action, instance, order_id) in enumerate(steps):
        attempt(crm, action, body(f"t{number}", instance, order_id))

    for instance in ("PI-1", "PI-2"):
        for order_id in ("ORDER-1", "ORDER-2"):
            attempt(crm, "discard", body(f"undo-{instance}-{order_id}", instance, order_id))
    assert crm.state() == {"customers": []}
    crm.close()
