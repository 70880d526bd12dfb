"""RM's SOAP service as RM's vendor wrote it down."""

from __future__ import annotations

from mocks.spyne_side import Service

RES_TYPE = {"number": "1", "port": "2", "line": "3"}
RES_STATUS = {
    "free": "0",
    "selected": "1",
    "reserved": "2",
    "allotted": "3",
    "occupied": "4",
    "preReleased": "5",
    "quarantine": "6",
    "faulty": "7",
    "retained": "8",
}

_ORDER = (
    "requestNo!40 lanId!16 opType! orderNo64 prodInstId64 prodSpec64 accNbr32 addrId64 addrDesc400 holdTime14 "
    "resInfo*ResInfo reasonCode64 reasonText400"
)
_RESULT = "requestNo!40 resultCode!16 resultMsg400 rmOrderNo64 resInfo*ResInfo"

SERVICE = Service(
    id="rm-resource",
    namespace="http://rm.example.cn/rm-resource/v1",
    types={"ResInfo": "resType! resNo64 resRole32 resLevel16 resStatus holdTime14 resValue400"},
    operations={
        "queryResource": (
            "requestNo40 lanId!16 qryType! numPattern32 maxCount3 addrId64 addrDesc400 prodSpec64",
            "requestNo40 resultCode!16 resultMsg400 availFlag resInfo*ResInfo",
        ),
        **{
            f"{step}Resource": (_ORDER, _RESULT)
            for step in ("hold", "reserve", "allot", "occupy", "preRelease", "release")
        },
        "queryRequest": (
            "requestNo!40 lanId!16",
            "requestNo!40 resultCode!16 resultMsg400 procStatus! rmOrderNo64 resInfo*ResInfo "
            "reasonCode64 reasonText400",
        ),
    },
)
