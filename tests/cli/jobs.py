"""Work for a child process: what ends well, what never ends, what kills its process."""

from __future__ import annotations

import os
import threading


def work(job: str) -> str:
    if job == "hang":
        threading.Event().wait()
    if job == "die":
        os._exit(3)
    return f"done {job}"
