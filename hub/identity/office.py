"""Where partners and people are let in: the writes of this room as calls, for the API and the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hub.identity import password as passwords
from hub.identity import people, subscriptions
from hub.identity.book import Book
from hub.identity.subscriptions import Change, Proof, Wanted
from hub.store.writer import Store
from hub.views.base import Record
from interfaces.clock import Clock
from interfaces.failure import Failure


class Office:
    """Each call returns after its commit; Failure when it is refused. ``known``: the interfaces that partners call."""

    def __init__(self, store: Store, clock: Clock, book: Book, known: Sequence[str]) -> None:
        self._store = store
        self._clock = clock
        self._book = book
        self._known = known

    def add(self, wanted: Wanted, who: str) -> Record:
        """The subscription's record, with ``key`` where one was made."""
        if wanted.interface not in self._known:
            raise Failure(
                "not_found",
                f"no partner calls the hub by {wanted.interface[:80]!r}",
                where="interface",
                advice=f"there are: {', '.join(self._known)}",
            )
        return self._do(subscriptions.add, Change(wanted, who, self._clock.now()))

    def rotate(self, id_: str, proof: Proof, overlap: int, who: str) -> Record:
        """The record, with the new ``key`` where one was made; ``overlap`` in seconds."""
        return self._do(subscriptions.rotate, Change(id_, who, self._clock.now(), proof=proof, overlap=overlap))

    def revoke(self, id_: str, reason: str, who: str) -> Record:
        if not reason.strip():
            raise Failure("invalid", "revoke needs a reason", where="reason", advice="say why; it is kept in the audit")
        return self._do(subscriptions.revoke, Change(id_, who, self._clock.now(), reason=reason.strip()))

    def user(
        self,
        action: str,
        name: str,
        who: str,
        password: str | None = None,
        roles: Sequence[str] = (),
        areas: Sequence[str] = (),
    ) -> Record:
        """add, password, disable, enable; the user's record."""
        if password is not None:
            passwords.check_new(password)
        kept = passwords.hash_password(password) if password is not None else None
        return self._do(
            people.change, people.Change(name, who, self._clock.now(), action, kept, tuple(roles), tuple(areas))
        )

    def _do(self, apply: Callable[..., Sequence[Record | Failure]], change: Any) -> Record:
        done: Record | Failure = self._store.write(apply, change)
        if isinstance(done, Failure):
            raise done
        self._book.follow()
        return done
