"""The day's queues at a broker that others may use too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hub import wiring
from hub.secrets import open_secret
from hub.topology import bundled as profile
from hub.topology import profiles, speaks_as
from interfaces.amqp_address import FORMS, FileAddress, parse
from interfaces.failure import Failure
from interfaces.spec.registry import bundled


def rabbit_address(given: str) -> str:
    """The address given, or that which ``env:NAME`` or ``file:PATH`` holds; Failure(invalid) for any other broker."""
    try:
        address = open_secret(given)
        broker = parse(address)
    except ValueError as error:
        raise Failure("invalid", str(error), where="--amqp", advice=FORMS) from None
    if isinstance(broker, FileAddress):
        raise Failure("invalid", "that is no RabbitMQ", where="--amqp", advice="without --amqp the queues are a file")
    return address


@contextmanager
def own_queues(address: str) -> Iterator[None]:
    """They are free to begin with, under their agreed names; what the day made is gone afterwards, unless something
    is left in it.

    Nothing is purged: Failure(conflict) when a queue holds messages or somebody reads it.
    """
    broker = wiring.named(wiring.BROKER)(address)
    try:
        new = [name for name in names() if _look(broker, name) is None]
        try:
            yield
        finally:
            for name in new:
                broker.remove(name)
    finally:
        broker.close()


def names() -> list[str]:
    """Every queue of the bundled agreements, each with its dead letters, once more for each instance of a system."""
    specs = [spec for spec in bundled() if spec.transport.kind == "amqp"]
    settings = [(prefix, spec.transport.settings) for spec in specs for prefix in ("", *_prefixes(spec.system))]
    queues = {f"{prefix}{s['queue']}": f"{prefix}{s.get('deadLetter', s['queue'] + '.dead')}" for prefix, s in settings}
    return [*queues, *queues.values()]


def _prefixes(system: str) -> list[str]:
    """What the mock instances of a system put before their queue names."""
    codes = {b.system for name in profiles() for b in profile(name).bindings}
    return sorted(f"{code.lower()}." for code in codes if code != system and speaks_as(code, system))


def _look(broker: Any, name: str) -> tuple[int, int] | None:
    found: tuple[int, int] | None = broker.look(name)
    messages, readers = found or (0, 0)
    if readers or (messages and not name.endswith(".dead")):
        raise Failure(
            "conflict",
            f"queue {name} is in use: {messages} messages, {readers} consumers",
            where="--amqp",
            advice="a day needs queues of its own: give another virtual host, or put ?prefix=NAME. behind the address",
        )
    return found
