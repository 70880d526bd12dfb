"""A load of SOAP requests from one process: raw connections, kept alive, one request at a time each."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Any

import httptools
import uvloop

from interfaces.clock import Deadline, monotonic

ORDER = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="http://chan.example.cn/order-intake/v1">
<soapenv:Body><c:submitOrder><c:sourceSystem>CHAN</c:sourceSystem><c:requestId>RQ-{n}</c:requestId>
<c:orderNo>BENCH-{n}</c:orderNo><c:lanId>8330100</c:lanId><c:remark>厅台受理</c:remark><c:priority>5</c:priority>
<c:requiredTime>2027-10-16T18:00:00+08:00</c:requiredTime><c:channelId>HALL-0101</c:channelId><c:staffId>S10086</c:staffId>
<c:custId>200000000042</c:custId><c:custName>张示例</c:custName><c:custKind>PERSON</c:custKind><c:certType>1</c:certType>
<c:certNo>110101199001010000</c:certNo><c:contactName>张示例</c:contactName><c:contactPhone>18900000042</c:contactPhone>
<c:acctId>510000042</c:acctId><c:apptDate>2027-10-15</c:apptDate><c:apptSlot>AM</c:apptSlot>
<c:orderItem><c:itemNo>1</c:itemNo><c:itemAction>ADD</c:itemAction><c:businessType>INSTALL</c:businessType>
<c:productCode>FTTH</c:productCode><c:offerCode>FTTH-300M</c:offerCode><c:addressId>330100-ADDR-0042</c:addressId>
<c:addressDesc>示例市示例路42号</c:addressDesc><c:attr><c:name>SPEED</c:name><c:value>300M</c:value></c:attr>
<c:attr><c:name>ADDRESS_ID</c:name><c:value>330100-ADDR-0042</c:value></c:attr></c:orderItem>
</c:submitOrder></soapenv:Body></soapenv:Envelope>"""

HOLD = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:rm="http://rm.example.cn/rm-resource/v1">
<soapenv:Body><rm:holdResource><rm:requestNo>BENCH-{n}</rm:requestNo><rm:lanId>8330100</rm:lanId><rm:opType>HLD</rm:opType>
<rm:orderNo>O-{n}</rm:orderNo><rm:prodInstId>910200042</rm:prodInstId><rm:prodSpec>VOICE</rm:prodSpec>
<rm:accNbr>0571-80000142</rm:accNbr><rm:holdTime>20371012103000</rm:holdTime><rm:resInfo><rm:resType>1</rm:resType>
<rm:resNo>0571-80000142</rm:resNo></rm:resInfo></rm:holdResource></soapenv:Body></soapenv:Envelope>"""
BODIES = {"order": ORDER, "hold": HOLD}

HEAD = (
    "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml; charset=utf-8\r\n"
    'SOAPAction: ""\r\nContent-Length: {length}\r\n\r\n'
)


class Client(asyncio.Protocol):
    """One kept connection: sends a request, reads the whole answer, sends the next one until the time is over."""

    def __init__(self, path: str, stamp: str, deadline: Deadline, body: str) -> None:
        self._path, self._stamp, self._deadline, self._body = path, stamp, deadline, body
        self._parser = httptools.HttpResponseParser(self)
        self.done = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(error or ConnectionError("the server closed the connection"))

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status != 200:
            self.ended.set_exception(RuntimeError(f"{self._path} answered {status}"))
            return
        self.done += 1
        if self._deadline.passed:
            self.ended.set_result(None)
        else:
            self._send()

    def _send(self) -> None:
        body = self._body.format(n=f"{self._stamp}-{self.done}").encode()
        self._transport.write(HEAD.format(path=self._path, length=len(body)).encode() + body)


async def main(port: int, path: str, clients: int, seconds: float, stamp: str, body: str) -> float:
    """Answers per second."""
    loop, began = asyncio.get_running_loop(), monotonic()
    deadline = Deadline.after(seconds)
    made = [partial(Client, path, f"{stamp}-{i}", deadline, BODIES[body]) for i in range(clients)]
    opened = [await loop.create_connection(make, "127.0.0.1", port) for make in made]
    await asyncio.gather(*(client.ended for _, client in opened))
    taken = monotonic() - began
    for transport, _ in opened:
        transport.close()
    return sum(client.done for _, client in opened) / taken


if __name__ == "__main__":
    port, path, clients, seconds, stamp, body = sys.argv[1:]
    print(uvloop.run(main(int(port), path, int(clients), float(seconds), stamp, body)))
