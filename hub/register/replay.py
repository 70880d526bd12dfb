"""Open orders through a new version before it is in force: what they sent and got, mapped by both versions.

Orders in flight keep the version that they were bound to; but their peer speaks the new one to everybody from its own
change on, and what comes back for them comes in by the version in force. Values are nobody's business: findings name
paths and orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from hub.lifecycle import ORDER_END
from hub.registry import StoreRegistry
from hub.store.schema import message, orders, task
from hub.store.writer import Store
from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.proof.certificate import ERROR, WARNING, Finding
from interfaces.wire import WireMessage

MOST: Final = 1000
"""Messages of each kind that are tried, the newest first."""
NAMED: Final = 20
"""Orders named in one finding."""
UNDER_WAY: Final = ("sending", "waiting", "fallout")

RULES: Final = {
    "replay-refused": (ERROR, "correct the rows, or let these orders end first"),
    "replay-differs": (WARNING, "see that the difference is meant, and that the peer takes it for these orders"),
}
"""id -> (severity, what to do)."""


class Seen(NamedTuple):
    """order: whose message it is; what: ``operation request``; told: the difference, in paths."""

    rule: str
    what: str
    told: str
    order: str


def replay(store: Store, registry: StoreRegistry, new: Agreement) -> list[Finding]:
    """What open orders would meet, one finding for each difference."""
    with store.read() as connection:
        read = _outbound if new.spec.direction == "outbound" else _inbound
        seen = list(read(connection, registry, new))
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for one in seen:
        grouped.setdefault(one[:3], []).append(one.order)
    return [_finding(*key, list(dict.fromkeys(ids))) for key, ids in grouped.items()]


def _finding(rule: str, what: str, told: str, ids: list[str]) -> Finding:
    severity, advice = RULES[rule]
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return Finding(rule, severity, what, f"{told}; orders: {', '.join(ids[:NAMED])}{more}", advice)


def _outbound(connection: sa.Connection, registry: StoreRegistry, new: Agreement) -> Iterator[Seen]:
    """Requests under way, and the replies that were recorded for them."""
    for row in _tasks(connection, new.spec.id):
        old, name = registry.get(*row["interface"].split("@", 1)), row["operation"]
        if name not in new.spec.operations:
            yield Seen("replay-refused", name, "the new version has no such operation", row["order_id"])
            continue
        request = _request(row)
        forms = [_of(version, version.write_request, name, request) for version in (old, new)]
        yield from _compared(f"{name} request", row["order_id"], *forms)
        reply = _reply(connection, row["id"], row["interface"]) if new.spec.operations[name].reply else None
        if reply is not None:
            forms = [_read(partial(_answered, name, reply, request), version) for version in (old, new)]
            yield from _compared(f"{name} reply", row["order_id"], *forms)


def _inbound(connection: sa.Connection, registry: StoreRegistry, new: Agreement) -> Iterator[Seen]:
    """What was said for orders that are open."""
    m = message.c
    columns = (m.interface, m.operation, m.raw, m.content_type, m.headers, m.order_id)
    query = sa.select(*columns).join(orders, orders.c.id == m.order_id).where(orders.c.state.not_in(ORDER_END))
    query = query.where(m.direction == "in", m.in_reply_to == "", m.canonical.is_not(None), _version_of(m, new.spec.id))
    for row in connection.execute(query.order_by(m.seq.desc()).limit(MOST)).mappings():
        old, wire = registry.get(*row["interface"].split("@", 1)), _wire(row)
        forms = [_read(partial(_asked, wire), version) for version in (old, new)]
        yield from _compared(f"{row['operation']} request", row["order_id"], *forms)


def _compared(what: str, order: str, old: Any, new: Any) -> Iterator[Seen]:
    """Nothing where the old version fails as well: it is not the new one's doing."""
    if isinstance(old, Failure):
        return
    if isinstance(new, Failure):
        places = sorted({_bare(str(error.get("path", ""))) for error in new.errors})
        yield Seen("replay-refused", what, f"{new.code} at {', '.join(places[:5]) or 'the message'}", order)
    else:
        paths = sorted(dict.fromkeys(_differing(old, new)))
        if paths:
            yield Seen("replay-differs", what, f"differs at {', '.join(paths[:10])}", order)


def _answered(name: str, reply: WireMessage, request: Message, version: Agreement) -> Any:
    return version.read_reply(name, reply, request).body


def _asked(wire: WireMessage, version: Agreement) -> Any:
    return version.read_request(wire).message.body


def _of(version: Agreement, write: Callable[[str, Message], WireMessage], name: str, request: Message) -> Any:
    return _read(lambda v: v.tree(name, write(name, request)), version)


def _read(work: Callable[[Agreement], Any], version: Agreement) -> Any:
    try:
        return work(version)
    except Failure as failure:
        return failure


def _differing(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Paths, without positions, at which two documents are not the same."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from _differing(old.get(name), new.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for a, b in zip(old, new, strict=True):
            yield from _differing(a, b, path)
    elif old != new:
        yield path or "(all)"


def _bare(path: str) -> str:
    return ".".join(part for part in path.replace("/", ".").split(".") if part and not part.isdecimal())


def _tasks(connection: sa.Connection, id_: str) -> Iterator[Any]:
    t = task.c
    columns = (t.id, t.order_id, t.interface, t.operation, t.type, t.body, t.priority)
    query = sa.select(*columns).join(orders, orders.c.id == t.order_id).where(orders.c.state.not_in(ORDER_END))
    query = query.where(t.state.in_(UNDER_WAY), _version_of(t, id_))
    return iter(connection.execute(query.order_by(t.id.desc()).limit(MOST)).mappings().all())


def _version_of(columns: Any, id_: str) -> sa.ColumnElement[bool]:
    found: sa.ColumnElement[bool] = columns.interface.startswith(f"{id_}@", autoescape=True)
    return found


def _request(row: Any) -> Message:
    name, _, version = row["type"].partition("@")
    ids = {"key": row["id"], "correlation_id": row["id"], "exchange_id": row["id"]}
    area = str(row["body"].get("area", ""))
    return Message(row["id"], name, "HUB", row["body"], version=int(version or 1), area=area, **ids)


def _reply(connection: sa.Connection, task_id: str, ref: str) -> WireMessage | None:
    """The last reply that was understood."""
    m = message.c
    query = sa.select(m.raw, m.content_type, m.headers).where(m.task_id == task_id, m.direction == "in")
    query = query.where(m.interface == ref, m.in_reply_to != "", m.canonical.is_not(None))
    row = connection.execute(query.order_by(m.seq.desc()).limit(1)).mappings().first()
    return _wire(row) if row else None


def _wire(row: Any) -> WireMessage:
    return WireMessage(bytes(row["raw"]), row["content_type"], row["headers"] or {})
