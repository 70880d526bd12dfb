"""Honest messages of every door, with places where an attack can stand."""

from __future__ import annotations

import itertools
import json
from xml.sax.saxutils import escape

SOAP, EXCHANGE, HTTP = "/soap/order-intake", "/soap/exchange", "/http/exchange"
OWN = "/soap/hub"
TMF = "/tmf-api/productOrderingManagement/v4/productOrder"
INTAKE = "http://chan.example.cn/order-intake/v1"
S = "http://schemas.xmlsoap.org/soap/envelope/"

CERT, PHONE, NAME = "330199198802309999", "18999990007", "甲乙丙丁戊"
"""Canaries: an ID number, a phone number, a name. No answer to a refusal may hold one."""
CANARIES = (CERT, PHONE, NAME)

_serial = itertools.count(1)


def soap(content: str, header: str = "", prolog: str = "", attributes: str = "", after: str = "") -> str:
    """A SOAP 1.1 envelope around ``content``."""
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f'{prolog}<s:Envelope xmlns:s="{S}"{attributes}>{head}<s:Body>{content}</s:Body>{after}</s:Envelope>'


def query(extra: str = "", code: str = "0571-80000042") -> str:
    """queryCustomer; the CRM core answers it, no peer is needed."""
    return (
        f'<c:queryCustomer xmlns:c="{INTAKE}"><c:sourceSystem>CHAN</c:sourceSystem>'
        f"<c:requestId>SEC-{next(_serial)}</c:requestId><c:lanId>8330100</c:lanId>"
        f"<c:codeType>ACC-NBR</c:codeType><c:code>{code}</c:code>{extra}</c:queryCustomer>"
    )


def own_query(extra: str = "") -> str:
    """The same at the hub's own API, which spyne decodes behind the guard."""
    return (
        '<c:queryCustomer xmlns:c="urn:mboss:hub:v1"><c:request><c:sourceSystem>CHAN</c:sourceSystem>'
        f"<c:requestId>SEC-{next(_serial)}</c:requestId><c:area>8330100</c:area>"
        f"<c:codeType>serviceNumber</c:codeType><c:code>0571-80000042</c:code>{extra}</c:request></c:queryCustomer>"
    )


def order(extra: str = "", name: str = NAME, number: str = "") -> str:
    """submitOrder with personal data."""
    serial = number or f"SEC-{next(_serial)}"
    return (
        f'<c:submitOrder xmlns:c="{INTAKE}"><c:sourceSystem>CHAN</c:sourceSystem><c:requestId>{serial}</c:requestId>'
        f"<c:orderNo>{serial}</c:orderNo><c:lanId>8330100</c:lanId><c:custId>200000000042</c:custId>"
        f"<c:custName>{name}</c:custName><c:custKind>PERSON</c:custKind><c:certType>1</c:certType>"
        f"<c:certNo>{CERT}</c:certNo><c:contactName>{name}</c:contactName><c:contactPhone>{PHONE}</c:contactPhone>"
        "<c:orderItem><c:itemNo>1</c:itemNo><c:itemAction>ADD</c:itemAction><c:businessType>INSTALL</c:businessType>"
        "<c:productCode>VOICE</c:productCode><c:offerCode>VOICE-BASIC</c:offerCode><c:accNbr>0571-80000142</c:accNbr>"
        f"<c:addressId>330100-ADDR-0042</c:addressId><c:addressDesc>示例路42号</c:addressDesc></c:orderItem>{extra}"
        "</c:submitOrder>"
    )


def tcp_cont(transaction: str = "") -> dict[str, str]:
    """The header of a customer query by ContractRoot, its TransactionID new."""
    return {
        "TransactionID": transaction or f"100000002020261103{next(_serial) + 5_000_000:010d}",
        "ActionCode": "0",
        "BusCode": "BUS17002",
        "ServiceCode": "SVC11001",
        "ServiceContractVer": "SVC1100120261001",
        "ServiceLevel": "1",
        "SrcOrgID": "100000",
        "SrcSysID": "1000000020",
        "SrcSysSign": "123",
        "DstOrgID": "609903",
        "DstSysID": "6099030001",
        "ReqTime": "20261103092000",
    }


ASKED = {"InfoTypeID": "31", "CodeType": "11", "CodeValue": "200000000042", "LanID": "8330100"}


def contract_root(extra: str = "", prolog: str = "", **fields: str) -> str:
    """The query as XML; ``extra`` stands in SvcCont."""
    header = "".join(f"<{name}>{value}</{name}>" for name, value in {**tcp_cont(), **fields}.items())
    asked = "".join(f"<{name}>{value}</{name}>" for name, value in ASKED.items())
    content = f"<SvcCont><QryInfoReq>{asked}{extra}</QryInfoReq></SvcCont>"
    return f"{prolog}<ContractRoot><TcpCont>{header}</TcpCont>{content}</ContractRoot>"


def contract_root_json(extra: str = "") -> str:
    """The query as JSON; ``extra`` is one more member of the content, as text."""
    asked = json.dumps(ASKED)[:-1] + extra + "}"
    return f'{{"ContractRoot": {{"TcpCont": {json.dumps(tcp_cont())}, "SvcCont": {{"QryInfoReq": {asked}}}}}}}'


def exchange(in0: str, prolog: str = "", header: str = "") -> str:
    """``exchange`` around the (escaped or CDATA) content of in0."""
    call = f'<e:exchange xmlns:e="http://www.chinatelecom.hub.com"><e:in0>{in0}</e:in0></e:exchange>'
    return soap(call, header, prolog)


def wrapped(document: str, prolog: str = "") -> str:
    """A ContractRoot document as the text in0."""
    return exchange(escape(document), prolog)


def tmf(extra: str = "", number: str = "") -> str:
    """A TMF622 order; ``extra`` is one more member, as text (with its comma in front)."""
    body = {
        "externalId": number or f"SEC-{next(_serial)}",
        "area": "8330100",
        "relatedParty": [
            {
                "role": "customer",
                "id": "SEC",
                "name": NAME,
                "phone": PHONE,
                "identification": {"type": "1", "number": CERT},
            }
        ],
        "productOrderItem": [
            {
                "id": "1",
                "action": "add",
                "productOffering": {"id": "FTTH-300M"},
                "product": {"productCharacteristic": [{"name": "ADDRESS_ID", "value": "330100-ADDR-SEC"}]},
            }
        ],
    }
    return json.dumps(body, ensure_ascii=False)[:-1] + extra + "}"
