"""ContractRoot services of the mock peers, as JSON: header TcpCont, business SvcCont, two result levels.

As on the other sides nothing is read from the agreed contract; fields are checked in mocks/spyne_side.py's notation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from interfaces.clock import real_now
from interfaces.failure import Failure
from mocks.rest_side import wrong
from mocks.spyne_side import MANNER_HEADER, Receive
from mocks.store import Body
from mocks.times import compact

NINES = "9" * 28
BUSY, NO_HEADER, NO_SERVICE, STRUCTURE = "9017", "9241", "9002", "9006"
HEADER = ("TransactionID", "BusCode", "ServiceCode", "ServiceContractVer", "SrcSysID", "DstSysID", "ReqTime")


@dataclass(frozen=True)
class RootService:
    """One ContractRoot interface: ``operations`` = name -> (ServiceCode, request element, fields, reply element)."""

    id: str
    operations: Mapping[str, tuple[str, str, str, str]]
    types: Mapping[str, str] = field(default_factory=dict)


def asgi(service: RootService, receive: Receive) -> Starlette:
    """The interface as an ASGI app at ``/<id>``; ``receive(operation, fields)`` runs in a thread."""

    async def handle(request: Request) -> JSONResponse:
        return await run_in_threadpool(_answer, service, await request.body(), receive)

    return Starlette(routes=[Route(f"/{service.id}", handle, methods=["POST"])])


def _answer(service: RootService, raw: bytes, receive: Receive) -> JSONResponse:
    try:
        root = json.loads(raw)["ContractRoot"]
        header, content = root["TcpCont"], root["SvcCont"]
        transaction = str(header["TransactionID"])
    except (ValueError, KeyError, TypeError):
        return JSONResponse(said(NINES, NO_HEADER, "no ContractRoot with TcpCont and SvcCont"))
    codes = {code: (name, *rest) for name, (code, *rest) in service.operations.items()}
    missing = [name for name in HEADER if not header.get(name)]
    if missing or header.get("ServiceCode") not in codes:
        return JSONResponse(said(transaction, NO_SERVICE, f"missing {missing}" if missing else "no such service"))
    name, asked, fields, answered = codes[header["ServiceCode"]]
    if faults := list(wrong(f"{asked}!*{asked}", {**service.types, asked: fields}, content)):
        return JSONResponse(said(transaction, STRUCTURE, "; ".join(faults)))
    try:
        answer = receive(name, content[asked])
    except Failure:
        return JSONResponse(said(transaction, BUSY, "busy"))
    headers = {MANNER_HEADER: answer.manner} if answer.manner else {}
    if answer.body is None:
        return JSONResponse({"title": "internal", "detail": "the request was not carried out"}, 500, headers)
    reply = {key: value for key, value in answer.body.items() if value is not None}
    document = said(transaction, "0000", "ok")
    document["ContractRoot"]["SvcCont"] = {answered: reply}
    return JSONResponse(document, 200, headers)


def said(transaction: str, code: str, text: str) -> Body:
    """A response without content: RspType 0 for 0000, else 9."""
    response = {"RspType": "0" if code == "0000" else "9", "RspCode": code, "RspDesc": text}
    head = {"TransactionID": transaction, "ActionCode": "1", "RspTime": compact(real_now()), "Response": response}
    return {"ContractRoot": {"TcpCont": head}}
