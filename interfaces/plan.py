"""Plan: what has to be done for one order, as data. Made by a planner, copied into the order at acceptance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from interfaces.message import Body

Capabilities = Callable[[str], "frozenset[str] | None"]
"""function -> what the system bound for the order's area can do, None when nothing serves it there."""


@dataclass(frozen=True, slots=True)
class Input:
    """Copy ``path`` of an earlier task's output to ``into`` of this task's body (dotted paths).

    Nothing is copied when the output has no such path; ``task`` ``order`` reads the order itself.
    """

    task: str
    path: str
    into: str


@dataclass(frozen=True, slots=True)
class Undo:
    """How to take a completed (or possibly done) task back, at the same function."""

    operation: str
    type: str
    body: Body
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """One durable command.

    name       unique in the plan, ``sps.provision``
    function   topology function: CRM, RM, SPS, NMS, WFM, BILL, NOTIFY ...
    operation  canonical operation name of the bound interface, ``provision``
    type       canonical request type, ``ServiceOrder`` (version 1 unless ``Type@N``)
    body       canonical request body; the engine adds ``externalId`` (the task's key), ``area`` and ``parentOrder``
               where the type has them
    after      names of tasks that must be completed first
    undo       None = nothing to undo
    point_of_no_return  "" | soft (needs a supervisor) | hard (cannot be undone after completion)
    system     set to pin a system instance, else topology decides (owner first)
    title      {"en": ..., "zh": ...} for people
    """

    name: str
    function: str
    operation: str
    type: str
    body: Body
    after: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    undo: Undo | None = None
    point_of_no_return: Literal["", "soft", "hard"] = ""
    system: str = ""
    title: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """DAG of tasks.

    version           what it was derived from, ``catalogue:2026-11-01``
    product_instance  the product instance the order is about (its first item's)
    instances         all of them: each is a lane the order takes its turn on, and a subject of the conflict table
    product_family    for topology bindings by product (``BROADBAND``, ``VOICE``)
    action            business action of the order (``install`` ...), for the conflict table
    """

    tasks: tuple[PlannedTask, ...]
    version: str = ""
    product_instance: str = ""
    instances: tuple[str, ...] = ()
    product_family: str = ""
    action: str = ""
