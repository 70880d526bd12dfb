"""What SPS writes to the hub: fields of its own orders and of the callback, out of the order it keeps.

An order keeps what the service has and will have: ``old`` resources and ``res``, the same where nothing changes;
``before`` is the service as SPS knew it, ``{"accNbr", "attr", "res"}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from interfaces.ids import new_id
from mocks.peers.sps_flow import DONE, INSTALL, MOVE, NUMBER, REMOVE, WIRE
from mocks.store import Body

WANTS: Mapping[str, tuple[str, ...]] = {
    "FTTH": ("PORT",),
    "VOICE": ("NBR", "LINE"),
    "ADSL": ("LINE", "PORT"),
    "PHS": ("NBR",),
}
"""What an allotment asks for, by product."""

RECOVERED = ("PORT", "LINE")
COMMON = ("lanId", "prodInstId", "prodSpec", "accNbr")
PLACE = ("addrId", "addrDesc")
PEOPLE = ("contactName", "contactPhone", "apptDate", "apptSlot", "priority")
REASON = ("reasonCode", "reasonClass", "reasonText")
BACK = frozenset({"restore", "reactivate"})
"""Steps that put the network back to what it was."""
OPEN = "none"
"""Level of barring of a service in use."""
RECOVERY_DAYS = 7
WITHDRAWN = "withdrawn"
"""Why RM gets something back that was never in use after all: it is free at once."""


def resources(request: Body, before: Body) -> tuple[list[Body], list[Body]]:
    """What the service has, and what it will have as far as that is known when the order comes."""
    named = [r for r in request.get("resInfo", []) if r.get("resNo")]
    if request["workType"] == INSTALL:
        return [], named
    old = before["res"]
    if request["workType"] == MOVE:
        return old, [r for r in old if r["resType"] not in RECOVERED]
    if request["workType"] == NUMBER:
        return old, [*(r for r in old if r["resType"] != "NBR"), {"resType": "NBR", "resNo": request["accNbr"]}]
    return old, old


def known(request: Body, service: Body | None) -> Body:
    """The service as SPS knows it; one it has never seen is as the order says."""
    if service:
        return pick(service, ("accNbr", "attr", "res"))
    named = [r for r in request.get("resInfo", []) if r.get("resNo")]
    number = next((r["resNo"] for r in named if r["resType"] == "NBR"), request.get("accNbr"))
    return {"res": [pick(r, ("resType", "resNo")) for r in named], "accNbr": number, "attr": {}}


def after(order: Body) -> Body:
    """The service when the order is done."""
    attributes = order["before"].get("attr", {}) | {a["attrCd"]: a["attrVal"] for a in order["request"].get("attr", [])}
    return {"accNbr": access_number(order), "attr": attributes, "res": order["res"]}


def fields(order: Body, step: str, number: str, original: str) -> Body:
    """One of SPS's own orders; ``original`` is the number of the work order to be recalled."""
    operation, kind = WIRE[step]
    request = order["request"]
    head = {"exchId": new_id("x"), "srcSys": order["system"], "orderNbr": number, "soNbr": order["id"]}
    head["operType"] = kind
    access = order["before"].get("accNbr") if step in BACK else access_number(order)
    body = head | pick(request, COMMON) | {"accNbr": access} | {"resInfo": wanted(order, step)}
    if operation == "resourceOrder":
        return body | pick(request, PLACE) | why(order, step)
    if operation == "workOrder":
        work = {"origOrderNbr": original or None, "workType": _work(order, step)}
        return body | work | pick(request, (*PLACE, *PEOPLE)) | _due(order, step)
    return body | {"attr": _attributes(order, step)}


def _work(order: Body, step: str) -> str:
    """Work type of a field order: equipment taken away after a removal, and put back when that is withdrawn."""
    asked = str(order["request"]["workType"])
    if step in ("recover", "callOff"):
        return "22"
    return INSTALL if asked == REMOVE else asked


def _due(order: Body, step: str) -> Body:
    """Recovering equipment has a date of its own, days after the service stopped."""
    if step != "recover":
        return {}
    day = datetime.strptime(order["stopped"][:8], "%Y%m%d") + timedelta(days=RECOVERY_DAYS)
    return {"apptDate": f"{day:%Y%m%d}", "apptSlot": "0"}


def _attributes(order: Body, step: str) -> list[Body]:
    """What the network is told of the service: as ordered, or as it was."""
    asked: list[Body] = order["request"].get("attr", [])
    if step not in BACK:
        return asked
    old = order["before"].get("attr", {})
    names = dict.fromkeys((*(a["attrCd"] for a in asked), *(old if step == "reactivate" else ())))
    values = {name: old.get(name, OPEN if name == "BARRING" else None) for name in names}
    return [{"attrCd": name, "attrVal": value} for name, value in values.items() if value is not None]


def wanted(order: Body, step: str) -> list[Body]:
    """Resources a step is about: types to be allotted, those to be given back, or all there are."""
    if step == "allot":
        return _to_allot(order)
    old: list[Body] = order["old"]
    res: list[Body] = order["res"]
    gone = old if order["request"]["workType"] == REMOVE else _without(old, res)
    about: dict[str, list[Body]] = {
        "occupy": _without(res, old),
        "preRelease": gone,
        "reoccupy": gone,
        "release": _to_release(order),
        "restore": old,
        "reactivate": old,
    }
    return [pick(r, ("resType", "resNo")) for r in about.get(step, res)]


def _to_allot(order: Body) -> list[Body]:
    named = {r["resType"]: r for r in order["res"]}
    has = {r["resType"] for r in order["old"]} & set(named)
    kinds = dict.fromkeys((*WANTS.get(order["request"].get("prodSpec", ""), ("PORT",)), *named))
    return [{"resType": kind, "resNo": named.get(kind, {}).get("resNo")} for kind in kinds if kind not in has]


def _to_release(order: Body) -> list[Body]:
    """What this order took itself: a number that the customer chose was reserved by who ordered."""
    mine = _without(order["res"], order["old"])
    chosen = order["request"].get("accNbr") or retrying(order)
    return [r for r in mine if r["resType"] in RECOVERED or not chosen]


def _without(some: list[Body], others: list[Body]) -> list[Body]:
    known_numbers = {r["resNo"] for r in others}
    return [r for r in some if r["resNo"] not in known_numbers]


def retrying(order: Body) -> bool:
    """A release in the middle of an order that goes on: the field found no facility."""
    return bool(order["flow"]["todo"][1:2] == ["allot"])


def why(order: Body, step: str) -> Body:
    """RM takes a port the field found unusable out of service when it is told why it comes back."""
    if step != "release":
        return {}
    if retrying(order):
        return {"reasonCode": "noFacility", "reasonClass": "R1"}
    return {"reasonCode": WITHDRAWN}


def merged(order: Body, told: list[Body], step: str) -> list[Body]:
    """Resources after a step: what was allotted is added, what was given back is gone."""
    there: list[Body] = order["res"]
    if step == "release":
        return _without(there, _to_release(order))
    if step not in ("allot", "occupy"):
        return there
    by_number = {r["resNo"]: r for r in (*there, *(t for t in told if t.get("resNo")))}
    return list(by_number.values())


def access_number(order: Body) -> str | None:
    """The service number: as ordered, else as allotted."""
    allotted = next((r["resNo"] for r in order["res"] if r["resType"] == "NBR"), None)
    return order["request"].get("accNbr") or allotted


def outcome(order: Body) -> Body:
    """The result part of a callback or of an answer to a query."""
    told = {"accNbr": access_number(order), "resInfo": _built(order), "finishTime": order.get("finishTime")}
    failing = order["flow"]["ending"] != DONE
    return told | (order["flow"]["reason"] if failing else {})


def _built(order: Body) -> list[Body]:
    return [] if order["request"]["workType"] == REMOVE else order["res"]


def notification(order: Body, state: str, number: str = "", step: str = "") -> Body:
    """The callback about the order, or (``number``) about the one that cancelled it; ``step``: a step on the way."""
    head = {"exchId": new_id("x"), "srcSys": order["system"], "soNbr": number or order["id"], "lanId": order["area"]}
    head |= {"soState": state, "spsOrderNbr": order["spsOrderNbr"]} | ({"stepName": step} if step else {})
    return head | {"eventTime": order.get("finishTime")} | outcome(order)


def reason(result: Body) -> Body:
    return pick(result, REASON)


def pick(source: Body, names: tuple[str, ...]) -> Body:
    return {name: source[name] for name in names if source.get(name)}
