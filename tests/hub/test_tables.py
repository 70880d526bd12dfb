"""The tables: lifecycle and failure policy. Each is closed and says what design.md says."""

from __future__ import annotations

import itertools

import pytest

from hub import errors, lifecycle, policy
from hub.policy import Situation
from interfaces.failure import CODES, Failure

RULES = policy.bundled()


def reachable(table: dict[tuple[str, str], str], start: str) -> set[str]:
    seen, todo = {start}, [start]
    while todo:
        state = todo.pop()
        for (source, _), target in table.items():
            if source == state and target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def test_every_order_state_is_reachable_and_end_states_have_no_way_out() -> None:
    states = {s for s, _ in lifecycle.ORDER} | set(lifecycle.ORDER.values())
    assert reachable(lifecycle.ORDER, "queued") == states
    assert not lifecycle.ORDER_END & {s for s, _ in lifecycle.ORDER}
    assert set(lifecycle.TMF622) == states


def test_from_every_open_order_state_an_end_can_be_reached() -> None:
    for state in {s for s, _ in lifecycle.ORDER}:
        assert reachable(lifecycle.ORDER, state) & lifecycle.ORDER_END


def test_every_task_state_is_reachable() -> None:
    states = {s for s, _ in lifecycle.TASK} | set(lifecycle.TASK.values())
    assert reachable(lifecycle.TASK, "pending") == states


def test_a_move_the_table_does_not_have_says_what_is_possible() -> None:
    with pytest.raises(Failure) as refused:
        lifecycle.move(lifecycle.ORDER, "completed", "cancel", where="ord_1")
    assert refused.value.code == "conflict"
    assert refused.value.where == "ord_1"


def test_policy_decides_every_situation() -> None:
    kinds, modes, flags = ("do", "undo", "notify"), ("send", "ask"), (True, False)
    for code, kind, mode, idem, probe, n in itertools.product(CODES, kinds, modes, flags, flags, (1, 50)):
        assert RULES.decide(Situation(code, n, mode, kind, idem, probe)).then


@pytest.mark.parametrize("kind", ["do", "undo"])
def test_a_business_refusal_is_never_retried(kind: str) -> None:
    assert RULES.decide(Situation("rejected", 1, kind=kind)).then in ("refuse", "fallout")


def test_unreachable_is_retried_for_ever_with_growing_delay() -> None:
    delays = [RULES.decide(Situation("unavailable", n)).delay for n in (1, 2, 3, 4, 5, 6, 500)]
    assert delays == sorted(delays)
    assert delays[-1] == RULES.backoff.most


@pytest.mark.parametrize(
    ("idempotent", "probe", "then"),
    [(True, True, "again"), (True, False, "again"), (False, True, "ask"), (False, False, "fallout")],
)
def test_an_unknown_outcome_is_repeated_only_where_that_is_safe(idempotent: bool, probe: bool, then: str) -> None:
    assert RULES.decide(Situation("timeout", 1, idempotent=idempotent, probe=probe)).then == then


def test_asking_leads_to_sending_only_when_the_peer_surely_did_nothing() -> None:
    assert RULES.decide(Situation("not_found", 1, mode="ask")).then == "send"
    for code in set(CODES) - {"not_found"}:
        assert RULES.decide(Situation(code, 99, mode="ask")).then in ("again", "fallout")


def test_every_failure_code_has_its_wire_codes() -> None:
    assert set(errors.CODES) == set(CODES)
    assert errors.wire_codes(Failure("invalid", "x", reason="header")).contract_root == "9002"
    assert errors.wire_codes(Failure("timeout", "x", reason="reply")).contract_root == "9004"


def test_durations_are_read_with_their_unit() -> None:
    assert policy.duration("1500ms") == 1_500_000
    with pytest.raises(ValueError, match="500ms"):
        policy.duration("15")
