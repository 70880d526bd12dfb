"""What an AsyncAPI document declares, 2.x and 3.x alike: who receives which messages on which channel.

Off the standard, and read all the same: messages in a list, under ``messages``, by a name of their own or with the
payload at the operation itself; ``publish`` and ``subscribe`` in a 3.x channel and as an action; a channel that is
named and not referred to; operations in a list; ``x-response`` and ``x-reply`` of 2.x for a reply.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from interfaces.contract.api_files import Files, Node
from interfaces.failure import Failure

RECEIVES = ("receive", "publish")
"""Actions by which the owner of the document gets a message: in 2.x ``publish`` says what others may publish."""
SENDS = ("send", "subscribe")
REPLIES = ("reply", "x-reply", "x-response")


@dataclass(frozen=True, slots=True)
class Reply:
    """address: the reply channel's, "" where each request names its own queue."""

    address: str
    channel: Node | None
    messages: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """One operation. unit: of the census. received: the owner of the document gets the message, else he sends it.
    servers: the names it is limited to, () = all. lost: why it cannot be read, None when it can."""

    unit: str
    name: str
    node: Node
    received: bool = True
    address: str = ""
    channel: Node | None = None
    messages: tuple[Node, ...] = ()
    reply: Reply | None = None
    servers: tuple[str, ...] = ()
    lost: Failure | None = None


def declared(files: Files) -> Iterator[Declared]:
    """Every operation of the document, in its order."""
    held = files.top.get("operations")
    listed = held.members() if held is not None else []
    if held is not None:
        listed += [(_own_name(item, number), item) for number, item in enumerate(held.items())]
    for name, node in listed:
        yield _read(files, name, name, node)
    for name, channel in members(files, files.top.get("channels")):
        for action, node in channel.members():
            if action in ("publish", "subscribe"):
                yield _of_channel(files, action, name, channel, node)


def _own_name(item: Node, number: int) -> str:
    return item.text("operationId") or item.text("name") or str(number)


def members(files: Files, holder: Node | None) -> list[tuple[str, Node]]:
    """Members of an object, each with its reference followed as far as that goes."""
    return [(name, _followed(files, node)) for name, node in (holder.members() if holder is not None else [])]


def _followed(files: Files, node: Node) -> Node:
    try:
        return files.follow(node)
    except Failure:
        return node


def traits(files: Files, node: Node) -> list[Node]:
    """An object and its traits, the one that wins first. A trait that leads to nothing stays as it is, and says so
    nothing but its ``$ref``."""
    held = node.get("traits")
    return [node, *(_followed(files, one) for one in (held.items() if held is not None else []))]


def said(files: Files, node: Node, name: str) -> Node | None:
    """A member of an object or of one of its traits."""
    return next((found for one in traits(files, node) if (found := one.get(name)) is not None), None)


# -- 2.x: the operations of a channel ---------------------------------------------------------------------------


def _of_channel(files: Files, action: str, address: str, channel: Node, node: Node) -> Declared:
    unit = f"{action} {address}"
    try:
        node = files.follow(node)
        if not isinstance(node.value, dict):
            raise Failure("invalid", "it is no object", where=node.where)
        name = node.text("operationId") or unit
        place = channel.text("address") or address
        reply, servers = _old_reply(files, node), _names(channel.get("servers"))
        return Declared(unit, name, node, action in RECEIVES, place, channel, _messages(files, node), reply, servers)
    except Failure as failure:
        return Declared(unit, unit, node, lost=failure)


def _messages(files: Files, owner: Node) -> tuple[Node, ...]:
    """The messages of a 2.x operation, wherever they were written."""
    for name in ("message", "messages"):
        found = owner.get(name)
        if found is not None:
            return _alternatives(files, found)
    if owner.get("payload") is not None:
        return (owner,)
    loose = [node for key, node in owner.members() if not key.startswith("x-") and node.get("payload") is not None]
    return tuple(loose)


def _alternatives(files: Files, node: Node) -> tuple[Node, ...]:
    node = files.follow(node)
    listed = node.items()
    for name in ("oneOf", "anyOf"):
        held = node.get(name)
        listed = listed or (held.items() if held is not None else [])
    if listed:
        return tuple(inner for one in listed for inner in _alternatives(files, one))
    if not isinstance(node.value, dict):
        raise Failure("invalid", "it is no message", where=node.where)
    named = [inner for _, inner in node.members() if inner.get("payload") is not None or inner.get("$ref") is not None]
    if named and not {"payload", "name", "headers", "traits", "contentType"} & set(node.value):
        return tuple(files.follow(one) for one in named)
    return (node,)


def _old_reply(files: Files, node: Node) -> Reply | None:
    held = next((found for name in REPLIES if (found := node.get(name)) is not None), None)
    if held is None:
        return None
    held = files.follow(held)
    channel = held.get("channel")
    messages = _messages(files, held) or ((held,) if held.get("payload") is not None else ())
    return Reply(held.text("address") or (held.text("channel") if channel is not None else ""), None, messages)


# -- 3.x ---------------------------------------------------------------------------------------------------------


def _read(files: Files, unit: str, name: str, node: Node) -> Declared:
    try:
        node = files.follow(node)
        action = node.text("action").lower()
        if action not in (*RECEIVES, *SENDS):
            raise Failure("invalid", f"its action {action[:40]!r} is neither send nor receive", where=node.where)
        channel, address = _channel(files, node)
        if channel is None:
            raise Failure("not_found", "it names no channel", where=node.where)
        servers = _names(channel.get("servers"))
        messages = _chosen(files, node, channel)
        reply = _reply(files, node)
        return Declared(unit, name, node, action in RECEIVES, address, channel, messages, reply, servers)
    except Failure as failure:
        return Declared(unit, name, node, lost=failure)


def _channel(files: Files, owner: Node) -> tuple[Node | None, str]:
    """The channel that an operation or a reply refers to, or names, and its address."""
    held = owner.get("channel")
    if held is None:
        return None, ""
    if isinstance(held.value, str):
        name = held.value.rpartition("/")[2] if held.value.startswith("#/") else held.value
        listed = files.top.get("channels")
        found = listed.get(name) if listed is not None else None
        if found is None:
            raise Failure("not_found", f"there is no channel {name[:100]}", where=owner.where)
        return files.follow(found), _address(files.follow(found), name)
    found = files.follow(held)
    name = held.text("$ref").rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return found, _address(found, name)


def _address(channel: Node, name: str) -> str:
    """``address: null`` says that it is known at run time only."""
    value = channel.value if isinstance(channel.value, dict) else {}
    return "" if "address" in value and value["address"] is None else channel.text("address") or name


def _chosen(files: Files, owner: Node, channel: Node) -> tuple[Node, ...]:
    """The messages an operation lists, else all of its channel."""
    for name in ("messages", "message"):
        listed = owner.get(name)
        if listed is not None:
            each = listed.items() or [node for _, node in listed.members()] if name == "messages" else [listed]
            return tuple(inner for one in each for inner in _alternatives(files, one))
    held = channel.get("messages")
    return tuple(files.follow(node) for _, node in (held.members() if held is not None else ()))


def _reply(files: Files, node: Node) -> Reply | None:
    held = said(files, node, "reply")
    if held is None:
        return _old_reply(files, node)
    held = files.follow(held)
    channel, address = _channel(files, held)
    if channel is None:
        return Reply("", None, _messages(files, held))
    return Reply(address, channel, _chosen(files, held, channel))


def _names(node: Node | None) -> tuple[str, ...]:
    """Servers: names in 2.x, references in 3.x."""
    found = node.items() if node is not None else []
    return tuple(str(one.value) if isinstance(one.value, str) else one.text("$ref").rpartition("/")[2] for one in found)
