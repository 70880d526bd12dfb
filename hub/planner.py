"""Planner: the port through which the kernel asks what an order needs. adapters/crm_core implements it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from interfaces.message import Message
from interfaces.plan import Plan

Served = Callable[[str, str], "frozenset[str] | None"]
"""(function, product family) -> what the system bound in the order's area can do, None when nothing serves it there."""


class Planner(Protocol):
    """Turns a ProductOrder into a plan, or refuses it. Pure: no I/O that can block, no side effects.

    Raises Failure ``rejected`` (a business rule says no; ``errors`` lists every rule) or ``invalid``.
    """

    def plan(self, message: Message, served: Served) -> Plan: ...
