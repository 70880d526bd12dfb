"""Ids: ULID text with a type prefix, e.g. ``ord_01J9...``. Sortable by creation, never an order of arrival."""

from __future__ import annotations

import os
from typing import Final

from interfaces.clock import real_now

_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_PAIRS: Final = tuple(a + b for a in _DIGITS for b in _DIGITS)
"""Ten bits as text."""


def new_id(prefix: str) -> str:
    """``new_id("ord")`` -> ``"ord_01J9Z3..."``: prefix + 10 characters of milliseconds + 16 of chance."""
    time, chance = real_now() // 1000, int.from_bytes(os.urandom(10), "big")
    return f"{prefix}_{_text(time, 40)}{_text(chance, 70)}"


def derived(prefix: str, of: str, suffix: str = "") -> str:
    """An id that belongs to another one: ``derived("tk", "msg_01J9...", "02")`` -> ``"tk_01J9...02"``."""
    return f"{prefix}_{of.partition('_')[2] or of}{suffix}"


def _text(number: int, shift: int) -> str:
    return "".join([_PAIRS[number >> at & 1023] for at in range(shift, -1, -10)])
