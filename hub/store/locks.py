"""Row locks, where several processes share one database. Taken in the order of ids, orders before their tasks, lanes in
the order of their keys: who asks in another order meets a deadlock, which PostgreSQL ends and the writer runs again.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def lock_rows(connection: sa.Connection, rows: sa.Select[Any]) -> None:
    """Hold these rows until the commit; what is read afterwards is what stands in them. SQLite has one writer."""
    if connection.dialect.name != "sqlite":
        connection.execute(rows.with_for_update())
