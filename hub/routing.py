"""From a canonical message to an order with tasks bound to systems: plan, bind, check who may call whom."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hub.case import new_task
from hub.gateway import Gateway
from hub.planner import Planner
from hub.topology import Topology
from interfaces.canonical import schema
from interfaces.failure import Failure
from interfaces.message import Body, Message
from interfaces.plan import Plan, PlannedTask, Undo
from interfaces.spec.model import Route

Row = dict[str, Any]

PLAN = "PLAN"
CORE = "CRM"  # the system in whose name a plan's tasks call


class Router:
    """Content-based router (EIP): topology is its data."""

    def __init__(self, topology: Topology, gateway: Gateway, planner: Planner) -> None:
        self.topology = topology
        self._gateway = gateway
        self._planner = planner

    def plan(self, message: Message, route: Route, now: int) -> Plan:
        """The planner's plan for product orders, one routed task for everything else. Failure if refused."""
        if route.function != PLAN:
            return pass_through(message, self._offered(message, route, now), route.function)

        return self._planner.plan(message, self.topology.served(message.area, now))

    def _offered(self, message: Message, route: Route, now: int) -> str:
        """The operation asked for. What the message names and nobody there does is the message's fault, not ours."""
        name = self.operation_of(message, route)
        binding = self.topology.bind(route.function, message.area, at=now)
        if route.operation == "$action" and not self._gateway.offers(binding.interfaces, name):
            raise Failure(
                "rejected",
                f"{binding.system} does not do {name!r}",
                where=f"{route.function} in local network {message.area}",
                advice=f"see `mboss interface show {binding.interfaces[0]}`",
            )
        return name

    @staticmethod
    def operation_of(message: Message, route: Route) -> str:
        """``$action`` = the canonical body's action."""
        return str(message.body.get("action", "")) if route.operation == "$action" else route.operation

    def tasks(self, plan: Plan, order_id: str, message: Message, now: int) -> list[Row]:
        """Task rows, each bound to the system and interface version in force now."""
        caller = CORE if message.type == "ProductOrder" else message.source
        return [self._task(t, pos, plan, caller, order_id, message, now) for pos, t in enumerate(plan.tasks)]

    def _task(
        self, planned: PlannedTask, pos: int, plan: Plan, caller: str, order_id: str, message: Message, now: int
    ) -> Row:
        self.check_caller(caller, planned.function)
        binding = self.topology.bind(planned.function, message.area, plan.product_family, now)
        row = new_task(
            order_id,
            pos,
            name=planned.name,
            function=planned.function,
            operation=planned.operation,
            type=planned.type,
            after=planned.after,
            inputs=[[i.task, i.path, i.into] for i in planned.inputs],
            point_of_no_return=planned.point_of_no_return,
            title=planned.title,
            peer=planned.system or binding.system,
            interface=self._gateway.find_operation(binding.interfaces, planned.operation)[0],
            priority=message.priority,
            updated_at=now,
        )
        row["body"] = stamp(planned.body, planned.type, row["id"], order_id, message)
        if planned.undo:
            row["undo"] = self._undo(planned.undo, binding.interfaces, row["id"], order_id, message)
        return row

    def _undo(self, undo: Undo, refs: tuple[str, ...], task_id: str, order_id: str, message: Message) -> Row:
        return {
            "operation": undo.operation,
            "interface": self._gateway.find_operation(refs, undo.operation)[0],
            "type": undo.type,
            "body": stamp(undo.body, undo.type, "", order_id, message, undoes=task_id),
            "inputs": [[i.task, i.path, i.into] for i in undo.inputs],
        }

    def check_caller(self, caller: str, function: str) -> None:
        """CRM never reaches network management (invariant 10)."""
        refused = self.topology.refuse_caller(caller, function)
        if refused:
            raise refused

    def notice(self, system: str, order_id: str, message: Message, now: int) -> Row | None:
        """The task that tells ``system`` how its order ended; None when it has no such interface."""
        binding = next((b for b in self.topology.bindings if b.function == "NOTIFY" and b.system == system), None)
        if binding is None:
            return None
        ref, operation = self._gateway.find_operation(binding.interfaces, "notify")
        return new_task(
            order_id,
            900,
            kind="notify",
            name="notify",
            function="NOTIFY",
            operation=operation.name,
            type=operation.request.type_name,
            peer=system,
            interface=ref,
            body={"externalId": message.key, "area": message.area},
            after=["~end"],
            title={"en": "tell the sender", "zh": "回单通知"},
            priority=message.priority,
            updated_at=now,
        )


def stamp(body: Body, type_name: str, key: str, order_id: str, message: Message, undoes: str = "") -> Body:
    """What the engine adds to a task's body, where the canonical type has a place for it."""
    made = {**body, "externalId": key, "area": message.area}
    for name in _places(type_name):
        value = undoes if name == "originalOrder" else order_id
        if value and name not in made:
            made[name] = value
    return made


@cache
def _places(type_name: str) -> tuple[str, ...]:
    """Which of the engine's own fields a canonical type has."""
    name, _, version = type_name.partition("@")
    properties = schema(name, int(version or 1))["properties"]
    return tuple(field for field in ("orderId", "parentOrder", "originalOrder") if field in properties)


def pass_through(message: Message, operation: str, function: str) -> Plan:
    """A peer's own order: one task that hands it to the function it asks for."""
    body = {k: v for k, v in message.body.items() if k not in ("externalId", "area")}
    service: Mapping[str, Any] = message.body.get("service", {})
    task = PlannedTask(
        name=f"{function.lower()}.{operation}",
        function=function,
        operation=operation,
        type=message.type,
        body=body,
        title={"en": f"{function} {operation}", "zh": f"{function} {operation}"},
    )
    return Plan((task,), version="routed", product_instance=str(service.get("id", "")), action=operation)


def sender_of(order: Mapping[str, Any]) -> Message:
    """What an order's row keeps of the message that made it, for the notice at its end."""
    return Message(
        id=order["message_id"],
        type=order["type"],
        source=order["source"],
        body=order["body"],
        key=order["external_id"],
        area=order["area"],
        priority=order["priority"],
    )
