"""Behaviours and faults as data: which request meets which mishap, how often.

A rule: ``{"operation": "dispatch" | "*", "value": "<any leaf of the request equals this>", "do": "return",
"times": 1, "args": {...}}``. The oldest matching rule is taken; ``times`` -1 means always; no ``value``, or
``"*"``, = any request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from interfaces.failure import Failure
from mocks.store import Body, Tx, dumps

DO: Mapping[str, str] = {
    # business
    "refuse": "answers with a business refusal (args: code, text)",
    "return": "field work or order comes back undone (args: class, code, text)",
    # was it done or not?
    "timeout_but_done": "does it and never answers (args: seconds the line is held)",
    "timeout_not_done": "does nothing and never answers (args: seconds)",
    "http_503": "does nothing and says that it is not serving",
    "http_500": "does nothing and answers 500 with HTML",
    "fault": "does nothing and answers a SOAP fault (args: code, text)",
    # how the good answer is spoilt
    "slow": "answers late (args: seconds)",
    "wrong_root": "answers with another element in the body",
    "missing_field": "answers without a required field (args: field)",
    "header_drip": "answers its headers a byte at a time (args: seconds per byte)",
    "body_drip": "answers its body a byte at a time (args: seconds per byte)",
    "reset": "cuts the connection instead of an answer, after doing it",
    # callbacks
    "duplicate_callback": "sends its final callback twice",
    "callback_before_ack": "acknowledges only when its final callback has been taken",
    "late_callback": "is done late, and says so then (args: seconds)",
    "no_callback": "does it and keeps silent about it",
}
"""Every ``do`` and what it means."""

NOT_DONE = frozenset({"timeout_not_done", "http_503", "http_500", "fault"})
ON_THE_WIRE = frozenset(DO) - {"refuse", "return", "duplicate_callback", "late_callback", "no_callback"}
"""Those that mocks/shell.py carries out on the answer."""


@dataclass(frozen=True)
class Rule:
    """One behaviour: ``times`` is how often it still holds, -1 = always; ``args`` as in ``DO``."""

    operation: str
    do: str
    value: str = ""
    times: int = 1
    args: Mapping[str, Any] = field(default_factory=dict)

    def manner(self, key: str) -> str:
        """What the shell is told, as header text; ``""`` = a plain answer."""
        return json.dumps({"do": self.do, "key": key, **self.args}) if self.do in ON_THE_WIRE else ""

    @classmethod
    def told(cls, manner: str) -> Rule:
        """The rule behind a manner, for an answer that does not go through the shell."""
        said = json.loads(manner) if manner else {}
        return cls("", said.pop("do", ""), args=said)

    @property
    def copies(self) -> int:
        """How often a callback goes out."""
        return {"no_callback": 0, "duplicate_callback": 2}.get(self.do, 1)

    @property
    def messages(self) -> int:
        """The same where that message is the only answer there is (queues, tables)."""
        return 0 if self.do == "timeout_but_done" else self.copies

    def delay(self, usual: str | float) -> float:
        """Seconds until it goes out."""
        return float(self.args.get("seconds", 1.0)) if self.do in ("slow", "late_callback") else float(usual)


@dataclass(frozen=True)
class Answer:
    """``body`` None = nothing was done; ``manner`` = how to spoil the delivery, JSON text or ``""``."""

    body: Body | None
    manner: str = ""


PLAIN = Rule("", "")


def read(data: object) -> Rule:
    """A rule as posted to ``/__mock__/faults`` -> Rule; Failure(invalid) with what is wrong."""
    if not isinstance(data, dict):
        raise Failure("invalid", "a rule is a JSON object", advice='like {"operation": "*", "do": "refuse"}')
    known = {"operation", "value", "do", "times", "args"}
    if unknown := set(data) - known:
        raise Failure("invalid", f"unknown: {', '.join(sorted(map(str, unknown)))}", advice=f"known: {sorted(known)}")
    if data.get("do") not in DO:
        raise Failure("invalid", f"unknown behaviour {data.get('do')!r}", where="do", advice=f"one of: {', '.join(DO)}")
    if not isinstance(data.get("times", 1), int) or not isinstance(data.get("args", {}), dict):
        raise Failure("invalid", "times is a whole number and args an object")
    return Rule(
        operation=str(data.get("operation", "*")),
        do=str(data["do"]),
        value="" if data.get("value") == "*" else str(data.get("value", "")),
        times=data.get("times", 1),
        args=data.get("args", {}),
    )


def add(tx: Tx, rule: Rule) -> None:
    """Behind all rules there are: the oldest that matches is taken first."""
    tx.run(
        'INSERT INTO rule (operation, value, "do", times, args) VALUES (?, ?, ?, ?, ?)',
        *(rule.operation, rule.value, rule.do, rule.times, dumps(rule.args)),
    )


def pending(tx: Tx) -> list[Body]:
    """Rules not used up, as posted."""
    return [_row(row) for row in tx.rows("SELECT * FROM rule WHERE times <> 0 ORDER BY id")]


def take(tx: Tx, names: tuple[str, ...], request: Body) -> Rule:
    """The rule for this request, counted down; PLAIN when there is none."""
    values = {"", *(str(leaf) for leaf in leaves(request))}
    sql = f"SELECT * FROM rule WHERE times <> 0 AND value IN ({', '.join('?' * len(values))}) ORDER BY id"
    for row in tx.rows(sql, *values):
        if row["operation"] in ("*", *names):
            tx.run("UPDATE rule SET times = times - 1 WHERE id = ? AND times > 0", row["id"])
            found = _row(row)
            return Rule(found["operation"], found["do"], found["value"], found["times"], found["args"])
    return PLAIN


def _row(row: Body) -> Body:
    return row | {"args": json.loads(row["args"])}


def leaves(tree: object) -> Iterator[object]:
    """Every leaf value of a wire tree."""
    match tree:
        case dict():
            for value in tree.values():
                yield from leaves(value)
        case list():
            for value in tree:
                yield from leaves(value)
        case _:
            yield tree
