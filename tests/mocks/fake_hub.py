"""A hub of forty lines: takes peers' orders, answers as told, keeps callbacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from mocks.caller import tree
from mocks.server import Server
from mocks.shell import ENVELOPE, Receive, Scope, Send, soap_fault
from mocks.store import Body

DONE: Body = {"orderState": "10C"}
NUMBERS = ("soNbr", "orderNbr", "reqNo", "orderNo")
"""What peers call the number of an order of theirs."""


class FakeHub:
    """``answers[operType]`` = results given one after the other, the last one for ever; default is done."""

    def __init__(self) -> None:
        self.orders: list[Body] = []
        self.callbacks: list[Body] = []
        self.answers: dict[str, list[Body]] = {}
        self.ack: Body = {"resultCode": "0", "orderState": "10A"}
        self.down = 0
        self.fault = ""
        self.tell: Callable[[Body], Any] = lambda result: None
        self._server = Server(self._app)
        self.url = self._server.url

    @property
    def steps(self) -> list[str]:
        return [order["operType"] for order in self.orders]

    def stop(self) -> None:
        self._server.stop()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        if self.down > 0:
            self.down -= 1
            await _answer(send, 503, soap_fault("Server", "not now"))
            return
        if self.fault:
            await _answer(send, 500, soap_fault(self.fault, "not like this"))
            return
        request = etree.fromstring(body).find(f"{ENVELOPE}Body")[0]  # type: ignore[index]
        name, fields = etree.QName(request).localname, tree(request)
        callback, number = name.endswith("Notify"), {key: fields[key] for key in NUMBERS if key in fields}
        if callback:
            self.callbacks.append(fields)
            reply = {**number, "resultCode": "0", "recvFlag": "R"}
        else:
            self.orders.append(fields)
            reply = {**number, **self.ack}
        await _answer(send, 200, _reply(name, reply))
        if not callback and "operType" in fields and self.ack["resultCode"] == "0":
            script = self.answers.get(fields["operType"], [DONE])
            result = script.pop(0) if len(script) > 1 else script[0]
            if result:
                self.tell({"orderNbr": fields["orderNbr"], **result})


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/xml"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _reply(name: str, fields: Body) -> bytes:
    leaves = "".join(f"<{key}>{value}</{key}>" for key, value in fields.items())
    ns = "http://sps.example.cn/sps-orders/v1"
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE[1:-1]}"><s:Body><{name}Response xmlns="{ns}">{leaves}</{name}Response>'
        "</s:Body></s:Envelope>"
    ).encode()
