"""Envelopes: header conventions as data, one small module each."""

from __future__ import annotations

from collections.abc import Callable

from interfaces.codec.limits import Limits
from interfaces.envelope.amqp import Amqp
from interfaces.envelope.base import Envelope, EnvelopeFactory, Ids, Opened, Outgoing, Result
from interfaces.envelope.contract_root import ContractRoot
from interfaces.envelope.file import FileEnvelope
from interfaces.envelope.plain_json import local, table
from interfaces.envelope.rest import Rest
from interfaces.envelope.soap_plain import SoapPlain
from interfaces.spec.model import InterfaceSpec

__all__ = ["ENVELOPES", "ContractRoot", "Envelope", "Ids", "Opened", "Outgoing", "Result"]


def _timeless(make: Callable[[InterfaceSpec, Limits], Envelope]) -> EnvelopeFactory:
    """An envelope whose header carries no time."""
    return lambda spec, clock, limits: make(spec, limits)


ENVELOPES: dict[str, EnvelopeFactory] = {
    "contract-root": ContractRoot,
    "soap-plain": _timeless(SoapPlain),
    "amqp": _timeless(Amqp),
    "rest": _timeless(Rest),
    "table": _timeless(table),
    "file": FileEnvelope,
    "local": _timeless(local),
}
"""transport.envelope -> factory."""
