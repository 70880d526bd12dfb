"""How SPS works an order off: which steps, what a failure asks for, how it is undone. Tables and pure functions.

An order's progress: ``{"todo": [step ...], "done": [step ...], "ending": state, "round": n, "reason": {...}}``.
The first of ``todo`` is the step at work.
"""

from __future__ import annotations

from collections.abc import Mapping

from mocks.store import Body

ACKNOWLEDGED, WORKING, DONE, RETURNED, FAILED, CANCELLED, UNKNOWN = "10A", "10P", "10C", "10R", "10F", "10X", "00N"
FINAL = frozenset({DONE, RETURNED, FAILED, CANCELLED, "10N"})

INSTALL, REMOVE, MOVE, NUMBER, TRANSFER, SUSPEND, RESUME = "01", "02", "03", "05", "08", "09", "10"
BESIDE = frozenset({SUSPEND, RESUME})
"""Work that may be done beside an open order, as long as that one has not begun in the network."""

_FIELD = ("FTTH", "ADSL")
"""Products that are built at the customer's."""
STEPS: Mapping[tuple[str, str], tuple[str, ...]] = {
    (INSTALL, "*"): ("allot", "activate", "occupy"),
    (REMOVE, "*"): ("preRelease", "deactivate"),
    (MOVE, "*"): ("allot", "change", "occupy", "preRelease"),
    **{(INSTALL, product): ("allot", "dispatch", "activate", "occupy") for product in _FIELD},
    **{(REMOVE, product): ("preRelease", "deactivate", "recover") for product in _FIELD},
    **{(MOVE, product): ("allot", "dispatch", "change", "occupy", "preRelease") for product in _FIELD},
    (NUMBER, "*"): ("change", "occupy", "preRelease"),
    (TRANSFER, "*"): (),
}
"""(work type, product) -> steps in order. Every other work type changes something in the network only. What is
pre-released here is given back when the whole order is through: until then it can be had again."""

NETWORK = frozenset({"activate", "change", "deactivate"})
ASIDE = frozenset({"recover"})
"""Steps that nobody waits for: field work with a due date of its own."""

MILESTONES: Mapping[tuple[str, str], str] = {(REMOVE, "deactivate"): "serviceStopped"}
"""(work type, step) -> what the one who ordered is told as soon as the step is done."""

UNDO: Mapping[str, str] = {
    "allot": "release",
    "activate": "deactivate",
    "change": "restore",
    "preRelease": "reoccupy",
    "deactivate": "reactivate",
    "recover": "callOff",
}
"""Step done -> step that takes it back; what is missing here needs no undoing."""

NO_FACILITY = "R1"
REASONS: Mapping[str, str] = {"noFacility": NO_FACILITY, "wrongAddress": "R2", "customer": "R3", "equipment": "R4"}
ROUNDS = 2
"""How often in all an order is worked when the field finds no facility."""
TRIES = 5
"""How often a step back is sent when it is refused; then it is left, and stands in the findings."""

WIRE: Mapping[str, tuple[str, str]] = {
    "allot": ("resourceOrder", "ALT"),
    "occupy": ("resourceOrder", "OCC"),
    "reoccupy": ("resourceOrder", "OCC"),
    "preRelease": ("resourceOrder", "PRE"),
    "release": ("resourceOrder", "REL"),
    "dispatch": ("workOrder", "NEW"),
    "recover": ("workOrder", "NEW"),
    "recall": ("workOrder", "CAN"),
    "callOff": ("workOrder", "CAN"),
    "activate": ("activationOrder", "OPEN"),
    "reactivate": ("activationOrder", "OPEN"),
    "deactivate": ("activationOrder", "CLOSE"),
    "change": ("activationOrder", "MODIFY"),
    "restore": ("activationOrder", "MODIFY"),
}
"""Step -> (operation at the hub, operType)."""


def begin(work: str, product: str) -> Body:
    steps = STEPS.get((work, product), STEPS.get((work, "*"), ("change",)))
    return {"todo": list(steps), "done": [], "ending": DONE, "round": 1, "reason": {}}


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


def in_network(flow: Body) -> bool:
    """The network step of an order is under way or done."""
    return bool(NETWORK & {*flow["done"], *flow["todo"][:1]})


def succeeded(flow: Body) -> Body:
    """The step at work is done."""
    step, *todo = flow["todo"]
    done = [s for s in flow["done"] if UNDO.get(s) != step]
    return flow | {"todo": todo, "done": [*done, step], "tries": 0}


def failed(flow: Body, state: str, reason: Body) -> Body:
    """The step at work was refused or came back: once more with another facility, or everything back."""
    step, *rest = flow["todo"]
    if flow["ending"] != DONE:
        return _failed_on_the_way_back(flow, step, rest)
    if step == "dispatch" and reason.get("reasonClass") == NO_FACILITY and flow["round"] < ROUNDS:
        return flow | {"todo": ["release", "allot", step, *rest], "round": flow["round"] + 1, "reason": reason}
    ending = RETURNED if state == RETURNED else FAILED
    return flow | {"todo": undoing(flow["done"]), "ending": ending, "reason": reason}


def _failed_on_the_way_back(flow: Body, step: str, rest: list[str]) -> Body:
    if flow.get("cancelled"):  # it was still on the way forward when the order was given up
        return flow | {"todo": rest}
    if step == "callOff":  # the field was quicker: it has to build up again what it took away
        return flow | {"todo": ["dispatch", *rest]}
    tries = flow.get("tries", 0) + 1
    if tries < TRIES:
        return flow | {"tries": tries}
    return flow | {"todo": rest, "tries": 0, "left": [*flow.get("left", []), step]}


def cancelled(flow: Body) -> Body:
    """The order is taken back; a step at work is waited for and then undone too (see ``settle``)."""
    if flow["ending"] != DONE:
        return flow | {"ending": CANCELLED}
    return flow | {"todo": flow["todo"][:1], "ending": CANCELLED, "cancelled": True}


def settle(flow: Body) -> Body:
    """A cancelled order whose last step has ended: now take back what it did."""
    if flow.get("cancelled") and not flow["todo"]:
        return flow | {"todo": undoing(flow["done"]), "cancelled": False}
    return flow
