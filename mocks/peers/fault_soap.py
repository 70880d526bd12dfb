"""FAULT's SOAP services as its vendor wrote them down: one it serves, one it calls at the hub."""

from __future__ import annotations

from mocks.spyne_side import Service

_ABOUT = "reqNo!40 lanId!16 origNo!64 accNbr32 reason400"
_TAKEN = "reqNo40 resultCode!16 resultMsg400 ticketNo64 ticketState"

SERVED = Service(
    id="fault-ticket",
    namespace="http://fault.example.cn/fault-ticket/v1",
    types={"Reading": "itemName!64 itemValue!200"},
    operations={
        "raiseTicket": (
            "reqNo!40 lanId!16 hubNo64 faultType faultLevel accNbr32 prodInstId64 prodSpec64 addrId64 addrDesc400 "
            "custId64 contactName200 contactPhone32 bookDate8 bookSlot faultDesc400",
            f"{_TAKEN} promiseTime14",
        ),
        "urgeTicket": (_ABOUT, _TAKEN),
        "withdrawTicket": (_ABOUT, _TAKEN),
        "queryTicket": (
            "lanId16 origNo!64",
            "resultCode!16 resultMsg400 hubNo64 ticketNo64 ticketState stepName64 promiseTime14 finishTime14 "
            "causeCode64 causeDesc400",
        ),
        "testLine": (
            "reqNo!40 lanId!16 origNo64 accNbr32 prodInstId64",
            "reqNo40 resultCode!16 resultMsg400 testNo64 verdict reading*Reading",
        ),
    },
)

HUB = Service(
    id="fault-result",
    namespace="http://fault.example.cn/fault-result/v1",
    operations={
        "ticketNotify": (
            "exchId!64 srcSys!16 reqNo!40 ticketNo64 lanId16 ticketState! stepName64 causeCode64 causeDesc400 "
            "finishTime14 eventTime14",
            "reqNo!40 resultCode!16 resultMsg400 recvFlag!",
        ),
    },
)
