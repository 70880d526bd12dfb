"""States of orders, tasks and interface versions move only by these tables.

The diagrams in the docs are drawn from them.

Order states      queued     waits for an earlier order of its lane
                  running    tasks are under way
                  fallout    at least one task needs a person
                  undoing    what was done is being taken back; ``outcome`` says where it leads
                  held       parked by a person or a date
                  completed, failed, cancelled     terminal

Task states       pending    waits for other tasks
                  ready      due at ``due_at``
                  sending    leased by a worker
                  waiting    acknowledged, the outcome comes as a callback
                  fallout    needs a person
                  completed, skipped, failed (refused, nothing done), cancelled (never sent), undone     terminal

Interface version draft      kept unexamined, may still change
                  registered examined; its content never changes again
                  active     in force: all that is new is bound to it; one at most of an interface
                  deprecated orders in flight keep it; still in force where no version is active
                  retired    kept to read what was said by it, never used again
"""

from __future__ import annotations

from interfaces.failure import Failure

ORDER: dict[tuple[str, str], str] = {
    ("queued", "start"): "running",
    ("queued", "cancel"): "cancelled",
    ("running", "stuck"): "fallout",
    ("running", "fail"): "undoing",
    ("running", "cancel"): "undoing",
    ("running", "hold"): "held",
    ("running", "complete"): "completed",
    ("held", "release"): "running",
    ("held", "cancel"): "undoing",
    ("fallout", "stuck"): "fallout",
    ("fallout", "resume"): "running",
    ("fallout", "resume_undo"): "undoing",
    ("fallout", "fail"): "undoing",
    ("fallout", "cancel"): "undoing",
    ("undoing", "stuck"): "fallout",
    ("undoing", "undone_failed"): "failed",
    ("undoing", "undone_cancelled"): "cancelled",
}

TASK: dict[tuple[str, str], str] = {
    ("pending", "release"): "ready",
    ("pending", "cancel"): "cancelled",
    ("ready", "claim"): "sending",
    ("ready", "cancel"): "cancelled",
    ("ready", "answered"): "completed",  # a callback overtook the retry
    ("ready", "refused"): "failed",
    ("ready", "stuck"): "fallout",
    ("sending", "claim"): "sending",  # the lease ran out, somebody else takes over
    ("sending", "answered"): "completed",
    ("sending", "acknowledged"): "waiting",
    ("sending", "again"): "ready",  # later, or ask the peer first
    ("sending", "refused"): "failed",
    ("sending", "stuck"): "fallout",
    ("waiting", "answered"): "completed",
    ("waiting", "refused"): "failed",
    ("waiting", "again"): "ready",
    ("waiting", "stuck"): "fallout",
    ("waiting", "undone"): "undone",
    ("fallout", "retry"): "ready",
    ("fallout", "skip"): "skipped",
    ("fallout", "complete"): "completed",
    ("fallout", "answered"): "completed",  # the late callback came after all
    ("fallout", "refused"): "failed",
    ("fallout", "stuck"): "fallout",
    ("fallout", "give_up"): "failed",
    ("fallout", "undone"): "undone",
    ("completed", "undone"): "undone",
}

START = "[*]"
"""Not there yet."""

VERSION: dict[tuple[str, str], str] = {
    (START, "save"): "draft",
    (START, "register"): "registered",
    ("draft", "save"): "draft",
    ("draft", "register"): "registered",
    ("draft", "retire"): "retired",
    ("registered", "activate"): "active",
    ("registered", "retire"): "retired",
    ("active", "supersede"): "deprecated",  # another version was activated
    ("active", "deprecate"): "deprecated",
    ("active", "retire"): "retired",
    ("deprecated", "activate"): "active",  # back to what worked
    ("deprecated", "retire"): "retired",
}

ORDER_END = frozenset({"completed", "failed", "cancelled"})
TASK_END = frozenset({"completed", "skipped", "failed", "cancelled", "undone"})
TASK_DONE = frozenset({"completed", "skipped"})

# design.md section 9, reached states; TMF622 states for the same
REACHED: dict[str, str] = {
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
    "held": "held",
    "fallout": "fallout",
}
TMF622: dict[str, str] = {
    "queued": "pending",
    "running": "inProgress",
    "fallout": "inProgress",
    "undoing": "inProgress",
    "held": "held",
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}


def move(table: dict[tuple[str, str], str], state: str, event: str, where: str = "") -> str:
    """The next state; Failure ``conflict`` when the table has no such move."""
    try:
        return table[state, event]
    except KeyError:
        allowed = sorted(e for s, e in table if s == state)
        raise Failure(
            "conflict",
            f"{event!r} is not possible in state {state!r}",
            where=where,
            advice=f"possible here: {', '.join(allowed) or 'nothing, this is an end state'}",
        ) from None


def mermaid(table: dict[tuple[str, str], str]) -> str:
    """The table as a Mermaid state diagram: one arrow per pair of states with all events that lead there."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, event), target in table.items():
        arrows.setdefault((state, target), []).append(event)
    moves = [f"{state} --> {target}: {', '.join(events)}" for (state, target), events in arrows.items()]
    ends = [f"{state} --> [*]" for state in dict.fromkeys(table.values()) if not any(s == state for s, _ in table)]
    return "\n  ".join(["stateDiagram-v2", *moves, *ends])
