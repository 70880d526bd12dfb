"""DATA/run.json: who runs on a data folder.

``{"hubs": [{"pid", "url"}], "mocks": {"pid", "peers": {code: url}}}``. Several processes write it, so every
change is made under a lock and put in place in one step; entries of processes that are gone are left out.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

FILE: Final = "run.json"

Run = dict[str, Any]


def read(data: Path) -> Run:
    """What runs now; ``{"hubs": []}`` when nothing does."""
    try:
        run: Run = json.loads((data / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        run = {}
    run["hubs"] = [hub for hub in run.get("hubs", []) if alive(hub["pid"])]
    if "mocks" in run and not alive(run["mocks"]["pid"]):
        del run["mocks"]
    return run


def alive(pid: int) -> bool:
    """Whether a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def change(data: Path, edit: Callable[[Run], None]) -> None:
    """Read, ``edit`` in place, write; one process at a time."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / f"{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = read(data)
        edit(run)
        _put(data / FILE, run)


def _put(file: Path, run: Run) -> None:
    draft = file.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(run, indent=1), encoding="utf-8")
    draft.replace(file)


@contextmanager
def hub_listed(data: Path, url: str) -> Iterator[None]:
    """While inside, this process is listed as a hub at ``url``."""
    me = {"pid": os.getpid(), "url": url}
    change(data, lambda run: run["hubs"].append(me))
    try:
        yield
    finally:
        change(data, lambda run: run.update(hubs=[hub for hub in run["hubs"] if hub["pid"] != me["pid"]]))
