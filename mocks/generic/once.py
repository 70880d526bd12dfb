"""One call to the hub from the command line: a peer of its own in a folder that is gone afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from mocks.generic import calling, specs
from mocks.generic.peer import GenericPeer
from mocks.peer import Setting


def call(
    interface: str, operation: str, example: str, file: Path | None, hub: str, key: str, amqp: str
) -> dict[str, Any]:
    """As ``mocks.generic.calling.call``. file: a document to send instead of an example."""
    spec = specs.playable(specs.find(interface))
    with tempfile.TemporaryDirectory(prefix="mboss-call-") as folder:
        peer = GenericPeer(Setting(Path(folder), hub, amqp=amqp), spec)
        try:
            with peer.store.tx() as tx:
                tx.set("hub_key", key)
            name = calling.operation_of(peer, operation)
            return calling.call(peer, name, example, calling.body_in(peer, name, file) if file else None)
        finally:
            peer.stop()
