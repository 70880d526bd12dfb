"""The hub as it is served, without its workers: what acceptance alone costs. Run as a module: FD DATA."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn

from hub import server
from hub.app import build
from hub.bootstrap import build as build_hub
from hub.config import load

if __name__ == "__main__":
    settings = server.settings(build(build_hub(load(Path(sys.argv[2]))), console=False))
    settings.lifespan = "off"  # the hub's start would run the workers
    server.tune()
    uvicorn.Server(settings).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
