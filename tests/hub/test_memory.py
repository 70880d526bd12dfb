"""What was freed goes back to the system while ``trimmed`` lasts."""

from __future__ import annotations

import subprocess
import sys

import pytest

TAKEN_AND_FREED = """
import ctypes, sys, time
from hub.memory import resident, trimmed

BLOCK, COUNT = 4000, 25_000  # below the size that glibc maps on its own: such blocks lie in an arena
c = ctypes.CDLL(None)
c.malloc.restype, c.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
c.free.argtypes = [ctypes.c_void_p]
with trimmed(every=0.01):
    before = resident()
    blocks = [c.malloc(BLOCK) for _ in range(COUNT)]
    for block in blocks:
        ctypes.memset(block, 1, BLOCK)
    assert resident() - before > BLOCK * COUNT / 2
    for block in blocks[:-1]:
        c.free(block)
    while resident() - before > BLOCK * COUNT / 4:
        time.sleep(0.01)
"""
"""In a process of its own: how much comes anew from the system is not for what ran before to say."""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc_trim and /proc")
def test_pages_freed_below_a_block_that_stays_are_given_back() -> None:
    subprocess.run([sys.executable, "-c", TAKEN_AND_FREED], check=True, timeout=60)
