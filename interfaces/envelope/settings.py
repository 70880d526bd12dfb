"""Transport settings that name wire paths, read from a wire tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interfaces.envelope.base import Ids
from interfaces.mapping.rows import find, parse_path
from interfaces.message import Message


def ids_by_path(settings: Mapping[str, Any], tree: Mapping[str, Any]) -> Ids:
    """``source``, ``exchangeId`` and ``replyTo`` where the settings say they stand."""
    return Ids(
        source=text_at(tree, settings.get("source", "")),
        exchange_id=text_at(tree, settings.get("exchangeId", "")),
        reply_to=text_at(tree, settings.get("replyTo", "")),
    )


def enter_ids(settings: Mapping[str, Any], tree: dict[str, Any], message: Message) -> None:
    """The other way: a message's source, exchange id and reply_to into a tree whose rows left them out."""
    said = {
        "source": message.source,
        "exchangeId": message.exchange_id or message.id,
        "replyTo": message.reply_to,
    }
    for name, value in said.items():
        path = settings.get(name, "")
        if path and value and not text_at(tree, path):
            set_at(tree, path, value)


def text_at(tree: Any, path: str) -> str:
    """The text at a wire path, "" when there is none or it is no single value."""
    value = value_at(tree, path) if path else ""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def value_at(tree: Any, path: str) -> Any:
    """What stands at a path, None when nothing does."""
    return find(tree, parse_path(path))


def set_at(tree: dict[str, Any], path: str, value: Any) -> None:
    """Write a plain dotted path, making the containers on the way."""
    *containers, last = (step.name for step in parse_path(path))
    for name in containers:
        tree = tree.setdefault(name, {})
    tree[last] = value
