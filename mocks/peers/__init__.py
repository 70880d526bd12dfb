"""The outside systems. One more peer is one module here and one line in this table."""

from __future__ import annotations

from collections.abc import Mapping

PEERS: Mapping[str, str] = {
    "RM": "mocks.peers.rm:Rm",
    "SPS": "mocks.peers.sps:Sps",
    "NMS": "mocks.peers.nms:Nms",
    "WFM": "mocks.peers.wfm:Wfm",
    "BILL": "mocks.peers.bill:Bill",
    "97": "mocks.peers.n97:N97",
    "VAS": "mocks.peers.vas:Vas",
    "FAULT": "mocks.peers.fault:FaultDesk",
    "CC": "mocks.peers.cc:CallCentre",
    "KA": "mocks.peers.ka:KeyAccounts",
    "NA": "mocks.peers.na:Na",
    "CRM-GROUP": "mocks.peers.crm_group:CrmGroup",
    "CRM-LOCAL": "mocks.peers.crm_local:CrmLocal",
    # further instances: the same behaviour, each with its own port, state and queues
    "97-DATA": "mocks.peers.n97:N97",
    "BILL-DATA": "mocks.peers.bill:Bill",
    "BILL-PHS": "mocks.peers.bill:Bill",
    "RM-LOCAL": "mocks.peers.rm:Rm",
    "RM-INTERIM": "mocks.peers.rm:Rm",
    "SPS-LOCAL": "mocks.peers.sps:Sps",
    "SPS-EXT": "mocks.peers.sps:Sps",
    "WFM-LOCAL": "mocks.peers.wfm:Wfm",
}
"""Instance code -> class, resolved by name so that only what runs is imported."""
