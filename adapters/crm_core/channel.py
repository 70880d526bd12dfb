"""Channel to the CRM core inside this process: bytes in, bytes out, like any other peer.

The document is canonical JSON both ways (envelope ``local``). A business refusal is an answer, not an error:
``{"externalId", "state": "rejected" | "notFound", "reason": {"code", "text"}}``, with the Failure code as reason code.
As over REST, ``:status`` among the headers tells the first result level: 200, or why the CRM refused.
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
REFUSED: Mapping[str, tuple[str, str]] = {
    "rejected": ("422", "rejected"),
    "conflict": ("409", "rejected"),
    "invalid": ("400", "rejected"),
    "not_found": ("404", "notFound"),
}
"""Failure code -> status and state of the answer. What is not here is no answer and travels as Failure."""


class CrmChannel:
    """interfaces.channel.Channel over a CrmCore.

    peer.address          ``sqlite:////path/crm.db`` or ``sqlite://``, the CRM's own database
    peer.options["seed"]  YAML of customers to start with; ``none`` = none; default: the bundled ones
    """

    def __init__(self, spec: InterfaceSpec, peer: Peer) -> None:
        self._core = CrmCore(peer.address or "sqlite://", _seed(peer))

    def call(self, operation: Operation, request: WireMessage, deadline: Deadline) -> WireMessage:
        """One use case, in its own transaction. ``unavailable`` = nothing was done."""
        body = _document(request)
        try:
            return _reply("200", self._answer(operation.name, body, deadline))
        except Failure as failure:
            if failure.code not in REFUSED:
                raise
            return _refusal(body, failure)

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


def _document(request: WireMessage) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Failure("invalid", "the document is not JSON", reason="json", where="crm-core") from error
    if not isinstance(body, dict):
        raise Failure("invalid", "the document is not a JSON object", reason="json", where="crm-core")
    return body


def _refusal(body: Mapping[str, Any], failure: Failure) -> WireMessage:
    status, state = REFUSED[failure.code]
    key = {"externalId": body["externalId"]} if "externalId" in body else {}
    return _reply(status, {**key, "state": state, "reason": {"code": failure.code, "text": failure.message}})


def _reply(status: str, answer: Mapping[str, Any]) -> WireMessage:
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return WireMessage(text.encode(), JSON, {":status": status})
