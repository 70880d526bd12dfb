"""Channel (EIP channel adapter): the port below the gateway, implemented once per transport in adapters/channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from interfaces.clock import Deadline
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import WireMessage


@dataclass(frozen=True, slots=True)
class Peer:
    """One outside system instance as configured (``[peers.RM]`` in mboss.toml).

    code     instance code: ``RM``, ``BILL``, ``BILL-PHS``, ``97``
    address  where it is: URL for SOAP and REST, ``amqp+file:///path/to/queue.db`` for embedded AMQP,
             an SQLAlchemy URL for an interface table, ``file:///folder`` or ``sftp://user@host:port/folder``
    options  driver options (auth, encoding ...), secrets already resolved
    """

    code: str
    address: str
    options: Mapping[str, str] = field(default_factory=dict)


class Channel(Protocol):
    """Carries bytes to one peer under one interface, and bytes back.

    ``call`` sends ``request`` for ``operation`` and returns what came back before ``deadline`` (total: connect +
    send + receive). Where the pattern has no answer (one-way, async over AMQP, table insert) it returns when the
    peer's transport has taken the message for sure, with an empty body or the transport's receipt.

    It raises only Failure: ``unavailable`` when surely nothing was done (could not connect, refused before
    sending, unroutable), ``timeout`` when it may have been (no answer in time, connection lost after sending).
    An HTTP error status with a body is returned, not raised: the error table of the spec judges it.

    It never retries an operation, never logs a payload, opens no hub transaction, and is safe to share between
    threads. ``close`` may be called twice.
    """

    def call(self, operation: Operation, request: WireMessage, deadline: Deadline) -> WireMessage: ...

    def close(self) -> None: ...


class ChannelFactory(Protocol):
    """How the hub opens a channel; named in hub/wiring.py per transport kind."""

    def __call__(self, spec: InterfaceSpec, peer: Peer) -> Channel: ...
