"""CC, the call centre (10000号): asks about customers, places orders, complains for them, and is told the outcome."""

from __future__ import annotations

from mocks.client_peer import ClientPeer
from mocks.peers.cc_soap import HUB, SERVED


class CallCentre(ClientPeer):
    code = "CC"
    title = "call centre (10000)"
    services = (SERVED,)
    calls = HUB
    places = {
        "submitOrder": ("orderNo", "order"),
        "raiseTicket": ("ticketNo", "complain"),
        "urgeTicket": ("ticketNo", "urge"),
        "cancelTicket": ("ticketNo", "withdraw"),
    }
