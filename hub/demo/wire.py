"""The XML that outside systems send, written out by hand: the day must not lean on the code it shows."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

from hub.demo.orders import wall_clock

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
INTAKE: Final = "http://chan.example.cn/order-intake/v1"
OWN: Final = "urn:mboss:hub:v1"
"""The hub's own SOAP API."""
EXCHANGE: Final = "http://www.chinatelecom.hub.com"
HUB: Final = {"DstOrgID": "609903", "DstSysID": "6099030001"}


@dataclass(frozen=True)
class Contract:
    """A contract registered with the partners: BusCode, ServiceCode, and the date its version begins."""

    business: str
    service: str
    since: str


ORDER: Final = Contract("BUS17006", "SVC33049", "20260901")
QUERY: Final = Contract("BUS17002", "SVC11001", "20261001")
CROSS: Final = Contract("BUS17101", "SVC33101", "20260901")

_serial = itertools.count(1)


def xml(tree: Mapping[str, Any]) -> str:
    """Nested dict -> elements in its order; a list repeats, "" and None are left out."""
    return "".join(_element(name, value) for name, value in tree.items())


def _element(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_element(name, one) for one in value)
    return f"<{name}>{xml(value) if isinstance(value, Mapping) else escape(str(value))}</{name}>"


def soap(namespace: str, operation: str, tree: Mapping[str, Any]) -> bytes:
    """A SOAP 1.1 request, document/literal wrapped."""
    body = f'<{operation} xmlns="{namespace}">{xml(tree)}</{operation}>'
    return _declared(f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{body}</s:Body></s:Envelope>')


def transaction_id(system: str) -> str:
    """A TransactionID of ``system`` (SysID) never used before: every attempt takes its own."""
    return f"{system}{wall_clock():%Y%m%d%H%M}{next(_serial):06d}"


def contract_root(transaction: str, contract: Contract, content: str) -> bytes:
    """A ContractRoot request; who sends it is told by the first ten characters of the TransactionID."""
    tcp = xml(header(transaction, contract))
    return _declared(f"<ContractRoot><TcpCont>{tcp}</TcpCont><SvcCont>{content}</SvcCont></ContractRoot>")


def header(transaction: str, contract: Contract) -> dict[str, str]:
    """Fields of a request's TcpCont."""
    system = transaction[:10]
    return {
        "TransactionID": transaction,
        "ActionCode": "0",
        "BusCode": contract.business,
        "ServiceCode": contract.service,
        "ServiceContractVer": contract.service + contract.since,
        "ServiceLevel": "1",
        "SrcOrgID": system[:6],
        "SrcSysID": system,
        "SrcSysSign": "123",
        **HUB,
        "ReqTime": f"{wall_clock():%Y%m%d%H%M%S}",
    }


def cdata(document: Mapping[str, Any]) -> str:
    """JSON in CDATA, as portals send it."""
    return f"<![CDATA[{to_json(document).decode()}]]>"


def to_json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def _declared(text: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>{text}'.encode()
