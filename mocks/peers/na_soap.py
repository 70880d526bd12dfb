"""NA's SOAP services as NA's vendor wrote them down: two it serves, one it calls at the hub."""

from __future__ import annotations

from collections.abc import Mapping

from mocks.spyne_side import Service

_TYPES: Mapping[str, str] = {"Attr": "attrName!64 attrValue!1000", "Res": "resKind! resCode64 resRole32 resValue400"}
_SHEET = "reqNo!40 lanId!16 sheetNo64 instId!64 prodCode64 accessNo32 res*Res attr*Attr"
_TAKEN = "reqNo!40 retCode!16 retMsg400 naSeq64"
_OUTCOME = "finishTime14 retCode64 retMsg400"

SERVED = Service(
    id="na-service",
    namespace="http://na.example.cn/na-service/v1",
    types=_TYPES,
    operations={
        "openService": (_SHEET, _TAKEN),
        "closeService": (_SHEET, _TAKEN),
        "changeService": (_SHEET, _TAKEN),
        "querySheet": ("reqNo!40 lanId!16", "reqNo!40 retCode!16 retMsg400 sheetState! naSeq64 failCode64 failMsg400"),
    },
)

RESULTS = Service(
    id="na-result",
    namespace="http://na.example.cn/na-result/v1",
    operations={
        "commandResult": (
            f"cmdNo!40 hubNo64 reqNo64 lanId16 cmdState! {_OUTCOME}",
            "cmdNo!40 retCode!16 retMsg400 recvFlag",
        ),
    },
)

HUB = Service(
    id="na-orders",
    namespace="http://na.example.cn/na-orders/v1",
    types=_TYPES,
    operations={
        "elementCommand": (
            "exchId!64 srcSys!16 cmdNo!40 reqNo64 lanId!16 cmdType! element!32 instId!64 prodCode64 accessNo32 "
            "res*Res attr*Attr",
            "cmdNo!40 retCode!16 retMsg400 hubNo64 cmdState",
        ),
        "serviceResult": (
            f"exchId!64 srcSys!16 reqNo!40 naSeq64 lanId16 sheetState! step64 {_OUTCOME}",
            "reqNo!40 retCode!16 retMsg400 recvFlag!",
        ),
    },
)
