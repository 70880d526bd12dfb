"""SPS's SOAP services as SPS's vendor wrote them down: two it serves, one it calls at the hub."""

from __future__ import annotations

from collections.abc import Mapping

from mocks.spyne_side import Service

_TYPES: Mapping[str, str] = {
    "Attr": "attrCd!64 attrVal!1000",
    "ResInfo": "resType! resNo64 resRole32 resStatus resLevel16 resValue400",
}
_RES = {"ResInfo": _TYPES["ResInfo"]}
_OUTCOME = (
    "stepName64 accNbr32 resInfo*ResInfo finishTime14 eventTime14 apptDate8 apptSlot reasonCode64 reasonClass "
    "reasonText400"
)

SERVED = Service(
    id="sps-service",
    namespace="http://sps.example.cn/sps-service/v1",
    types=_TYPES,
    operations={
        "submitServiceOrder": (
            "soNbr!40 lanId!16 workType! custOrderNbr64 prodInstId!64 prodSpec64 offerNbr64 accNbr32 addrId64 "
            "addrDesc400 custId64 custName400 contactName400 contactPhone32 apptDate8 apptSlot reqFinishTime14 "
            "priority attr*Attr resInfo*ResInfo",
            "soNbr!40 resultCode!16 resultMsg400 spsOrderNbr64",
        ),
        "cancelServiceOrder": (
            "soNbr!40 lanId!16 workType! origSoNbr64 custOrderNbr64 prodInstId!64 reasonCode64 reasonText400",
            "soNbr!40 resultCode!16 resultMsg400 spsOrderNbr64 soState",
        ),
        "queryServiceOrder": (
            "soNbr!40 lanId!16",
            "soNbr!40 resultCode!16 resultMsg400 soState! spsOrderNbr64 accNbr32 resInfo*ResInfo finishTime14 "
            "reasonCode64 reasonClass reasonText400",
        ),
    },
)

RESULTS = Service(
    id="sps-result",
    namespace="http://sps.example.cn/sps-result/v1",
    types=_RES,
    operations={
        "orderResultNotify": (
            f"orderNbr!40 hubOrderNbr64 soNbr64 lanId16 orderState! {_OUTCOME}",
            "orderNbr!40 resultCode!16 resultMsg400 recvFlag",
        ),
    },
)

_TAKEN = "orderNbr!40 resultCode!16 resultMsg400 hubOrderNbr64 orderState"
_HEAD = "exchId!64 srcSys!16 orderNbr!40 soNbr64"

HUB = Service(
    id="sps-orders",
    namespace="http://sps.example.cn/sps-orders/v1",
    types=_TYPES,
    operations={
        "resourceOrder": (
            f"{_HEAD} lanId!16 operType! prodInstId!64 prodSpec64 accNbr32 addrId64 addrDesc400 resInfo*ResInfo "
            "reasonCode64 reasonClass reasonText400",
            _TAKEN,
        ),
        "workOrder": (
            f"{_HEAD} origOrderNbr64 lanId!16 operType! workType prodInstId!64 prodSpec64 accNbr32 addrId64 "
            "addrDesc400 contactName400 contactPhone32 apptDate8 apptSlot priority resInfo*ResInfo remark400",
            _TAKEN,
        ),
        "activationOrder": (
            f"{_HEAD} lanId!16 operType! prodInstId!64 prodSpec64 accNbr32 attr*Attr resInfo*ResInfo",
            _TAKEN,
        ),
        "serviceOrderNotify": (
            "exchId!64 srcSys!16 soNbr!40 spsOrderNbr64 lanId16 soState! " + _OUTCOME,
            "soNbr!40 resultCode!16 resultMsg400 recvFlag!",
        ),
    },
)
