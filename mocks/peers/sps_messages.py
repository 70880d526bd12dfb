"""What SPS writes to the hub: fields of its own orders and of the callback, out of the order it keeps."""

from __future__ import annotations

from collections.abc import Mapping

from interfaces.ids import new_id
from mocks.peers.sps_flow import DONE, WIRE
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


def fields(order: Body, step: str, number: str, original: str) -> Body:
    """One of SPS's own orders; ``original`` is the number of the work order to be recalled."""
    operation, kind = WIRE[step]
    request = order["request"]
    head = {"exchId": new_id("x"), "srcSys": "SPS", "orderNbr": number, "soNbr": order["id"], "operType": kind}
    body = head | pick(request, COMMON) | {"accNbr": access_number(order)} | {"resInfo": wanted(order, step)}
    if operation == "resourceOrder":
        return body | pick(request, PLACE) | why(order, step)
    if operation == "workOrder":
        work = {"origOrderNbr": original or None, "workType": request["workType"]}
        return body | work | pick(request, (*PLACE, *PEOPLE))
    return body | {"attr": request.get("attr", [])}


def wanted(order: Body, step: str) -> list[Body]:
    """Resources a step is about: types to be allotted, those to be given back, or all there are."""
    there = order["res"]
    if step == "allot":
        named = {r["resType"]: r for r in there}
        kinds = dict.fromkeys((*WANTS.get(order["request"].get("prodSpec", ""), ("PORT",)), *named))
        return [{"resType": kind, "resNo": named.get(kind, {}).get("resNo")} for kind in kinds]
    if step == "release":
        mine = [r for r in there if r["resType"] in RECOVERED or not order["request"].get("accNbr")]
        there = mine if not retrying(order) else [r for r in mine if r["resType"] in RECOVERED]
    return [{"resType": r["resType"], "resNo": r["resNo"]} for r in there]


def retrying(order: Body) -> bool:
    """A release in the middle of an order that goes on: the field found no facility."""
    return bool(order["flow"]["todo"][1:2] == ["allot"])


def why(order: Body, step: str) -> Body:
    """RM takes a port the field found unusable out of service when it is told why it comes back."""
    if step == "release" and retrying(order):
        return {"reasonCode": "noFacility", "reasonClass": "R1"}
    return {}


def merged(there: list[Body], told: list[Body], step: str) -> list[Body]:
    """Resources after a step: what was allotted is added, what was given back is gone."""
    if step == "release":
        return [r for r in there if r["resType"] not in RECOVERED]
    by_number = {r["resNo"]: r for r in (*there, *(t for t in told if t.get("resNo")))}
    return list(by_number.values())


def access_number(order: Body) -> str | None:
    """The service number: as ordered, else as allotted."""
    allotted = next((r["resNo"] for r in order["res"] if r["resType"] == "NBR"), None)
    return order["request"].get("accNbr") or allotted


def outcome(order: Body) -> Body:
    """The result part of a callback or of an answer to a query."""
    told = {"accNbr": access_number(order), "resInfo": order["res"], "finishTime": order.get("finishTime")}
    failing = order["flow"]["ending"] != DONE
    return told | (order["flow"]["reason"] if failing else {})


def notification(order: Body, state: str) -> Body:
    head = {"exchId": new_id("x"), "srcSys": "SPS", "soNbr": order["id"], "lanId": order["area"], "soState": state}
    return head | {"spsOrderNbr": order["spsOrderNbr"], "eventTime": order.get("finishTime")} | outcome(order)


def reason(result: Body) -> Body:
    return pick(result, REASON)


def pick(source: Body, names: tuple[str, ...]) -> Body:
    return {name: source[name] for name in names if source.get(name)}
