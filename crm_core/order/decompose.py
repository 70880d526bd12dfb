"""decompose: an order that was checked -> its plan, by the recipes of the catalogue. Pure; on the acceptance path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crm_core.catalogue.model import Catalogue, Product
from crm_core.catalogue.recipe import MILESTONE, TaskRule
from crm_core.catalogue.template import Facts
from crm_core.order.facts import Ids, customer_facts, make_facts
from crm_core.order.items import Item, business_action, changes, found_in
from interfaces.plan import Capabilities, Input, Plan, PlannedTask, Undo


def decompose(
    order: Mapping[str, Any], catalogue: Catalogue, capabilities: Capabilities, ids: Ids, source: str = ""
) -> Plan:
    """The plan of ``order`` (canonical ProductOrder body in which ``check`` found nothing), sent by ``source``.

    The first item's tasks keep their recipe names; those of item n carry ``#n``. ``product_instance``,
    ``product_family`` and ``action`` are the first item's.
    """
    items = changes(order)
    shared = customer_facts(order, ids, source)
    tasks: list[PlannedTask] = []
    instances = [item.get("product", {}).get("id") or ids("PI", item["id"]) for item in items]
    for number, (item, instance) in enumerate(zip(items, instances, strict=True), 1):
        made = _tasks(order, item, catalogue, capabilities, instance, shared)
        tasks += made if number == 1 else [_numbered(task, number) for task in made]
    return Plan(
        tasks=tuple(tasks),
        version=f"catalogue:{catalogue.version}",
        product_instance=instances[0],
        instances=tuple(instances),
        product_family=_product(items[0], catalogue).family,
        action=business_action(items[0]),
    )


def _product(item: Item, catalogue: Catalogue) -> Product:
    product, _ = found_in(catalogue, item)
    assert product is not None, "check refuses an item of no product"
    return product


def _tasks(
    order: Mapping[str, Any],
    item: Item,
    catalogue: Catalogue,
    capabilities: Capabilities,
    instance: str,
    shared: Mapping[str, Any],
) -> list[PlannedTask]:
    product, (_, offering) = _product(item, catalogue), found_in(catalogue, item)
    facts = make_facts(order, item, product, offering, instance, shared)
    recipe = product.actions[facts["action"]]
    return [_task(rule, facts) for rule in recipe.selected(facts, capabilities)]


def _task(rule: TaskRule, facts: Facts) -> PlannedTask:
    undo = rule.undo
    return PlannedTask(
        name=rule.name,
        function=rule.function,
        operation=rule.operation,
        type=rule.type,
        body=rule.body(facts),
        after=rule.after,
        inputs=rule.inputs,
        undo=Undo(undo.operation, undo.type, undo.body(facts), undo.inputs) if undo else None,
        point_of_no_return=rule.point_of_no_return,
        title=rule.title,
    )


def _numbered(task: PlannedTask, number: int) -> PlannedTask:
    """The same task as part of item ``number``: every name of a task in it says so."""

    def moved(inputs: tuple[Input, ...]) -> tuple[Input, ...]:
        return tuple(i if i.task == "order" else replace(i, task=f"{i.task}#{number}") for i in inputs)

    return replace(
        task,
        name=f"{task.name}#{number}",
        after=tuple(_after(name, number) for name in task.after),
        inputs=moved(task.inputs),
        undo=task.undo and replace(task.undo, inputs=moved(task.undo.inputs)),
    )


def _after(name: str, number: int) -> str:
    task, colon, milestone = name.partition(MILESTONE)
    return f"{task}#{number}{colon}{milestone}"
