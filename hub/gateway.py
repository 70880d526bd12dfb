"""Gateway (EIP messaging gateway): an Agreement over a Channel. Maps, encodes, calls, validates, maps back.

Nothing here retries and nothing here opens a transaction. Every error that leaves is a Failure.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container

from hub.telemetry.meters import Meters
from interfaces.agreement import Agreement
from interfaces.channel import Channel
from interfaces.clock import Deadline, monotonic
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.spec.registry import Registry
from interfaces.wire import WireMessage

OpenChannel = Callable[[InterfaceSpec, str], Channel]
"""spec, peer code -> an open channel; Failure ``unavailable`` when the peer has no address."""


class Gateway:
    """The hub's way out. Thread-safe; channels are opened once per (interface version, peer)."""

    def __init__(self, registry: Registry, open_channel: OpenChannel, meters: Meters) -> None:
        self._registry = registry
        self._meters = meters
        self._open = open_channel
        self._channels: dict[tuple[str, str], Channel] = {}
        self._lock = threading.Lock()
        self._found: dict[tuple[int, tuple[str, ...], str], tuple[str, Operation]] = {}  # by registry version

    def agreement(self, ref: str) -> Agreement:
        """The compiled spec behind ``id@version`` (or the active version of ``id``)."""
        spec_id, _, version = ref.partition("@")
        return self._registry.get(spec_id, version)

    def operation(self, ref: str, name: str) -> Operation:
        return self.agreement(ref).spec.operations[name]

    def find_operation(self, refs: tuple[str, ...], name: str) -> tuple[str, Operation]:
        """Which of these interfaces has the operation: (``id@version``, operation), else Failure ``internal``."""
        key = (self._registry.version(), refs, name)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._find_operation(refs, name)
        return found

    def _find_operation(self, refs: tuple[str, ...], name: str) -> tuple[str, Operation]:
        for ref in refs:
            spec = self.agreement(ref).spec
            if name in spec.operations:
                return spec.ref, spec.operations[name]
        raise Failure(
            "internal",
            f"none of the bound interfaces has an operation {name!r}",
            where=", ".join(refs),
            advice="bind an interface that has it, or correct the plan",
        )

    def offers(self, refs: tuple[str, ...], name: str) -> bool:
        """Whether one of these interfaces has the operation."""
        return any(name in self.agreement(ref).spec.operations for ref in refs)

    def encode(self, ref: str, operation: str, message: Message) -> WireMessage:
        return self.agreement(ref).write_request(operation, message)

    def send(self, ref: str, operation: str, peer: str, wire: WireMessage) -> WireMessage:
        """One attempt under the operation's total deadline."""
        op = self.operation(ref, operation)
        begun = monotonic()
        try:
            back = self.channel(ref, peer).call(op, wire, Deadline.after(op.timeout))
        except Failure as failure:
            self._meters.sent(_id(ref), operation, peer, failure)
            raise
        finally:
            self._meters.took(_id(ref), operation, peer, monotonic() - begun)
        if op.reply is None:
            self._meters.sent(_id(ref), operation, peer)
        return back

    def decode(self, ref: str, operation: str, peer: str, wire: WireMessage, request: Message) -> Message:
        """The canonical reply of ``peer``; Failure ``rejected`` ..., ``timeout`` (reason ``reply``) when it breaks the
        contract."""
        try:
            answer = self.agreement(ref).read_reply(operation, wire, request)
        except Failure as failure:
            self._meters.sent(_id(ref), operation, peer, failure)
            raise
        self._meters.sent(_id(ref), operation, peer)
        return answer

    def channel(self, ref: str, peer: str) -> Channel:
        with self._lock:
            if (ref, peer) not in self._channels:
                self._channels[ref, peer] = self._open(self.agreement(ref).spec, peer)
            return self._channels[ref, peer]

    def keep_only(self, refs: Container[str]) -> None:
        """Close the channels of interface versions that nobody speaks any more."""
        with self._lock:
            gone = [self._channels.pop(key) for key in list(self._channels) if key[0] not in refs]
        for channel in gone:
            channel.close()

    def close(self) -> None:
        with self._lock:
            channels, self._channels = self._channels, {}
        for channel in channels.values():
            channel.close()


def _id(ref: str) -> str:
    """``id@version`` -> ``id``."""
    return ref.partition("@")[0]
