"""Channel to the CRM core inside this process: bytes in, bytes out, like any other peer.

The document is canonical JSON both ways (envelope ``local``). A refusal is an answer, not an error of the channel:
``{"failure": {"code", "message", "errors"}}``, with the Failure code as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm_core.core import CrmCore
from crm_core.seed import BUNDLED_SEED
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import WireMessage

JSON = "application/json"
REFUSED = frozenset({"rejected", "conflict", "invalid", "not_found"})
"""Failure codes that are the CRM's answer. The others say that it could not answer, and travel as Failure."""


class CrmChannel:
    """interfaces.channel.Channel over a CrmCore.

    peer.address          ``sqlite:////path/crm.db`` or ``sqlite://``, the CRM's own database
    peer.options["seed"]  YAML of customers to start with; ``none`` = none; default: the bundled ones
    """

    def __init__(self, spec: InterfaceSpec, peer: Peer) -> None:
        self._core = CrmCore(peer.address or "sqlite://", _seed(peer))

    def call(self, operation: Operation, request: WireMessage, deadline: Deadline) -> WireMessage:
        """One use case, in its own transaction. ``unavailable`` = nothing was done."""
        try:
            return _reply(self._answer(operation.name, _document(request), deadline))
        except Failure as failure:
            if failure.code not in REFUSED:
                raise
            said = {"code": failure.code, "message": failure.message, "errors": failure.errors}
            return _reply({"failure": said})

    def _answer(self, operation: str, body: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
        if operation == "queryCustomer":
            return self._core.customer(body)
        return self._core.change(operation, body, deadline)

    def state(self) -> dict[str, Any]:
        """What the customers have: CrmCore.state."""
        return self._core.state()

    def close(self) -> None:
        self._core.close()


def _seed(peer: Peer) -> Path | None:
    named = peer.options.get("seed", "")
    if named == "none":
        return None
    return Path(named) if named else BUNDLED_SEED


def _document(request: WireMessage) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Failure("invalid", "the document is not JSON", reason="json", where="crm-core") from error


def _reply(answer: Mapping[str, Any]) -> WireMessage:
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return WireMessage(text.encode(), JSON)
