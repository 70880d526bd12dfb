"""Commands that work on the hub's store itself: who may read the hub's configuration and files is its owner.

The hub may run or not; a running one follows within half a second.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from hub.cli.output import data_option, json_option

if TYPE_CHECKING:
    from hub.identity.office import Office as Desk
    from hub.store.writer import Store

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Office:
    """The first argument of every command of this family. who: the account on this machine, for the audit."""

    desk: Desk
    store: Store
    who: str
    as_json: bool


def on_the_store(command: Command) -> Command:
    """Give a command ``--data`` and ``--json``, and an ``Office`` as its first argument."""

    @wraps(command)
    def run(*args: Any, data: Path | None, as_json: bool, **rest: Any) -> Any:
        from hub.clock import StoreClock
        from hub.config import load
        from hub.identity.book import Book
        from hub.identity.office import Office as Desk
        from hub.store.writer import Store

        config = load(data)
        config.data.mkdir(parents=True, exist_ok=True)
        store = Store(config.store)
        try:
            desk = Desk(store, StoreClock(store), Book(store), callable_interfaces(store))
            return command(Office(desk, store, f"cli:{account()}", as_json), *args, **rest)
        finally:
            store.close()

    return json_option(data_option(cast(Command, run)))


def callable_interfaces(store: Store) -> list[str]:
    """Interfaces that partners call: the registered ones, and those that the next start registers."""
    import sqlalchemy as sa

    from hub.checks import bundled
    from hub.store.schema import spec

    shipped = bundled()
    with store.read() as connection:
        in_use = spec.c.state.in_(("active", "deprecated"))
        known = set(connection.scalars(sa.select(spec.c.id).where(in_use)))
    inbound = {id_ for id_, one in shipped.items() if one.direction == "inbound"}
    return sorted(inbound | (known - shipped.keys()))


def account() -> str:
    """Who runs this command, as this machine knows him."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account that this machine has no name for
        return "unknown"
