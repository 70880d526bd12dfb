"""CRM and the channels never reach network management: refused with a reason, audited, and nothing arrives there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from hub.demo.channels import call_intake
from hub.store.schema import audit
from mocks.caller import Caller, HubRefused
from mocks.peers.sps_soap import HUB
from tests.flow.house import House, Record


@pytest.mark.parametrize("sender", ["CHAN", "CRM", "CC", "KA", "SPS", "NA"])
def test_a_request_for_activation_is_refused_and_audited(house: House, sender: str) -> None:
    """At the channels' door nobody is provisioning, whatever name he gives."""
    before = house.peers.effects("NMS")["calls"]
    order = house.order()
    reply = call_intake(house.hubs, "requestActivation", _request(sender, order.external_id))
    (text,) = reply["faultstring"]
    assert "reached only through provisioning" in text
    _is_audited(house, sender)
    assert house.peers.effects("NMS")["calls"] == before


@pytest.mark.parametrize("sender", ["CRM", "CHAN"])
def test_the_door_of_provisioning_is_no_way_round(house: House, sender: str) -> None:
    before = house.peers.effects("NMS")["calls"]
    number = house.order().external_id
    fields = {"exchId": number, "srcSys": sender, "orderNbr": number, "lanId": "8330100", "operType": "OPEN"}
    caller = Caller(lambda: house.url)
    with pytest.raises(HubRefused, match="reached only through provisioning"):
        caller.call(HUB, "activationOrder", fields | {"prodInstId": "PI1", "prodSpec": "FTTH"})
    caller.close()
    _is_audited(house, sender)
    assert house.peers.effects("NMS")["calls"] == before


def _request(sender: str, number: str) -> Record:
    return {
        "sourceSystem": sender,
        "requestId": f"R-{number}",
        "orderNo": number,
        "lanId": "8330100",
        "netAction": "OPEN",
        "prodInstId": "PI1",
        "productCode": "FTTH",
    }


def _is_audited(house: House, sender: str) -> None:
    """The store itself is asked: the audit has no public view yet."""
    engine = sa.create_engine(f"sqlite:///{house.data / 'hub.db'}")
    with engine.connect() as connection:
        rows = connection.execute(sa.select(audit).where(audit.c.who == sender)).mappings().all()
    engine.dispose()
    assert rows
    assert {row["action"] for row in rows} == {"refused"}
    assert all("network management" in row["reason"].lower() for row in rows)
