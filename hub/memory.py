"""Memory that a burst of large messages took is given back to the system.

glibc keeps what was freed below the top of its arenas, so after a storm of requests of a MiB the process would stay as
large as it was at the worst moment. ``malloc_trim(3)`` gives back whole free pages wherever they lie. Where the C
library has no such call, or the system no ``/proc``, there is nothing to do.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

EVERY: Final = 2.0
"""Seconds between looks at the size."""

GROWN: Final = 16 << 20
"""Bytes more than after the last time: then at once. It takes some milliseconds in which nobody can allocate."""

AT_LEAST: Final = 5
"""In so many looks one gives back in any case: what was still in use at the last time may be free by now."""


@contextmanager
def trimmed(every: float = EVERY) -> Iterator[None]:
    """While it lasts, a thread gives back what is free."""
    ended = threading.Event()
    thread = threading.Thread(target=_run, args=(ended, every), name="memory", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def resident() -> int:
    """Bytes of this process in memory; OSError where the system does not tell."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _run(ended: threading.Event, every: float) -> None:
    with suppress(OSError, AttributeError):
        trim = ctypes.CDLL(None).malloc_trim
        last, looks = resident(), 0
        while not ended.wait(every):
            looks += 1
            if looks == AT_LEAST or resident() - last > GROWN:
                trim(ctypes.c_size_t(0))
                last, looks = resident(), 0
