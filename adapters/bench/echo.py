"""The yardstick of ``accept``: a bare spyne echo of the same body, the hub's uvicorn settings. Run as a module: FD."""

from __future__ import annotations

import socket
import sys

import uvicorn

from adapters.spyne_side.yardstick import echo_service
from hub import server

if __name__ == "__main__":
    settings = server.settings(echo_service("http://chan.example.cn/order-intake/v1", workers=4))
    settings.lifespan = "off"
    uvicorn.Server(settings).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
