"""The suite every Channel passes, on the channel to the CRM core."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.crm_core.channel import CrmChannel
from crm_core.store import Database
from crm_core.store.schema import change
from interfaces.channel import Channel, Peer
from interfaces.spec.model import InterfaceSpec, Operation, Side, Transport
from interfaces.wire import WireMessage
from tests.conformance.channel_suite import SECRET, ChannelSuite

SPEC = InterfaceSpec("crm-core", "1.0.0", "CRM", {}, "", "", "outbound", Transport("local", "local"), {})


class CrmHarness:
    """What the CRM has taken is told by the keys of the changes it made."""

    operation = Operation("create", "request-reply", Side("InventoryChange@1"))
    stuck_code = "unavailable"

    def __init__(self, folder: Path) -> None:
        self._url = f"sqlite:///{folder}/crm.db"
        self._absent = f"sqlite:///{folder}/no/such/folder/crm.db"

    def channel(self) -> Channel:
        return CrmChannel(SPEC, Peer("CRM", self._url))

    def absent(self) -> Channel:
        return CrmChannel(SPEC, Peer("CRM", self._absent))

    @contextmanager
    def stuck(self) -> Iterator[Channel]:
        channel, other = self.channel(), Database(self._url)
        with other.write():
            yield channel
        other.close()
        channel.close()

    def taken(self) -> list[bytes]:
        with Database(self._url).read() as connection:
            return [key.encode() for key in connection.execute(select(change.c.key)).scalars()]

    def request(self, number: int = 1) -> WireMessage:
        who = {"role": "customer", "id": f"CU-{number}", "name": SECRET}
        body = {
            "externalId": self.stored(number).decode(),
            "orderId": "ord_1",
            "area": "8330100",
            "action": "create",
            "relatedParty": [who],
            "product": {"id": f"PI-{number}"},
        }
        return WireMessage(json.dumps(body).encode(), "application/json")

    def stored(self, number: int = 1) -> bytes:
        return f"tsk_{number}".encode()


class TestCrmChannel(ChannelSuite):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> CrmHarness:
        return CrmHarness(tmp_path)
