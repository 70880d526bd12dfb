"""The key accounts system's SOAP services as its vendor wrote them down: what it calls, and where it is told."""

from __future__ import annotations

from mocks.spyne_side import Service

_HEAD = "sourceSystem!16 requestId!64"
_ORDER = (
    "orderNo64 resultCode!16 resultMsg400 hubOrderNo64 orderState lanId acceptTime finishTime reasonCode64 "
    "reasonText400"
)

HUB = Service(
    id="ka-order",
    namespace="http://ka.example.cn/ka-order/v1",
    types={
        "Attr": "name!64 value!1000",
        "Line": "lineNo!32 lineAction! businessType offerCode!64 productCode64 prodInstId64 accNbr32 siteCode64 "
        "siteAddr400 attr*Attr",
    },
    operations={
        "submitOrder": (
            f"{_HEAD} orderNo!64 lanId contractNo64 managerNo64 groupId64 groupName!200 certType16 certNo64 "
            "contactName200 contactPhone32 apptDate apptSlot dueTime urgency line*Line",
            _ORDER,
        ),
        "queryOrder": (f"{_HEAD} orderNo64 hubOrderNo64 lanId", _ORDER),
    },
)

SERVED = Service(
    id="ka-result",
    namespace="http://ka.example.cn/ka-result/v1",
    types={"Built": "resType! resNo64"},
    operations={
        "orderResultNotify": (
            "orderNo!64 hubOrderNo64 lanId orderState! accNbr32 built*Built finishTime eventTime reasonCode64 "
            "reasonText400",
            "orderNo!64 resultCode!16 resultMsg400 recvFlag",
        ),
    },
)
