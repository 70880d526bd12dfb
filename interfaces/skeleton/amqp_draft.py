"""What a spec over AMQP needs besides its messages: where they go, which queue is read, and how they are told apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from interfaces.contract.api_operation import ApiOperation
from interfaces.skeleton.text import DraftOperation

Bound = tuple[list[DraftOperation], dict[str, Any], list[str]]
"""(operations, transport settings, what to agree on)."""


def queues(reads: Iterable[ApiOperation]) -> dict[str, list[ApiOperation]]:
    """Messages that somebody sends to the hub, by queue, or by routing key where none is named: a spec reads one."""
    found: dict[str, list[ApiOperation]] = {}
    for read in reads:
        found.setdefault(read.queue or read.wire.get("routingKey", ""), []).append(read)
    return found


def sent(operations: list[DraftOperation], all_of_it: Iterable[ApiOperation], base: str, settings: Any) -> Bound:
    """The spec of what the hub sends. all_of_it: of the document, base: id of its first spec."""
    if not any(read.pattern == "callback" and _asked(read) for read in all_of_it):
        return _told_apart(operations, "routingKey"), settings, []
    named = settings | {"replyQueue": reply_queue(base)}
    return _told_apart(operations, "routingKey"), named, [f"answers come to {reply_queue(base)}: agree on the name"]


def read(
    operations: list[DraftOperation],
    reads: list[ApiOperation],
    all_of_it: Iterable[ApiOperation],
    ids: tuple[str, str],
    settings: Any,
) -> Bound:
    """The spec of one queue that the hub reads. ids: its own, and that of the document's first spec."""
    (name, base), first, notes = ids, reads[0], list[str]()
    queue = first.queue
    if not queue:
        callback = first.pattern == "callback" and _asked(first)
        queue = reply_queue(base) if callback else _ours(str(first.wire.get("routingKey") or name))
        notes.append(f"the contract names no queue: {queue} is read, agree on it")
    if any(o.back != first.back and _key(o.wire) == ("", queue) for o in all_of_it):
        notes.append(f"the hub would read {queue}, which it also writes to: agree on a queue for each way")
    keys = dict.fromkeys(key for o in reads if (key := _key(o.wire))[0])
    settings = settings | {"queue": queue}
    if keys:
        exchange, routing_key = next(iter(keys))
        settings |= {"exchange": exchange, "routingKey": routing_key}
        notes += [f"{queue} is bound to {' '.join(key)} as well: let the broker's owner do it" for key in [*keys][1:]]
    plain = [replace(o, wire={n: v for n, v in o.wire.items() if n == "type"}) for o in operations]
    return _told_apart(plain, ""), settings, notes


def reply_queue(base: str) -> str:
    """Where answers come when every request names a queue for them."""
    return f"hub.{base}.reply"


def _asked(read: ApiOperation) -> bool:
    """Whether an answer goes wherever its request says."""
    return not read.queue and not read.wire.get("exchange")


def _ours(key: str) -> str:
    """A queue of the hub for a routing key: ``order.{area}.done`` -> ``hub.order.area.done``."""
    name = re.sub(r"[^\w.-]+", "-", re.sub(r"[{}*#]", "", key)).strip(".-")
    return name if name.startswith("hub.") else f"hub.{name}"


def _key(wire: Mapping[str, Any]) -> tuple[str, str]:
    """(exchange, key to bind by): a parameter matches one word."""
    return str(wire.get("exchange", "")), re.sub(r"\{[^{}]*\}", "*", str(wire.get("routingKey", "")))


def _told_apart(operations: list[DraftOperation], place: str) -> list[DraftOperation]:
    """Where several share a queue, the application header ``type`` names each."""
    shared = Counter(str(o.wire.get(place, "")) for o in operations)
    return [_typed(o) if shared[str(o.wire.get(place, ""))] > 1 and "type" not in o.wire else o for o in operations]


def _typed(operation: DraftOperation) -> DraftOperation:
    note = f"the queue carries several messages: agree that the header type of this one is {operation.name}"
    return replace(operation, wire={**operation.wire, "type": operation.name}, notes=(*operation.notes, note))
