"""Laws that every plan keeps, whatever was ordered."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm_core.catalogue import bundled_catalogue
from crm_core.order import check, decompose
from interfaces.canonical import validator
from tests.crm_core.orders import CONTACT, CUSTOMER, NEW_NETWORK, OLD_NETWORK, ids, item, order, stamped

NETWORKS = st.sampled_from([NEW_NETWORK, OLD_NETWORK])
SOUND = st.builds(
    item,
    st.sampled_from(sorted(bundled_catalogue().offerings)),
    number=st.sampled_from(["", "0571-80001234"]),
    ADDRESS_ID=st.just("330100-ADDR-0042"),
)
TEXT = st.text(min_size=1, max_size=8)
ODD = st.fixed_dictionaries(
    {"id": TEXT, "action": st.sampled_from(["add", "modify", "delete", "noChange"])},
    optional={
        "businessAction": st.sampled_from(["install", "remove", "move"]),
        "productOffering": st.fixed_dictionaries({"id": st.sampled_from(["FTTH-300M", "VOICE", "?"])}),
        "product": st.fixed_dictionaries(
            {},
            optional={
                "id": TEXT,
                "serviceNumber": TEXT,
                "productCharacteristic": st.lists(
                    st.fixed_dictionaries(
                        {
                            "name": st.sampled_from(["SPEED", "ADDRESS_ID", "?"]),
                            "value": TEXT | st.integers() | st.booleans() | st.floats(allow_nan=False),
                        }
                    ),
                    max_size=3,
                ),
            },
        ),
    },
)
PARTIES = st.sampled_from([[], [CUSTOMER], [CUSTOMER, CONTACT], [{"role": "customer", "name": "新示例"}]])
PARTS = st.fixed_dictionaries(
    {"relatedParty": PARTIES},
    optional={
        "billingAccount": st.just({"id": "A1"}),
        "appointment": st.just({"date": "2026-10-15", "slot": "AM"}),
        "requestedCompletionDate": st.just("2026-10-20T00:00:00+08:00"),
        "priority": st.sampled_from(["1", "9"]),
    },
)


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    items = draw(st.lists(SOUND | ODD, min_size=1, max_size=3))
    return order(*[{**wanted, "id": str(n)} for n, wanted in enumerate(items)], **draw(PARTS))


@given(orders(), NETWORKS)
def test_check_judges_every_order_and_a_plan_follows_when_it_finds_nothing(
    body: dict[str, Any], network: dict[str, frozenset[str]]
) -> None:
    if check(body, bundled_catalogue(), "8330100", network.get) == []:
        made = decompose(body, bundled_catalogue(), network.get, ids)
        assert made.tasks


@given(st.lists(SOUND, min_size=1, max_size=3), NETWORKS)
def test_a_plan_is_ordered_reads_only_what_is_before_and_can_be_undone(
    items: list[dict[str, Any]], network: dict[str, frozenset[str]]
) -> None:
    made = decompose(order(*items), bundled_catalogue(), network.get, ids)

    before: set[str] = set()
    for task in made.tasks:
        assert set(task.after) <= before, "acyclic: every task comes after tasks already listed"
        assert {i.task for i in task.inputs} <= before | {"order"}
        assert task.undo is not None
        assert {i.task for i in task.undo.inputs} <= before | {task.name, "order"}
        assert task.name not in before
        assert network.get(task.function) is not None
        before.add(task.name)


@given(st.lists(SOUND, min_size=1, max_size=2), PARTS.filter(lambda parts: parts["relatedParty"]), NETWORKS)
def test_every_body_is_canonical_once_the_engine_added_its_part(
    items: list[dict[str, Any]], parts: dict[str, Any], network: dict[str, frozenset[str]]
) -> None:
    made = decompose(order(*items, **parts), bundled_catalogue(), network.get, ids)

    for task in made.tasks:
        assert validator(task.type).check(stamped(task.type, task.body)) == []
        assert task.undo is not None
        assert validator(task.undo.type).check(stamped(task.undo.type, task.undo.body)) == []
