"""NMS, specialised network management (专业网管): opens, changes and closes services, by SOAP. Idempotent by cmdId."""

from __future__ import annotations

from collections.abc import Mapping

from mocks.peer import Act, Peer, Refused
from mocks.rules import Rule
from mocks.spyne_side import Service
from mocks.store import Body, Tx, data_of

_COMMAND = "cmdId!40 lanId!16 workOrder64 userId!64 svcType64 userNo32 res*ResItem param*Param netElement32"
_REPLY = "cmdId!40 resultCode!16 resultMsg400 nmsSeq64 param*Param"

SERVICE = Service(
    id="nms-activation",
    namespace="http://nms.example.cn/nms-activation/v1",
    types={"Param": "paramName!64 paramValue!1000", "ResItem": "resKind! resCode64 resRole32 resValue400"},
    operations={
        "openService": (_COMMAND, _REPLY),
        "closeService": (_COMMAND, _REPLY),
        "modifyService": (_COMMAND, _REPLY),
        "queryCommand": (
            "cmdId!40 lanId!16",
            "cmdId!40 resultCode!16 resultMsg400 cmdState! nmsSeq64 failCode64 failMsg400",
        ),
    },
)


BARRING, NOTHING = "BARRING", "none"
"""The parameter that says what is barred (none | outgoing | both), and its value for a service in use."""


def ports_of(request: Body) -> list[str]:
    return [r["resCode"] for r in request.get("res", []) if r["resKind"] in ("PORT", "LINE") and "resCode" in r]


def params_of(request: Body) -> Body:
    return {p["paramName"]: p["paramValue"] for p in request.get("param", [])}


class Nms(Peer):
    code = "NMS"
    title = "network management"
    services = (SERVICE,)

    def make_acts(self) -> Mapping[str, Act]:
        return {
            "openService": Act("activate", "cmdId", self._open),
            "closeService": Act("deactivate", "cmdId", self._close),
            "modifyService": Act("change", "cmdId", self._modify),
            "queryCommand": Act("queryOutcome", "cmdId", self._outcome, repeats=True),
        }

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        reply = {"cmdId": request.get("cmdId"), "resultCode": refused.code, "resultMsg": refused.text}
        return reply | ({"cmdState": "2"} if operation == "queryCommand" else {})

    def state(self, tx: Tx) -> Body:
        rows = tx.things("kind = 'service' ORDER BY id")
        shown = ("state", "area", "ports", "params", "number", "elements")
        return {"services": {r["id"]: {k: r[k] for k in shown} for r in rows}}

    def findings(self, tx: Tx) -> list[str]:
        seen: dict[str, str] = {}
        found = []
        for row in tx.things("kind = 'service' AND state <> 'closed' ORDER BY id"):
            if (row["state"] == "suspended") != (row["params"].get(BARRING, NOTHING) != NOTHING):
                found.append(f"{row['id']} is {row['state']} and bars {row['params'].get(BARRING, NOTHING)}")
            for port in row["ports"]:
                if port in seen:
                    found.append(f"port {port} is open for {seen[port]} and for {row['id']}")
                seen[port] = row["id"]
        return found

    def _open(self, tx: Tx, request: Body, rule: Rule) -> Body:
        before = tx.get("service", request["userId"])
        kept = before if before and before["state"] != "closed" else {}
        ports = ports_of(request) or kept.get("ports", [])
        for row in tx.things("kind = 'service' AND state <> 'closed' AND id <> ?", request["userId"]):
            if set(ports) & set(row["ports"]):
                raise Refused("3002", "the port is in use")
        self._put(tx, request, kept, ports, _elements(kept, request))
        return self._done(tx, request, "activate")

    def _close(self, tx: Tx, request: Body, rule: Rule) -> Body:
        """All of it, or one element of it: the service is open as long as one is."""
        row = self._known(tx, request)
        named = request.get("netElement")
        left = [element for element in row.get("elements", []) if named and element != named]
        data = data_of(row) | {"elements": left}
        tx.put("service", row["id"], area=row["area"], state=row["state"] if left else "closed", **data)
        return self._done(tx, request, "deactivate")

    def _modify(self, tx: Tx, request: Body, rule: Rule) -> Body:
        row = self._known(tx, request)
        if row["state"] == "closed":
            raise Refused("3003", "no such user")
        self._put(tx, request, row, ports_of(request) or row["ports"], row.get("elements", []))
        return self._done(tx, request, "change")

    def _put(self, tx: Tx, request: Body, kept: Body, ports: list[str], elements: list[str]) -> None:
        """The service as it is from now on: what it had, and over it what it is told."""
        params = kept.get("params", {}) | params_of(request)
        state = "open" if params.get(BARRING, NOTHING) == NOTHING else "suspended"
        data = {"ports": ports, "params": params, "elements": elements}
        data |= {"number": request.get("userNo") or kept.get("number")}
        tx.put("service", request["userId"], area=request["lanId"], state=state, **data)

    def _known(self, tx: Tx, request: Body) -> Body:
        row = tx.get("service", request["userId"])
        if row is None:
            raise Refused("3003", "no such user")
        return row

    def _done(self, tx: Tx, request: Body, step: str) -> Body:
        tx.effect(request["cmdId"], step, request["userId"])
        return {"cmdId": request["cmdId"], "resultCode": "0", "resultMsg": "ok", "nmsSeq": f"N{request['cmdId']}"}

    def _outcome(self, tx: Tx, request: Body, rule: Rule) -> Body:
        first = tx.recall(request["cmdId"])
        reply = {"cmdId": request["cmdId"], "resultCode": "0", "cmdState": "0" if first else "9"}
        return reply | {"nmsSeq": (first or {}).get("nmsSeq")}


def _elements(kept: Body, request: Body) -> list[str]:
    """Network elements on which the service is open, each once."""
    return sorted({*kept.get("elements", []), *filter(None, [request.get("netElement")])})
