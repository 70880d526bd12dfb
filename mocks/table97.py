"""97's interface tables: rows in and out as text, bytes in GBK on the disk, and the loop that looks for new orders."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from mocks.loop import Loop
from mocks.store import Body, Store, Tx

CHARSET = "gbk"
NEW = b"0"
BATCH = 50

Row = dict[str, str]


def make_tables(store: Store) -> None:
    """Idempotent."""
    with store.tx() as tx:
        for statement in files("mocks").joinpath("table97.sql").read_text("utf-8").split(";"):
            tx.run(statement)


def new_orders(tx: Tx) -> list[Row]:
    """Rows of IF_GONGDAN not yet taken, oldest first, absent columns left out."""
    rows = tx.rows("SELECT * FROM IF_GONGDAN WHERE CLBZ = ? ORDER BY rowid LIMIT ?", NEW, BATCH)
    return [{name: text(value) for name, value in row.items() if value not in (None, b"")} for row in rows]


def mark(tx: Tx, number: str, state: str) -> None:
    """What 97 did with the row last (CLBZ)."""
    tx.run("UPDATE IF_GONGDAN SET CLBZ = ? WHERE DJH = ?", raw(state), raw(number))


def report(tx: Tx, row: Row) -> None:
    """One more row of IF_HUIDAN; XH comes from the database."""
    known = {name: raw(value) for name, value in row.items() if value}
    holes = ", ".join("?" for _ in known)
    tx.run(f"INSERT INTO IF_HUIDAN ({', '.join(known)}) VALUES ({holes})", *known.values())


def text(value: Any) -> str:
    """Column -> text; a byte that is no GBK shows as U+FFFD, as on an old terminal."""
    return value.decode(CHARSET, "replace") if isinstance(value, bytes) else str(value)


def raw(value: str) -> bytes:
    return value.encode(CHARSET)


class Watcher(Loop):
    """One thread that hands every new row to ``take``; a row stays new until ``take`` has marked it."""

    def __init__(self, store: Store, take: Callable[[Body], None]) -> None:
        self._store = store
        self._take = take
        super().__init__("table 97", self.step)

    def step(self) -> bool:
        """One batch; False when there was nothing new."""
        with self._store.look() as tx:
            rows = new_orders(tx)
        for row in rows:
            self._take(dict(row))
        return bool(rows)
