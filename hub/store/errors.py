"""The one door for the database's errors: what each means for the write it undid, and what its caller is told."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any, Final, Literal, TypeVar

import sqlalchemy as sa

from interfaces.clock import Deadline
from interfaces.failure import Failure

T = TypeVar("T")

Meaning = Literal["again", "away", "full", "ours"]
"""
again  undone for another transaction's sake: look again and write again
away   no connection, or it broke: worth waiting for a moment
full   the database takes nothing from anybody: no other write would fare better
ours   the write itself is wrong
"""

SQLSTATES: Final[dict[str, Meaning]] = {
    "40001": "again",  # serialization failure
    "40P01": "again",  # deadlock
    "55P03": "again",  # lock_timeout: somebody holds a row for too long
    "23505": "again",  # another process wrote this key first: the next look finds it
    "25P03": "away",  # idle_in_transaction_session_timeout: we were stopped in the middle
    "53300": "away",  # too many connections
    "57P01": "away",  # admin shutdown
    "57P02": "away",  # crash shutdown
    "57P03": "away",  # cannot connect now: starting up
    "25006": "full",  # read only
    "53100": "full",  # disk full
    "53200": "full",  # out of memory
}
SQLITE_FULL: Final = frozenset({5, 6, 8, 10, 13, 14})
"""Locked by another, read-only, input/output error, full, cannot be opened: sqlite.org/rescode.html"""


_UNKNOWN_STATUS: Final = "transaction status UNKNOWN"
"""What psycopg says when a connection is found broken between two statements, as if it were the caller's fault."""

UNKNOWN: Final = "commit"
TRIES: Final = 6
"""How often a transaction that others undid is tried."""
AWAY: Final = 5.0
"""Seconds a database may be away before whoever waits is told."""
LOOK_AGAIN: Final = 0.1


def meaning(error: BaseException) -> Meaning:
    """What this error of a transaction means."""
    if isinstance(error, Failure) and error.reason == UNKNOWN:
        return "full"
    if isinstance(error, sa.exc.TimeoutError):  # no connection of the pool came free
        return "away"
    if not isinstance(error, sa.exc.DBAPIError):
        return "ours"
    cause: Any = error.orig
    state = getattr(cause, "sqlstate", None)
    if state:
        return "away" if state.startswith("08") else SQLSTATES.get(state, "ours")
    if getattr(cause, "sqlite_errorcode", 0) & 0xFF in SQLITE_FULL:
        return "full"
    # psycopg tells of a connection that broke or never came about without a state
    lost = error.connection_invalidated or isinstance(error, sa.exc.OperationalError) or _UNKNOWN_STATUS in str(cause)
    return "away" if lost and error.orig.__class__.__module__.startswith("psycopg") else "ours"


def patiently(work: Callable[[], T]) -> T:
    """What ``work`` gives; tried again when others undid it, and for AWAY seconds while the database is away."""
    tries, deadline = 1, None
    while True:
        try:
            return work()
        except Exception as error:
            match meaning(error):
                case "again" if tries < TRIES:
                    pause = LOOK_AGAIN * tries * random.random()
                    tries += 1
                case "away" if not (deadline := deadline or Deadline.after(AWAY)).passed:
                    pause = LOOK_AGAIN
                case _:
                    raise
        threading.Event().wait(pause)


def commit_unknown() -> Failure:
    """The connection broke during COMMIT and the database did not come back to be asked. Never written again here."""
    return Failure(
        "unavailable",
        "the hub's database broke off during a commit, whether it is kept is not known",
        reason=UNKNOWN,
        advice="send it again under the same key: it has one effect",
    )


def unusable(error: sa.exc.SQLAlchemyError) -> Failure:
    """The store cannot be opened: what its server or driver says of it, which names no password."""
    said = (str(getattr(error, "orig", error)).splitlines() or [""])[0]
    return Failure(
        "unavailable",
        f"the hub's database cannot be used: {said}",
        where="db",
        advice="start it, make the database (createdb), or correct db; mboss check looks again",
    )


def translate(error: BaseException) -> BaseException:
    """SQLAlchemy's errors as Failure; everything else passes as it is. Never tells values or addresses."""
    if not isinstance(error, sa.exc.SQLAlchemyError):
        return error
    if isinstance(error, sa.exc.OperationalError) or meaning(error) in ("away", "full"):
        return Failure(
            "unavailable",
            "the hub's database did not answer, or took nothing",
            where=type(getattr(error, "orig", error)).__name__,
            advice="try again; see the hub's log",
        )
    return Failure("internal", f"the hub's database refused the write ({type(error).__name__})")
