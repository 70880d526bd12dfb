"""SOAP services of the mock peers, on spyne: the only module of this side that imports it.

A service is written down as data (``Service``), so that a peer's file shows what it speaks at a glance; spyne
validates with lxml, parses, serialises and makes the WSDL. Nothing is read from the agreed contracts: the two
descriptions are independent, and a test compares them.

Fields notation, one string per message: ``name`` optional text, ``name!`` required, ``name!40`` required and
at most 40 characters, ``name*Type`` a repeated complex type out of ``Service.types``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import interfaces.spyne_compat  # noqa: F401  before any spyne import

# isort: split
from a2wsgi import WSGIMiddleware
from spyne import Application, ComplexModel, Fault, ServiceBase, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

from mocks.rules import Answer
from mocks.store import Body

FIELD = re.compile(r"(?P<name>[A-Za-z_]+)(?P<required>!)?(?P<length>\d+)?(?:\*(?P<type>\w+))?")
MANNER_HEADER = "X-Mock-Manner"
"""Carries the answer's manner (JSON of the rule) from here to mocks/shell.py, which takes it off again."""

Receive = Callable[[str, Body], Answer]


@dataclass(frozen=True)
class Service:
    """One SOAP service: ``operations`` = wire operation -> (request fields, reply fields)."""

    id: str
    namespace: str
    operations: Mapping[str, tuple[str, str]]
    types: Mapping[str, str] = field(default_factory=dict)


class Soap11Plain(Soap11):  # type: ignore[misc]
    """SOAP 1.1 without multi-ref expansion, which turns a small request into gigabytes before validation."""

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        super().create_in_document(ctx, charset)
        ctx.in_document = (ctx.in_document[0], {})


def _members(fields: str, types: Mapping[str, Any]) -> dict[str, Any]:
    return {m["name"]: _member(m, types) for m in map(FIELD.fullmatch, fields.split()) if m}


def _member(match: re.Match[str], types: Mapping[str, Any]) -> Any:
    if match["type"]:
        return types[match["type"]].customize(min_occurs=0, max_occurs="unbounded", nillable=False)
    length = {"max_len": int(match["length"])} if match["length"] else {}
    return Unicode(min_occurs=1 if match["required"] else 0, nillable=False, **length)


def _tree(value: Any) -> Any:
    """spyne's objects -> wire tree: absent stays absent."""
    if isinstance(value, list):
        return [_tree(item) for item in value]
    if isinstance(value, ComplexModel):
        return {name: _tree(got) for name in type(value)._type_info if (got := getattr(value, name)) is not None}
    return value


def _method(name: str, service: Service, types: Mapping[str, Any], receive: Receive) -> Any:
    asked, answered = (_members(fields, types) for fields in service.operations[name])

    def handle(ctx: Any, *values: Any) -> list[Any]:
        request = {key: _tree(got) for key, got in zip(asked, values, strict=True) if got is not None}
        answer = receive(name, request)
        if answer.manner:
            ctx.transport.resp_headers[MANNER_HEADER] = answer.manner
        if answer.body is None:
            raise Fault("Server", "the request was not carried out")
        return [answer.body.get(key) for key in answered]

    handle.__name__ = name  # spyne keys its methods by it
    return rpc(
        *asked.values(),
        _returns=list(answered.values()),
        _args=list(asked),
        _in_message_name=name,
        _out_message_name=f"{name}Response",
        _out_variable_names=list(answered),
    )(handle)


def asgi(service: Service, receive: Receive, workers: int = 4) -> Any:
    """The service as an ASGI app; ``receive(wire operation, request tree)`` runs in a thread of its pool."""
    logging.getLogger("spyne").setLevel(logging.CRITICAL)  # it would log whole messages
    types: dict[str, Any] = {}
    for name, fields in service.types.items():
        types[name] = ComplexModel.produce(service.namespace, name, _members(fields, types))
    methods = {name: _method(name, service, types, receive) for name in service.operations}
    application = Application(
        [type("Operations", (ServiceBase,), methods)],
        tns=service.namespace,
        name=service.id,
        in_protocol=Soap11Plain(validator="lxml"),
        out_protocol=Soap11(),
    )
    return WSGIMiddleware(WsgiApplication(application), workers=workers)
