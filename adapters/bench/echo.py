"""The yardstick of ``accept``: a bare spyne echo of the same body, in one uvicorn process. Run as a module."""

from __future__ import annotations

import sys

import uvicorn

from adapters.spyne_side import echo_service

if __name__ == "__main__":
    uvicorn.run(
        echo_service("http://chan.example.cn/order-intake/v1", workers=4),
        fd=int(sys.argv[1]),
        http="httptools",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_level="error",
    )
