"""Where a message of an AsyncAPI channel goes on AMQP 0-9-1: exchange, routing key and queue, as its bindings say.

Read are the bindings ``amqp`` (versions 0.1 to 0.3), and ``amqp1``, ``rabbitmq`` and ``x-amqp`` by which people mean
them. ``is: queue``: the channel is a queue, reached over the default exchange. Else its address is a routing key, which
an operation's ``cc`` refines; without a named exchange that is a queue's name again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from interfaces.contract.api_files import Files, Node

BINDINGS = ("amqp", "amqps", "amqp1", "rabbitmq", "x-amqp")
_PARAMETER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """exchange: "" is the default one. queue: "" where the receiver names his own. open: parameters without a value."""

    exchange: str = ""
    routing_key: str = ""
    queue: str = ""
    open: tuple[str, ...] = ()


def place(files: Files, address: str, channel: Node | None, operation: Node | None) -> Place:
    """address: the channel's, with its parameters in braces."""
    key, missing = _filled(files, address, channel)
    bound = binding(files, channel)
    queue, exchange = _named(files, bound, "queue"), _named(files, bound, "exchange")
    kind = bound.text("is").lower() if bound else ""
    if kind == "queue" or (not kind and queue and not exchange):
        return Place("", queue or key, queue or key, () if queue else missing)
    said = binding(files, operation)
    keys = list(_texts(said.get("cc") if said else None))
    if keys:
        key, missing = keys[0], ()
    return Place(exchange, key, queue if exchange else key, missing)


def binding(files: Files, owner: Node | None) -> Node | None:
    """The AMQP binding of a channel, an operation or a message, None where there is none."""
    held = owner.get("bindings") if owner is not None else None
    for name, node in files.follow(held).members() if held is not None else ():
        if name.lower() in BINDINGS:
            return files.follow(node)
    return None


def _named(files: Files, bound: Node | None, kind: str) -> str:
    """The name of an exchange or a queue, written as an object or as a text; ``default`` is no name."""
    held = bound.get(kind) if bound else None
    if bound is None or held is None:
        return ""
    name = files.follow(held).text("name") or bound.text(kind)
    return "" if kind == "exchange" and name.lower() in ("default", "(default)", "amq.default") else name


def _texts(node: Node | None) -> Iterator[str]:
    values = node.value if node is not None else None
    yield from (v for v in (values if isinstance(values, list) else [values]) if isinstance(v, str) and v)


def _filled(files: Files, address: str, channel: Node | None) -> tuple[str, tuple[str, ...]]:
    """(address, parameters left): one that has a single value or a default is filled in."""
    held = channel.get("parameters") if channel is not None else None
    values: dict[str, str] = {}
    for name, node in files.follow(held).members() if held is not None else ():
        said = files.follow(node)
        schema = said.get("schema")
        for one in (said, files.follow(schema) if schema is not None else said):
            listed = list(_texts(one.get("enum")))
            values[name] = values.get(name) or one.text("default") or one.text("const")
            values[name] = values[name] or (listed[0] if len(listed) == 1 else "")
    made = _PARAMETER.sub(lambda found: values.get(found[1]) or found[0], address)
    return made, tuple(_PARAMETER.findall(made))
