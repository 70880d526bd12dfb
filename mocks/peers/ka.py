"""KA, key accounts (大客户, 一站处理): orders for companies at one stop, and is told how each order ended."""

from __future__ import annotations

from mocks.client_peer import ClientPeer
from mocks.peers.ka_soap import HUB, SERVED


class KeyAccounts(ClientPeer):
    code = "KA"
    title = "key accounts, one stop"
    services = (SERVED,)
    calls = HUB
    places = {"submitOrder": ("orderNo", "order")}
