"""How SPS works an order off: which steps, what a failure asks for, how it is undone. Tables and pure functions.

An order's progress: ``{"todo": [step ...], "done": [step ...], "ending": state, "round": n, "reason": {...}}``.
The first of ``todo`` is the step at work.
"""

from __future__ import annotations

from collections.abc import Mapping

from mocks.store import Body

ACKNOWLEDGED, WORKING, DONE, RETURNED, FAILED, CANCELLED, UNKNOWN = "10A", "10P", "10C", "10R", "10F", "10X", "00N"
FINAL = frozenset({DONE, RETURNED, FAILED, CANCELLED, "10N"})

STEPS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("01", "FTTH"): ("allot", "dispatch", "activate", "occupy"),
    ("01", "ADSL"): ("allot", "dispatch", "activate", "occupy"),
    ("01", "VOICE"): ("allot", "activate", "occupy"),
    ("01", "PHS"): ("allot", "activate", "occupy"),
    ("02", "FTTH"): ("preRelease", "deactivate", "release"),
    ("02", "ADSL"): ("preRelease", "deactivate", "release"),
    ("02", "VOICE"): ("preRelease", "deactivate", "release"),
    ("02", "PHS"): ("preRelease", "deactivate", "release"),
}
"""(work type, product) -> steps in order. Every other work type changes something in the network only."""

UNDO: Mapping[str, str] = {"allot": "release", "activate": "deactivate"}
"""Step done -> step that takes it back; what is missing here needs no undoing."""

NO_FACILITY = "R1"
REASONS: Mapping[str, str] = {"noFacility": NO_FACILITY, "wrongAddress": "R2", "customer": "R3", "equipment": "R4"}
ROUNDS = 2
"""How often in all an order is worked when the field finds no facility."""

WIRE: Mapping[str, tuple[str, str]] = {
    "allot": ("resourceOrder", "ALT"),
    "occupy": ("resourceOrder", "OCC"),
    "preRelease": ("resourceOrder", "PRE"),
    "release": ("resourceOrder", "REL"),
    "dispatch": ("workOrder", "NEW"),
    "recall": ("workOrder", "CAN"),
    "activate": ("activationOrder", "OPEN"),
    "deactivate": ("activationOrder", "CLOSE"),
    "change": ("activationOrder", "MODIFY"),
}
"""Step -> (operation at the hub, operType)."""


def begin(work: str, product: str) -> Body:
    steps = list(STEPS.get((work, product), ("change",)))
    return {"todo": steps, "done": [], "ending": DONE, "round": 1, "reason": {}}


def returned(name: str) -> Body:
    """An order that comes back before anything was done for it; ``name`` is the reason class in plain words."""
    reason = {
        "reasonCode": f"S-{name}",
        "reasonClass": REASONS.get(name, "R9"),
        "reasonText": "returned by provisioning",
    }
    return {"todo": [], "done": [], "ending": RETURNED, "round": 1, "reason": reason}


def undoing(done: list[str]) -> list[str]:
    """What takes ``done`` back, last first."""
    return [UNDO[step] for step in reversed(done) if step in UNDO]


def succeeded(flow: Body) -> Body:
    """The step at work is done."""
    step, *todo = flow["todo"]
    done = [s for s in flow["done"] if UNDO.get(s) != step]
    return flow | {"todo": todo, "done": [*done, step]}


def failed(flow: Body, state: str, reason: Body) -> Body:
    """The step at work was refused or came back: once more with another facility, or everything back."""
    step, *rest = flow["todo"]
    if flow["ending"] != DONE:  # already on the way back: note it and go on
        return flow | {"todo": rest}
    if step == "dispatch" and reason.get("reasonClass") == NO_FACILITY and flow["round"] < ROUNDS:
        return flow | {"todo": ["release", "allot", step, *rest], "round": flow["round"] + 1, "reason": reason}
    ending = RETURNED if state == RETURNED else FAILED
    return flow | {"todo": undoing(flow["done"]), "ending": ending, "reason": reason}


def cancelled(flow: Body) -> Body:
    """The order is taken back; a step at work is waited for and then undone too (see ``settle``)."""
    at_work = flow["todo"][:1] if flow["ending"] == DONE else flow["todo"]
    return flow | {"todo": at_work, "ending": CANCELLED, "cancelled": True}


def settle(flow: Body) -> Body:
    """A cancelled order whose last step has ended: now take back what it did."""
    if flow.get("cancelled") and not flow["todo"]:
        return flow | {"todo": undoing(flow["done"]), "cancelled": False}
    return flow
