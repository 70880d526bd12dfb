"""The hub's own SOAP API, /soap/hub: one row per operation, each with one ``request`` and one ``result``.

The contract is written here; what its fields mean to the hub is written in the agreement HUB/hub, whose contract file
is this service's WSDL. A test keeps the two equal; ``python -m adapters.spyne_side.hub_api`` prints the file anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import interfaces.spyne_compat  # noqa: F401  before any spyne import

# isort: split
from spyne import ComplexModel, Fault, ServiceBase, Unicode, rpc

from adapters.spyne_side import hub_types as t
from adapters.spyne_side.plain import CodedService, served
from interfaces.wire import Tree

ID = "hub"
"""Interface id, and the last part of the address."""

ADDRESS = "http://hub.example.cn/soap/hub"
"""In the contract file; a running hub writes its own."""

_PORT = "HubPort"

Ask = Callable[[str, Tree], Tree]
"""(operation, wire tree of its body element) -> wire tree of the answer's."""


@dataclass(frozen=True, slots=True)
class _Operation:
    request: type[Any]
    result: type[Any]
    about: str


OPERATIONS = {
    "submitOrder": _Operation(t.SubmitOrder, t.OrderResult, "Acknowledged once it is stored: it is never lost then."),
    "queryOrder": _Operation(t.QueryOrder, t.OrderResult, "How far an order is, and why it stands still."),
    "queryCustomer": _Operation(t.QueryCustomer, t.CustomerResult, "A customer with accounts and products."),
    "queryArrears": _Operation(t.QueryArrears, t.ArrearsResult, "What an account, a customer or a number owes."),
    "reserveNumber": _Operation(t.ReserveNumber, t.ReservationResult, "Hold a service number for an order to come."),
    "raiseTicket": _Operation(t.RaiseTicket, t.TicketResult, "Something is out of order: a trouble ticket, stored."),
    "urgeTicket": _Operation(t.UrgeTicket, t.TicketResult, "The customer calls again about his ticket."),
    "queryTicket": _Operation(t.QueryTicket, t.TicketProgress, "How far fault handling is with a ticket."),
}


class HubFault(Fault):  # type: ignore[misc]
    """Detail of every soap:Fault. code: what it is, to decide on; incident: what to quote to the hub's operator."""

    __namespace__ = t.NAMESPACE
    _type_info = {
        "code": t.must(Unicode),
        "message": t.must(Unicode),
        "where": t.may(Unicode),
        "advice": t.may(Unicode),
        "incident": t.may(Unicode),
        "partnerCode": t.may(Unicode),
        "error": t.many(t.FaultError),
    }


def hub_service(ask: Ask, address: str, workers: int) -> CodedService:
    """The API, each call answered by ``ask`` in a thread of its pool."""
    methods = {name: _method(name, operation, ask) for name, operation in OPERATIONS.items()}
    service = type("HubService", (ServiceBase,), methods | {"__port_types__": (_PORT,)})
    return served([service], t.NAMESPACE, "HubService", address, workers)


def _method(name: str, operation: _Operation, ask: Ask) -> Any:
    def handle(ctx: Any, request: Any) -> Any:
        return _object(operation.result, ask(name, {"request": _tree(request)})["result"])

    handle.__name__, handle.__doc__ = name, operation.about
    return rpc(
        t.must(operation.request),
        _returns=t.must(operation.result),
        _args=["request"],
        _out_variable_name="result",
        _throws=[HubFault],
        _port_type=_PORT,
    )(handle)


def _tree(value: Any) -> Any:
    """spyne's objects -> wire tree: absent stays absent."""
    if isinstance(value, list):
        return [_tree(item) for item in value]
    if isinstance(value, ComplexModel):
        return {name: _tree(got) for name in type(value)._type_info if (got := getattr(value, name)) is not None}
    return value


def _object(kind: Any, tree: Any) -> Any:
    """Wire tree -> spyne's objects."""
    if isinstance(tree, list):
        return [_object(kind, item) for item in tree]
    if isinstance(tree, dict):
        return kind(**{name: _object(kind._type_info[name], got) for name, got in tree.items()})
    return tree


def contract() -> bytes:
    """The WSDL as the agreement's folder holds it."""
    return hub_service(lambda name, tree: tree, ADDRESS, workers=1).wsdl


if __name__ == "__main__":
    sys.stdout.buffer.write(contract())
