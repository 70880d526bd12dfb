"""The call centre's SOAP services as its vendor wrote them down: what it calls at the hub, and where it is told."""

from __future__ import annotations

from mocks.spyne_side import Service

_HEAD = "sourceSystem!16 requestId!64"
_ORDER = (
    "orderNo64 resultCode!16 resultMsg400 hubOrderNo64 orderState lanId acceptTime finishTime reasonCode64 "
    "reasonText400"
)
_TICKET = "ticketNo64 resultCode!16 resultMsg400 hubOrderNo64 ticketState"

HUB = Service(
    id="cc-service",
    namespace="http://cc.example.cn/cc-service/v1",
    types={
        "Attr": "name!64 value!1000",
        "Item": "itemNo!32 itemAction! businessType offerCode!64 productCode64 prodInstId64 accNbr32 addressId64 "
        "attr*Attr",
        "Account": "acctId!64 acctName200",
        "Product": "prodInstId!64 productCode64 offerCode64 accNbr32 productState",
        "Subscribed": "prodInstId!64 productCode64 offerCode64 accNbr32 serviceState!",
        "Reading": "name!64 value!200",
    },
    operations={
        "queryCustomer": (
            f"{_HEAD} lanId codeType! code!64",
            "resultCode!16 resultMsg400 custId64 custName200 custKind custState lanId account*Account product*Product",
        ),
        "queryServices": (
            f"{_HEAD} lanId! accNbr32 prodInstId64",
            "resultCode!16 resultMsg400 service*Subscribed",
        ),
        "submitOrder": (
            f"{_HEAD} orderNo!64 lanId agentNo64 custId64 custName200 contactName200 contactPhone32 apptDate apptSlot "
            "remark400 item*Item",
            _ORDER,
        ),
        "queryOrder": (f"{_HEAD} orderNo64 hubOrderNo64 lanId", _ORDER),
        "raiseTicket": (
            f"{_HEAD} ticketNo!64 lanId! faultType faultLevel prodInstId64 productCode64 accNbr32 addressId64 "
            "addressDesc400 custId64 contactName200 contactPhone32 apptDate apptSlot faultDesc400",
            _TICKET,
        ),
        "urgeTicket": (f"{_HEAD} ticketNo!64 hubOrderNo!64 lanId! accNbr32 reason400", _TICKET),
        "cancelTicket": (f"{_HEAD} ticketNo!64 hubOrderNo!64 lanId! accNbr32 reason400", _TICKET),
        "queryTicket": (
            f"{_HEAD} hubOrderNo!64 lanId",
            "resultCode!16 resultMsg400 hubOrderNo64 faultTicketNo64 ticketState stepName400 promiseTime finishTime "
            "causeCode64 causeDesc400",
        ),
        "testLine": (
            f"{_HEAD} lanId! hubOrderNo64 accNbr32 prodInstId64",
            "requestId64 resultCode!16 resultMsg400 testNo64 verdict reading*Reading",
        ),
    },
)

SERVED = Service(
    id="cc-result",
    namespace="http://cc.example.cn/cc-result/v1",
    operations={
        "orderResultNotify": (
            "orderNo!64 hubOrderNo64 lanId orderState! accNbr32 finishTime eventTime reasonCode64 reasonText400",
            "orderNo!64 resultCode!16 resultMsg400 recvFlag",
        ),
    },
)
