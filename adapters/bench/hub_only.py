"""The hub with its doors and its store, but no worker: what acceptance alone costs. Run as a module: FD DATA."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from hub.app import build
from hub.bootstrap import build as build_hub
from hub.config import load

if __name__ == "__main__":
    sys.setswitchinterval(0.0005)
    hub = build_hub(load(Path(sys.argv[2])))
    uvicorn.run(
        build(hub, console=False),
        fd=int(sys.argv[1]),
        http="httptools",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_level="error",
    )
