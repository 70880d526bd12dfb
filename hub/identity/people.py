"""Local users: made from the command line or by a supervisor, known by password, slowed down when they guess."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from hub import journal
from hub.identity import password as passwords
from hub.identity.book import VERSION
from hub.identity.who import ROLES, Caller
from hub.store.schema import person, session
from hub.store.versions import count_change
from hub.store.writer import Store
from hub.views.base import Record, missing, when
from interfaces.clock import HOUR, SECOND, monotonic, real_now
from interfaces.failure import Failure

NAME: Final = re.compile(r"[a-z][a-z0-9._-]{0,31}")
FREE: Final = 5
"""Wrong passwords in a row that cost nothing; each one more doubles the wait, up to the longest."""
LONGEST: Final = 300 * SECOND
SESSION: Final = 8 * HOUR
REMEMBERED: Final = 60.0
"""Seconds for which a password that was right need not be computed again."""
AT_ONCE: Final = 2
"""Passwords computed at the same time: each takes a core and 32 MiB."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a user. ``password``: the hash to keep; None leaves what is there."""

    name: str
    who: str
    at: int
    action: str
    password: str | None = None
    roles: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


def change(connection: sa.Connection, batch: Sequence[Change]) -> list[Record | Failure]:
    """Write: add, password, disable or enable users; the record of each. All but ``add`` end the user's sessions."""
    return [_tried(connection, one) for one in batch]


def records(connection: sa.Connection) -> list[Record]:
    """All users by name."""
    return [_record(row) for row in connection.execute(sa.select(person).order_by(person.c.name)).mappings()]


def _tried(connection: sa.Connection, one: Change) -> Record | Failure:
    try:
        ACTIONS[one.action](connection, one)
    except Failure as failure:
        return failure
    count_change(connection, VERSION)
    entry = {"at": one.at, "who": one.who, "action": f"user.{one.action}", "object": one.name, "reason": ""}
    journal.audit(connection, [entry | {"detail": {"roles": list(one.roles), "areas": list(one.areas)}}])
    row = connection.execute(sa.select(person).where(person.c.name == one.name)).mappings().one()
    return _record(row)


def _add(connection: sa.Connection, one: Change) -> None:
    if not NAME.fullmatch(one.name):
        raise Failure("invalid", "a name is small letters, digits, dot, - and _, a letter first", where="name")
    if not one.roles or set(one.roles) - ROLES.keys():
        raise Failure("invalid", "a user has one or more roles", where="roles", advice=f"there are: {', '.join(ROLES)}")
    if connection.scalar(sa.select(person.c.name).where(person.c.name == one.name)):
        raise Failure("conflict", f"there is a user {one.name} already", where="name")
    row = {"name": one.name, "password": one.password, "roles": list(one.roles), "areas": list(one.areas)}
    connection.execute(sa.insert(person).values(row | {"state": "active", "created_at": real_now()}))


def _set(**values: Any) -> Callable[[sa.Connection, Change], None]:
    def do(connection: sa.Connection, one: Change) -> None:
        changed = values | ({"password": one.password} if one.password else {})
        done = connection.execute(sa.update(person).where(person.c.name == one.name).values(changed))
        if not done.rowcount:
            raise missing("user", one.name)
        connection.execute(sa.delete(session).where(session.c.person == one.name))

    return do


ACTIONS: Final[dict[str, Callable[[sa.Connection, Change], None]]] = {
    "add": _add,
    "password": _set(failures=0, locked_until=0),
    "disable": _set(state="disabled"),
    "enable": _set(state="active", failures=0, locked_until=0),
}


def _record(row: Any) -> Record:
    return {
        "name": row["name"],
        "roles": row["roles"],
        "areas": row["areas"],
        "state": row["state"],
        "created_at": when(row["created_at"]),
    }


@dataclass(frozen=True, slots=True)
class _Try:
    name: str
    good: bool
    at: int


def _note(connection: sa.Connection, batch: Sequence[_Try]) -> list[None]:
    """Write: count a wrong password, forget them after a right one."""
    for one in batch:
        t, failures = person, 0 if one.good else person.c.failures + 1
        connection.execute(sa.update(t).where(t.c.name == one.name).values(failures=failures, locked_until=0))
        count = connection.scalar(sa.select(t.c.failures).where(t.c.name == one.name)) or 0
        if count >= FREE:
            wait = min(LONGEST, SECOND << min(count - FREE, 20))
            connection.execute(sa.update(t).where(t.c.name == one.name).values(locked_until=one.at + wait))
    return [None] * len(batch)


@dataclass(frozen=True, slots=True)
class Login:
    """A session as its owner gets it; ``token`` is shown once."""

    token: str
    until: int


def _begin(connection: sa.Connection, batch: Sequence[tuple[str, str, int]]) -> list[None]:
    """Write: sessions (hash, person, until); those that are over go."""
    connection.execute(sa.delete(session).where(session.c.expires_at < real_now()))
    rows = [{"hash": hash_, "person": name, "expires_at": until} for hash_, name, until in batch]
    connection.execute(sa.insert(session), rows)
    return [None] * len(batch)


def _finish(connection: sa.Connection, batch: Sequence[str]) -> list[None]:
    """Write: end sessions by their hash."""
    connection.execute(sa.delete(session).where(session.c.hash.in_(batch)))
    return [None] * len(batch)


class People:
    """Who a name and password, or a session's token, belong to. Thread-safe; it waits, so never call it on a loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key = secrets.token_bytes(32)
        self._right: dict[bytes, float] = {}
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def known(self, name: str, password: str) -> Caller:
        """Failure ``unauthenticated``, the same and as late for a wrong name and a wrong password; ``throttled``."""
        row, now = self._row(name), real_now()
        kept = row["password"] if row is not None else passwords.nobodys()
        if row is not None and self._remembered(name, password, kept):
            return _known(row)
        if row is not None and row["locked_until"] > now:
            seconds = -(-(row["locked_until"] - now) // SECOND)
            raise Failure(
                "throttled", "too many wrong passwords", advice=f"wait {seconds} s", detail={"retryAfter": seconds}
            )
        if not self._matches(name, password, kept):
            self._store.write(_note, _Try(name, False, now))
            raise wrong()
        if row is None:
            raise wrong()
        if row["failures"]:
            self._store.write(_note, _Try(name, True, now))
        return _known(row)

    def login(self, name: str, password: str) -> Login:
        """A session of eight hours; Failure as ``known``."""
        self.known(name, password)
        login = Login(secrets.token_urlsafe(32), real_now() + SESSION)
        self._store.write(_begin, (hashed(login.token), name, login.until))
        return login

    def logout(self, token: str) -> None:
        self._store.write(_finish, hashed(token))

    def of_session(self, token: str) -> Caller | None:
        """Whose session it is, None when it is over or never was."""
        query = (
            sa.select(person)
            .join(session, session.c.person == person.c.name)
            .where(session.c.hash == hashed(token), session.c.expires_at > real_now(), person.c.state == "active")
        )
        with self._store.read() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _caller(row, form_token(token))

    def _row(self, name: str) -> Any:
        with self._store.read() as connection:
            return connection.execute(sa.select(person).where(person.c.name == name)).mappings().first()

    def _remembered(self, name: str, password: str, kept: str) -> bool:
        """What was right a minute ago is right, as long as the same hash is kept; a guesser locks nobody out of it."""
        return self._right.get(self._said(name, password, kept), 0.0) > monotonic()

    def _said(self, name: str, password: str, kept: str) -> bytes:
        text = f"{name}\0{password}\0{kept}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self._key).digest()

    def _matches(self, name: str, password: str, kept: str) -> bool:
        if not self._places.acquire(timeout=5):
            raise Failure("throttled", "too many log in at once", advice="try again", detail={"retryAfter": 5})
        try:
            good = passwords.verify(password, kept)
        finally:
            self._places.release()
        if good:
            now = monotonic()
            right = {said: until for said, until in self._right.items() if until > now}
            self._right = right | {self._said(name, password, kept): now + REMEMBERED}
        return good


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def form_token(token: str) -> str:
    """What the forms of a session's pages carry: only who knows the session can make it."""
    return hashlib.sha256(b"form " + token.encode("utf-8", "surrogatepass")).hexdigest()


def wrong() -> Failure:
    return Failure("unauthenticated", "the name or the password is wrong", advice="log in again")


def _known(row: Any) -> Caller:
    if row["state"] != "active":
        raise wrong()
    return _caller(row)


def _caller(row: Any, form: str = "") -> Caller:
    return Caller("person", row["name"], frozenset(row["roles"]), frozenset(row["areas"]), form=form)
