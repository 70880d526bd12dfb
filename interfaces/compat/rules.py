"""The compatibility table as data.

Between two versions there are two mixed pairs: the new writer with the old reader, and the old writer with the new
reader. Which of them meets when the hub is rolled out first, and which when the peer is, depends on who writes the
message. So a rule says what becomes of each pair, and the direction does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, NamedTuple

Effect = Literal["ok", "maybe", "break"]
Size = Literal["patch", "minor", "major"]
SIZES: Final[tuple[Size, ...]] = ("patch", "minor", "major")
_WORST: Final[tuple[Effect, ...]] = ("ok", "maybe", "break")


class Rule(NamedTuple):
    """new_writer: the new writer with the old reader; old_writer: the old one with the new reader. size: of the version
    step it asks for. what: changed. advice: what to do."""

    new_writer: Effect
    old_writer: Effect
    size: Size
    what: str
    advice: str


_TOGETHER = "roll out both sides together, or give the new form an operation of its own"
_READERS = "roll out whoever reads this message first"
_WRITERS = "roll out whoever writes this message first"

RULES: Final[Mapping[str, Rule]] = {
    # fields of a message: schemas are strict, what a reader does not know it refuses
    "field-added-optional": Rule("break", "ok", "minor", "an optional field more", _READERS),
    "field-added-required": Rule(
        "break", "break", "major", "a required field more", "make it optional, or " + _TOGETHER
    ),
    "field-removed-optional": Rule("ok", "break", "major", "an optional field less", _WRITERS),
    "field-removed-required": Rule("break", "break", "major", "a required field less", _TOGETHER),
    "field-now-required": Rule(
        "ok",
        "break",
        "major",
        "an optional field must now be there",
        _WRITERS + ", and see that a row or a default fills it always",
    ),
    "field-now-optional": Rule("break", "ok", "major", "a required field may now be absent", _READERS),
    "field-now-many": Rule("break", "ok", "major", "a single field may now be repeated", _READERS),
    "field-now-single": Rule("ok", "break", "major", "a repeated field is now single", _WRITERS),
    "value-widened": Rule(
        "break",
        "ok",
        "minor",
        "more values, a longer text, a larger range",
        _READERS + ", and see that code lists know the new values",
    ),
    "value-narrowed": Rule(
        "ok",
        "break",
        "major",
        "fewer values, a shorter text, a smaller range",
        _WRITERS + ", and see that no value sent today is refused",
    ),
    "pattern-changed": Rule(
        "maybe", "maybe", "major", "another pattern", "try the values of both patterns against the other"
    ),
    "type-changed": Rule("break", "break", "major", "another type", _TOGETHER),
    "order-changed": Rule(
        "break", "break", "major", "the same elements in another order", "add fields at the end of their group"
    ),
    "name-changed": Rule("break", "break", "major", "another namespace or name of an element", _TOGETHER),
    # the agreement itself
    "operation-added": Rule("break", "ok", "minor", "an operation more", "call it only where the other side serves it"),
    "operation-removed": Rule("ok", "break", "major", "an operation less", "stop calling it first"),
    "pattern-of-exchange-changed": Rule(
        "break", "break", "major", "another pattern, role or reply of an operation", _TOGETHER
    ),
    "transport-changed": Rule(
        "break",
        "break",
        "major",
        "another transport, envelope, address part, action, style or charset",
        "give the new transport an interface of its own",
    ),
    "correlation-changed": Rule(
        "break",
        "break",
        "major",
        "answers are matched otherwise",
        "let orders in flight end first: their answers find nobody",
    ),
    "canonical-type-changed": Rule(
        "break",
        "break",
        "major",
        "another canonical type, or version of it",
        "prove every interface that uses the type",
    ),
    # meaning, where no schema tells
    "code-remapped": Rule(
        "break",
        "break",
        "major",
        "a canonical code has another wire code",
        "choose a new code: wrong data would be read, unnoticed",
    ),
    "code-added": Rule("maybe", "ok", "minor", "a code more", _READERS),
    "code-unmapped": Rule(
        "break",
        "break",
        "major",
        "the contract has a new value that the code list lacks",
        "add the value to the list, or under also: where it is only read",
    ),
    "read-field-gone": Rule(
        "maybe", "ok", "major", "a field that a row reads no longer comes", "give the row a default-in, or take it out"
    ),
    "code-removed": Rule("ok", "maybe", "major", "a code less", "see that no order in flight has it"),
    "row-added": Rule("ok", "ok", "minor", "a mapping row more", "prove the spec; the field is carried from now on"),
    "row-removed": Rule(
        "maybe", "maybe", "major", "a mapping row less", "see that nobody needs what is no longer carried"
    ),
    "row-changed": Rule(
        "maybe",
        "maybe",
        "major",
        "another converter or option of a row",
        "replay recorded messages through both versions",
    ),
    "idempotency-lost": Rule(
        "maybe",
        "maybe",
        "major",
        "the peer no longer honours our key",
        "name a probe: nobody could say what a time-out did",
    ),
    "idempotency-gained": Rule(
        "ok",
        "maybe",
        "minor",
        "the peer honours our key from now on",
        "see that the peer in service honours the key already",
    ),
    "probe-removed": Rule(
        "maybe",
        "maybe",
        "minor",
        "the peer can no longer be asked what became of a request",
        "say idempotent: true, or keep a probe",
    ),
    "deadline-shorter": Rule(
        "ok", "maybe", "patch", "the hub waits less long", "compare with the time the peer takes today"
    ),
    "sla-worse": Rule(
        "ok", "maybe", "patch", "the other side promises less", "compare with timing and with what depends on it"
    ),
    "fault-added": Rule(
        "maybe",
        "ok",
        "minor",
        "the contract declares a fault that no error row matches",
        "add a row to errors.exchange; until then it is an unknown failure",
    ),
    "error-changed": Rule(
        "maybe",
        "maybe",
        "minor",
        "a partner's code means something else, or is new or gone in the error table",
        "see what becomes of the orders that meet this code",
    ),
    "less-masked": Rule(
        "ok",
        "ok",
        "major",
        "something personal is no longer hidden",
        "keep the mark unless the field is no longer personal",
    ),
    "settings-changed": Rule("ok", "ok", "patch", "settings that only we see: dead letters, polling", "nothing"),
    "words-changed": Rule("ok", "ok", "patch", "title, owner or examples", "nothing"),
    "version-too-small": Rule(
        "ok",
        "ok",
        "patch",
        "the version number grew less than the changes ask",
        "raise the version as the findings ask",
    ),
    "proof-worse": Rule(
        "maybe", "maybe", "major", "the new version is proved less well", "mend the rows, or say lossy: why"
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """where: ``operation request path``. hub_first, peer_first: what becomes of messages while only that side has the
    new version."""

    rule: str
    where: str
    old: str
    new: str
    hub_first: Effect
    peer_first: Effect
    size: Size
    advice: str

    @property
    def worst(self) -> Effect:
        return max(self.hub_first, self.peer_first, key=_WORST.index)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"worst": self.worst}


def finding(rule: str, where: str, old: object, new: object, hub_writes: bool, unused: bool = False) -> Finding:
    """``hub_writes``: who writes the message it is about. ``unused``: no row of the hub writes the field."""
    made = RULES[rule]
    hub_first, peer_first = made[:2] if hub_writes else (made.old_writer, made.new_writer)
    if unused and hub_writes:  # what is never written cannot be refused
        hub_first, peer_first = "ok", "ok"
    return Finding(rule, where, _text(old), _text(new), hub_first, peer_first, made.size, made.advice)


def _text(value: object) -> str:
    return "" if value is None else str(value)[:200]
