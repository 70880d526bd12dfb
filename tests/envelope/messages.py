"""ContractRoot messages with invented data, in the forms that real senders use."""

HEADER = {
    "TransactionID": "1000000020202610120000000007",
    "ActionCode": "0",
    "BusCode": "BUS17002",
    "ServiceCode": "SVC11001",
    "ServiceContractVer": "SVC1100120261001",
    "ServiceLevel": "1",
    "SrcOrgID": "100000",
    "SrcSysID": "1000000020",
    "SrcSysSign": "abc",
    "DstOrgID": "609903",
    "DstSysID": "6099030001",
    "ReqTime": "20261012110000",
}
NESTED = "<QryInfoReq><CodeType>11</CodeType><CodeValue>200000000042</CodeValue></QryInfoReq>"
TREE = {"QryInfoReq": {"CodeType": "11", "CodeValue": "200000000042"}}


def header(**changes: str | None) -> dict[str, str]:
    """The good header with changes; None takes a field away."""
    return {name: value for name, value in {**HEADER, **changes}.items() if value is not None}


def document(fields: dict[str, str], content: str = NESTED, encoding: str = "UTF-8") -> bytes:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    text = f'<?xml version="1.0" encoding="{encoding}"?><ContractRoot><TcpCont>{inside}</TcpCont>'
    return f"{text}<SvcCont>{content}</SvcCont></ContractRoot>".encode(encoding)


def response(kind: str, code: str, content: str = "") -> bytes:
    tail = f"<SvcCont>{content}</SvcCont>" if content else ""
    return (
        "<ContractRoot><TcpCont><ActionCode>1</ActionCode><TransactionID>1000000020202610120000000007</TransactionID>"
        f"<RspTime>20261012110001</RspTime><Response><RspType>{kind}</RspType><RspCode>{code}</RspCode>"
        f"<RspDesc>示例</RspDesc></Response></TcpCont>{tail}</ContractRoot>"
    ).encode()
