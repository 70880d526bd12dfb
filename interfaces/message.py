"""Message: the canonical message (EIP: canonical data model), the only thing that crosses the hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
"""A canonical body: plain JSON data that validates against interfaces/canonical/<Type>.v<N>.json."""


@dataclass(frozen=True, slots=True)
class Message:
    """One canonical message.

    id              ``msg_<ULID>``
    type, version   canonical type, e.g. ``ProductOrder``, 1
    source          system instance that sent it (``SPS``, ``BILL-PHS``, or a ContractRoot SysID)
    body            canonical body (treat as read-only)
    key             business key: the sender's own number for this business (externalId)
    correlation_id  ties a reply or callback to its request (AMQP correlation_id, WS-Addressing RelatesTo)
    exchange_id     id of this one exchange (TransactionID, MessageID, AMQP message_id)
    in_reply_to     Message id this one answers
    reply_to        *name* of the system that wants the outcome; never an address
    area            local network code (本地网 LAN_ID), e.g. ``8330100``
    priority        1 (first) .. 9
    at              microseconds UTC
    """

    id: str
    type: str
    source: str
    body: Mapping[str, Any]
    version: int = 1
    key: str = ""
    correlation_id: str = ""
    exchange_id: str = ""
    in_reply_to: str = ""
    reply_to: str = ""
    area: str = ""
    priority: int = 5
    at: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
