"""What was freed goes back to the system while ``trimmed`` lasts."""

from __future__ import annotations

import ctypes
import sys

import pytest

from hub.memory import resident, trimmed
from tests.flow.house import until

BLOCK, COUNT = 4000, 25_000
"""Below the size that glibc maps on its own: such blocks lie in an arena."""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc_trim and /proc")
def test_pages_freed_below_a_block_that_stays_are_given_back() -> None:
    c = ctypes.CDLL(None)
    c.malloc.restype, c.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    c.free.argtypes = [ctypes.c_void_p]
    with trimmed(every=0.01):
        before = resident()
        blocks = [c.malloc(BLOCK) for _ in range(COUNT)]
        for block in blocks:
            ctypes.memset(block, 1, BLOCK)
        *freed, last = blocks
        taken = resident() - before
        for block in freed:
            c.free(block)
        blocks.clear()
        until(resident, lambda now: now - before < taken / 4)
        c.free(last)
    assert taken > BLOCK * COUNT / 2
