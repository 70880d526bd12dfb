"""Envelopes: header conventions as data, one small module each."""

from __future__ import annotations

from interfaces.envelope.amqp import Amqp
from interfaces.envelope.base import Envelope, EnvelopeFactory, Ids, Opened, Outgoing, Result
from interfaces.envelope.contract_root import ContractRoot
from interfaces.envelope.plain_json import local, table
from interfaces.envelope.rest import Rest
from interfaces.envelope.soap_plain import SoapPlain

__all__ = ["ENVELOPES", "ContractRoot", "Envelope", "Ids", "Opened", "Outgoing", "Result"]

ENVELOPES: dict[str, EnvelopeFactory] = {
    "contract-root": ContractRoot,
    "soap-plain": SoapPlain,
    "amqp": Amqp,
    "rest": Rest,
    "table": table,
    "local": local,
}
"""transport.envelope -> factory."""
