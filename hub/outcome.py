"""What an attempt came to: one write that moves the task, its order, the breaker and the journal together."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from hub import breaker, case, ending, journal, policy
from hub.case import Case
from hub.clock import store_now
from hub.failpoint import failpoint
from hub.lifecycle import TASK_END
from interfaces.clock import Clock
from interfaces.failure import Failure
from interfaces.message import Body

Row = dict[str, Any]
GOOD = frozenset({"completed", "received", "duplicate"})  # of a result; of the word that an event has arrived
UNKNOWN = frozenset({"notFound", "unknown"})
PENDING = frozenset({"acknowledged", "inProgress", "held"})


@dataclass(slots=True)
class Outcome:
    """One attempt's end, or one callback.

    fence        the claim it belongs to; a later claim makes it void. None = a callback, which holds no lease
    event        answered | acknowledged | progress (a step on the way, of ``output``) | failed
    output       canonical reply or callback body: with ``failed`` it is the peer's own no, not a failure to reach it
    failure      for ``failed``
    was_sent     an earlier attempt may have reached the peer
    facts        what policy needs to know: idempotent, probe (from the operation), deadline (microseconds of waiting)
    rows         journal rows to keep with it, whatever becomes of it
    """

    order_id: str
    task_id: str
    event: str
    fence: int | None = None
    output: Body = field(default_factory=dict)
    failure: Failure | None = None
    was_sent: bool = False
    idempotent: bool = False
    probe: bool = False
    reply_within: int = 0
    reply_real: bool = False
    attempted: bool = True
    rows: list[Row] = field(default_factory=list)


class Outcomes:
    """The write. ``apply`` is what ``Store.submit`` takes; results: True = it counted, False = it came too late."""

    def __init__(self, clock: Clock, rules: policy.Policy, ending: ending.Ending) -> None:
        self._clock = clock
        self._rules = rules
        self._ending = ending

    def apply(self, connection: sa.Connection, batch: Sequence[Outcome]) -> list[bool]:
        now, real = self._clock.now(), store_now(connection)
        cases = case.load(connection, (o.order_id for o in batch), now)
        counted = [self._one(cases[o.order_id], o, real) for o in batch]
        self.settle(connection, cases.values())
        journal.append(connection, [row for o in batch for row in o.rows])
        breaker.note(connection, list(_attempts(batch, cases)), now, real)
        return counted

    def settle(self, connection: sa.Connection, cases: Any) -> None:
        """Let each order go on as far as its tables say, then save; orders that ended let their lanes go on."""
        cases = list(cases)
        for one in cases:
            one.advance()
        self._ending.finish(connection, [c for c in cases if c.ended])
        case.save_all(connection, cases)
        self._ending.start_next(connection, [c for c in cases if c.ended])

    def _one(self, one: Case, outcome: Outcome, real: int) -> bool:
        task = one.task(outcome.task_id)
        if task["state"] in TASK_END:
            return False
        if outcome.fence is not None and (task["fence"] != outcome.fence or task["state"] not in _HELD):
            return False
        if outcome.event == "failed":
            assert outcome.failure is not None
            self._failed(one, task, outcome, outcome.failure)
        elif outcome.event == "acknowledged":
            self._acknowledged(one, task, outcome, real)
        elif outcome.event == "progress":
            task["output"] = case.with_milestone(task, outcome.output)
        else:
            self._answered(one, task, outcome)
        return True

    def _answered(self, one: Case, task: Row, outcome: Outcome) -> None:
        if task["state"] == "fallout":
            one.resolved.append((task["id"], "answered", "peer"))
        one.move_task(task, "answered", output=outcome.output, reason="", failure=None, **_RELEASED)

    def _acknowledged(self, one: Case, task: Row, outcome: Outcome, real: int) -> None:
        now = real if outcome.reply_real else one.now
        one.move_task(
            task,
            "acknowledged",
            **_RELEASED
            | {
                "deadline_at": now + outcome.reply_within,
                "deadline_real": int(outcome.reply_real),
                "reason": f"{task['peer']} has it, waiting for its outcome",
                "mode": "send",
            },
        )

    def _failed(self, one: Case, task: Row, outcome: Outcome, failure: Failure) -> None:
        attempt = _in_a_row(task, failure)
        decision = self._rules.decide(
            policy.Situation(
                code=failure.code,
                attempt=attempt,
                # a peer that was asked and says no has answered the question: the no is of the request itself
                mode="send" if failure.code == "rejected" and outcome.output else task["mode"],
                kind=task["kind"],
                idempotent=outcome.idempotent,
                probe=outcome.probe,
                draw=random.random(),
            )
        )
        says = f"{task['peer']}: {failure.message}"
        changes = {"failure": failure.to_json(), "reason": says, "attempt": attempt, **_RELEASED}
        sent = _sent_after(task, outcome, failure, decision)
        match decision.then:
            case "again" | "send":
                mode = "send" if decision.then == "send" else task["mode"]
                one.move_task(task, "again", due_at=one.now + decision.delay, mode=mode, sent=sent, **changes)
            case "ask":
                one.move_task(task, "again", due_at=one.now, sent=sent, **changes | {"mode": "ask", "attempt": 0})
            case "refuse" if one.past_return() and task["kind"] == "do":
                changes["reason"] = f"{says} (the point of no return is passed: {one.past_return()})"
                self._stuck(one, task, "refused", sent, failure, changes)
            case "refuse" | "give_up":
                if task["state"] == "fallout":
                    one.resolved.append((task["id"], "refused", "peer"))
                one.move_task(task, "refused", output=outcome.output or None, sent=0, **changes)
            case "fallout":
                self._stuck(one, task, decision.category, sent, failure, changes)

    def _stuck(self, one: Case, task: Row, category: str, sent: int, failure: Failure, changes: Row) -> None:
        known = task["state"] == "fallout"
        one.move_task(task, "stuck", sent=sent, **changes)
        if not known:
            one.open_fallout(task, category, failure.to_json())


_RELEASED: Row = {"lease_owner": "", "lease_until": 0, "deadline_at": 0}
_NOTHING_DONE = frozenset({"unavailable", "throttled"})
_HELD = frozenset({"sending", "waiting"})  # a claim holds the task until its wait is over


def _in_a_row(task: Row, failure: Failure) -> int:
    """How often it came to this, from 1: a peer that was out of reach for an hour has used up no other patience."""
    before = (task["failure"] or {}).get("code", failure.code)
    return max(task["attempt"], 1) if before == failure.code else 1


def _sent_after(task: Row, outcome: Outcome, failure: Failure, decision: policy.Decision) -> int:
    """Whether the peer may have done it: an attempt that surely did nothing forgets itself, not the ones before it."""
    if decision.then == "send":
        return 0
    if failure.code in _NOTHING_DONE and task["mode"] == "send":
        return int(outcome.was_sent)
    return int(task["sent"])


def _attempts(batch: Sequence[Outcome], cases: dict[str, Case]) -> Any:
    for outcome in batch:
        if outcome.attempted and outcome.fence is not None:
            peer = cases[outcome.order_id].task(outcome.task_id)["peer"]
            reached = outcome.failure is None or outcome.failure.code not in ("unavailable", "timeout")
            if reached or (outcome.failure and outcome.failure.code == "unavailable"):
                yield breaker.Attempt(peer, reached, outcome.failure.message if outcome.failure else "")


def takes_back(task: Row) -> bool:
    """The task is an undo or a cancel: ``cancelled`` is what it wants."""
    return bool(task["kind"] == "undo" or task["operation"] == "cancel")


def judged(order_id: str, task_id: str, body: Body, undoing: bool = False, **more: Any) -> Outcome:
    """An outcome from a canonical result or event body: its ``state`` says which.

    ``undoing``: what the task ``takes_back``.
    """
    state = body.get("state", "completed")
    if state in GOOD or (undoing and state == "cancelled"):
        return Outcome(order_id, task_id, "answered", output=body, **more)
    if state in PENDING:
        return Outcome(order_id, task_id, "acknowledged", output=body, **more)
    if state in UNKNOWN:
        failure = Failure("not_found", "the peer does not know this request: surely not done")
        return Outcome(order_id, task_id, "failed", output=body, failure=failure, **more)
    return Outcome(order_id, task_id, "failed", output=body, failure=refusal(body), **more)


def refusal(body: Body) -> Failure:
    """A business refusal out of a canonical body, in the peer's own words."""
    reason = body.get("reason", {})
    text = reason.get("text") or reason.get("class") or body.get("state", "refused")
    return Failure(
        "rejected", str(text), detail={k: str(v) for k, v in reason.items()} | {"state": body.get("state", "")}
    )


__all__ = ["Outcome", "Outcomes", "failpoint", "judged", "refusal", "takes_back"]
