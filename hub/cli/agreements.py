"""Where interfaces are registered: at a running hub over REST, or on the store itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import click

from hub.cli.output import data_option, json_option

if TYPE_CHECKING:
    from hub.cli.client import Target
    from hub.register.desk import Registrar, Wish
    from hub.store.writer import Store

Record = Mapping[str, Any]
Command = TypeVar("Command", bound=Callable[..., Any])
Waive = tuple[str, ...]
"""As given: RULE=reason@YYYY-MM-DD."""

WHERE = (
    "With --url (or MBOSS_URL) at the hub there, as MBOSS_USER; otherwise on the store of --data itself, whether a hub "
    "runs on it or not: a running one follows within half a second."
)


class Desk(Protocol):
    """What the commands need; every call gives what the API gives."""

    def register(self, content: Mapping[str, bytes], wish: Wish, waive: Waive) -> Record: ...

    def move(self, id_: str, version: str, event: str, reason: str, waive: Waive) -> Record: ...

    def versions(self, id_: str) -> Record: ...


def at_desk(command: Command) -> Command:
    """Give a command ``--url``, ``--data`` and ``--json``, and a Desk as its first argument."""

    @wraps(command)
    def run(*args: Any, url: str | None, data: Path | None, **rest: Any) -> Any:
        with _desk(url, data) as desk:
            return command(desk, *args, **rest)

    return json_option(data_option(click.option("--url", metavar="URL", help="Base URL of a hub.")(cast(Command, run))))


def _desk(url: str | None, data: Path | None) -> AbstractContextManager[Desk]:
    if url is None and (data is not None or not os.environ.get("MBOSS_URL")):
        return _on_the_store(data)
    from hub.cli.client import Target, find_url

    return nullcontext(_AtHub(Target(find_url(url, data), as_json=False)))


class _AtHub:
    """Desk over REST."""

    def __init__(self, hub: Target) -> None:
        self._hub = hub

    def register(self, content: Mapping[str, bytes], wish: Wish, waive: Waive) -> Record:
        from interfaces.spec.archive import write_zip

        flags = {"rollout": wish.rollout, "activate": wish.activate, "draft": wish.draft, "reason": wish.reason}
        return self._said(self._hub.send_file(write_zip(content), "interfaces", waive=list(waive), **flags))

    def move(self, id_: str, version: str, event: str, reason: str, waive: Waive) -> Record:
        body = {"reason": reason, "waive": list(waive)}
        return self._said(self._hub.post("interfaces", id_, "versions", version, event, body=body))

    def versions(self, id_: str) -> Record:
        return self._said(self._hub.get("interfaces", id_))

    @staticmethod
    def _said(answer: Any) -> Record:
        return cast(Record, answer)


class _OnStore:
    """Desk without a hub."""

    def __init__(self, registrar: Registrar, store: Store, who: str) -> None:
        self._registrar, self._store, self._who = registrar, store, who

    def register(self, content: Mapping[str, bytes], wish: Wish, waive: Waive) -> Record:
        return self._registrar.register(content, wish, self._who)

    def move(self, id_: str, version: str, event: str, reason: str, waive: Waive) -> Record:
        from interfaces.admission import parse_waiver

        return self._registrar.move(id_, version, event, reason, self._who, [parse_waiver(text) for text in waive])

    def versions(self, id_: str) -> Record:
        from hub.views.interfaces import interface

        return interface(self._store, id_)


@contextmanager
def _on_the_store(data: Path | None) -> Iterator[Desk]:
    from hub.bootstrap import open_registry
    from hub.checks import short_leases
    from hub.cli.store_side import account
    from hub.clock import StoreClock
    from hub.config import load
    from hub.register.desk import Registrar
    from hub.store.writer import Store

    config = load(data)
    config.data.mkdir(parents=True, exist_ok=True)
    store = Store(config.store)
    try:
        clock = StoreClock(store)
        registry = open_registry(config, store, clock)
        desk = Registrar(store, registry, clock, registry.follow, lambda found: short_leases(config, found))
        yield _OnStore(desk, store, f"cli:{account()}")
    finally:
        store.close()
