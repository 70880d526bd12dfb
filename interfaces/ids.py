"""Ids: ULID text with a type prefix, e.g. ``ord_01J9...``. Sortable by creation, never an order of arrival."""

from __future__ import annotations

from ulid import ULID


def new_id(prefix: str) -> str:
    """``new_id("ord")`` -> ``"ord_01J9Z3..."`` (prefix + 26 characters)."""
    return f"{prefix}_{ULID()}"
