"""Who speaks by which interface version, and when last.

Counted from the journal by the side, a stretch at a time along its primary key: acceptance pays nothing for it, and a
stretch and the mark up to which it was counted are written together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from hub.store.schema import message, setting, spec_use
from hub.store.writer import Store

MARK: Final = "spec_use_seq"
STRETCH: Final = 10_000
"""Most journal rows counted in one write."""


class Use(NamedTuple):
    peer: str
    last_at: int
    messages: int


def count(store: Store) -> None:
    """Bring the count up to now; where nothing was said since, nothing is written."""
    with store.read() as connection:
        if _newest(connection) == _mark(connection):
            return
    while store.write(count_on, STRETCH):
        pass


def count_on(connection: sa.Connection, stretches: Sequence[int]) -> list[bool]:
    """Write: count the next stretch; whether there may be more."""
    connection.execute(sa.select(setting.c.key).where(setting.c.key == MARK).with_for_update())  # in turns
    done, newest = _mark(connection), _newest(connection)
    until = min(newest, done + stretches[0])
    if until > done:
        for row in connection.execute(_tail(done, until)).all():
            _add(connection, row)
        connection.execute(sa.delete(setting).where(setting.c.key == MARK))
        connection.execute(sa.insert(setting).values(key=MARK, value=str(until)))
    return [until < newest] * len(stretches)


def _mark(connection: sa.Connection) -> int:
    query = sa.select(setting.c.value).where(setting.c.key == MARK)
    return int(connection.scalar(query) or 0)


def _newest(connection: sa.Connection) -> int:
    return int(connection.scalar(sa.select(sa.func.max(message.c.seq))) or 0)


def _tail(after: int, until: int) -> sa.Select[Any]:
    m = message.c
    grouped = sa.select(m.interface, m.peer, sa.func.max(m.at).label("last_at"), sa.func.count().label("messages"))
    return grouped.where(m.seq > after, m.seq <= until, m.interface != "").group_by(m.interface, m.peer)


def _add(connection: sa.Connection, row: Any) -> None:
    this = (spec_use.c.interface == row.interface) & (spec_use.c.peer == row.peer)
    more = {"last_at": row.last_at, "messages": spec_use.c.messages + row.messages}
    if not connection.execute(sa.update(spec_use).where(this).values(more)).rowcount:
        connection.execute(sa.insert(spec_use).values(row._asdict()))


def users(connection: sa.Connection, id_: str) -> dict[str, list[Use]]:
    """``id@version`` -> its users, who spoke last first."""
    t = spec_use.c
    query = sa.select(t.interface, t.peer, t.last_at, t.messages).order_by(t.last_at.desc(), t.peer)
    found: dict[str, list[Use]] = {}
    for row in connection.execute(query.where(t.interface.startswith(f"{id_}@", autoescape=True))):
        found.setdefault(row.interface, []).append(Use(row.peer, row.last_at, row.messages))
    return found
