"""A load of SOAP orders from one process: raw connections, kept alive, one request at a time each."""

from __future__ import annotations

import asyncio
import sys

from interfaces.clock import monotonic

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


async def client(port: int, path: str, stamp: str, number: int, until: float, done: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f'POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: ""\r\n'
    while monotonic() < until:
        body = ORDER.format(n=f"{stamp}-{number}-{done[number]}").encode()
        writer.write(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        status = await reader.readline()
        if b" 200 " not in status:
            raise SystemExit(f"{path} answered {status!r}: {(await reader.read(2000)).decode(errors='replace')}")
        length, chunked = 0, False
        while (line := await reader.readline()) != b"\r\n":
            name, _, value = line.lower().partition(b":")
            length = int(value) if name == b"content-length" else length
            chunked |= name == b"transfer-encoding"
        if chunked:
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        else:
            await reader.readexactly(length)
        done[number] += 1
    writer.close()


async def main(port: int, path: str, clients: int, seconds: float, stamp: str) -> float:
    """Answers per second."""
    done = [0] * clients
    began = monotonic()
    await asyncio.gather(*(client(port, path, stamp, i, began + seconds, done) for i in range(clients)))
    return sum(done) / (monotonic() - began)


if __name__ == "__main__":
    port, path, clients, seconds, stamp = sys.argv[1:]
    print(asyncio.run(main(int(port), path, int(clients), float(seconds), stamp)))
