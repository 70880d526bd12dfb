"""The peers' way to a broker: the address says which driver (interfaces/amqp_address.py)."""

from __future__ import annotations

from interfaces.amqp import Broker
from interfaces.amqp_address import FileAddress, parse
from mocks import amqp_embedded, amqp_rabbit


def open_broker(address: str) -> Broker:
    where = parse(address)
    return amqp_embedded.Broker(where.path) if isinstance(where, FileAddress) else amqp_rabbit.Broker(where)
