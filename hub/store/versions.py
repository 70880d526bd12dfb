"""Numbers that grow with every change of something that each process keeps a copy of (table ``setting``)."""

from __future__ import annotations

import sqlalchemy as sa

from hub.store.schema import setting


def count_change(connection: sa.Connection, key: str) -> None:
    """One more; in the transaction of the change itself, so that who sees the number sees the change."""
    read = sa.select(setting.c.value).where(setting.c.key == key).with_for_update()
    version = int(connection.scalar(read) or 0) + 1
    connection.execute(sa.delete(setting).where(setting.c.key == key))
    connection.execute(sa.insert(setting).values(key=key, value=str(version)))


def version_of(connection: sa.Connection, key: str) -> int:
    return int(connection.scalar(sa.select(setting.c.value).where(setting.c.key == key)) or 0)
