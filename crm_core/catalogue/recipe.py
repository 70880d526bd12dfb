"""How a product is realised: recipes of tasks with conditions, compiled from the catalogue's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from crm_core.catalogue.rule import Rule
from crm_core.catalogue.template import Facts
from interfaces.plan import Capabilities, Input

ORDER = "order"
"""Name an input uses for the order itself (interfaces.plan.Input)."""
MILESTONE = ":"
"""``sps.provision:serviceStopped`` in ``after``: not the task's end but a step its peer reports on the way."""


@dataclass(frozen=True, slots=True)
class Condition:
    """All of it must hold: facts that are given, capabilities (function, name) that are there or are lacking."""

    given: tuple[str, ...] = ()
    has: tuple[tuple[str, str], ...] = ()
    lacks: tuple[tuple[str, str], ...] = ()

    def holds(self, facts: Facts, capabilities: Capabilities) -> bool:
        return (
            all(facts[name] is not None for name in self.given)
            and all(name in (capabilities(function) or ()) for function, name in self.has)
            and not any(name in (capabilities(function) or ()) for function, name in self.lacks)
        )


@dataclass(frozen=True, slots=True)
class UndoRule:
    """How a task is taken back at the same function."""

    operation: str
    type: str
    body: Callable[[Facts], dict[str, Any]]
    inputs: tuple[Input, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskRule:
    """One task of a recipe; ``body`` makes its request body from the facts of an order item."""

    name: str
    function: str
    operation: str
    type: str
    body: Callable[[Facts], dict[str, Any]]
    when: Condition | None = None
    after: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    undo: UndoRule | None = None
    point_of_no_return: Literal["", "soft", "hard"] = ""
    title: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a business action is realised.

    instance    the order makes a new product instance, or names one
    requires    facts that the order has to give
    parameters  values that stand among the product's characteristics and are about the order only
    """

    name: str
    instance: Literal["new", "existing"]
    tasks: tuple[TaskRule, ...]
    requires: tuple[str, ...] = ()
    parameters: Mapping[str, Rule] = field(default_factory=dict)
    _variants: dict[tuple[str, ...], tuple[TaskRule, ...]] = field(default_factory=dict, compare=False)

    def selected(self, facts: Facts, capabilities: Capabilities) -> tuple[TaskRule, ...]:
        """The tasks whose conditions hold, with order and inputs closed over those that do not."""
        kept = tuple([t.name for t in self.tasks if t.when is None or t.when.holds(facts, capabilities)])
        found = self._variants.get(kept)
        if found is None:  # two threads may both make it: they make the same
            found = self._variants[kept] = close_gaps(self.tasks, frozenset(kept))
        return found


def close_gaps(tasks: tuple[TaskRule, ...], kept: frozenset[str]) -> tuple[TaskRule, ...]:
    """Drop the tasks not in ``kept``; who came after a dropped one comes after what that one came after."""
    before = {task.name: task.after for task in tasks}
    return tuple(
        replace(
            task,
            after=_real(task.after, before, kept),
            inputs=_from(task.inputs, kept),
            undo=task.undo and replace(task.undo, inputs=_from(task.undo.inputs, kept)),
        )
        for task in tasks
        if task.name in kept
    )


def _from(inputs: tuple[Input, ...], kept: frozenset[str]) -> tuple[Input, ...]:
    return tuple(i for i in inputs if i.task in kept or i.task == ORDER)


def _real(after: tuple[str, ...], before: Mapping[str, tuple[str, ...]], kept: frozenset[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in after:
        task = task_of(name)
        found.update(dict.fromkeys([name] if task in kept else _real(before[task], before, kept)))
    return tuple(found)


def task_of(name: str) -> str:
    """The task that a name in ``after`` speaks of, with or without a milestone."""
    return name.partition(MILESTONE)[0]
