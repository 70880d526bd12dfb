"""How many operations an OpenAPI or AsyncAPI document declares: a plain count that knows nothing of how they are read.

A *unit* is one thing that somebody could call or send:

* OpenAPI: each HTTP method of each path, of each webhook and of each callback of one of these;
* AsyncAPI 2: each publish and subscribe of each channel; AsyncAPI 3: each operation. One written in the other
  version's place counts as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.contract.api_files import Files, Node
from interfaces.failure import Failure

_VERBS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}


def count(files: Files) -> list[tuple[str, str]]:
    """(unit, where) in the document's order."""
    data = files.main.data
    return list(_messages(files) if "asyncapi" in data else _calls(files))


def _messages(files: Files) -> Iterator[tuple[str, str]]:
    held = files.top.get("operations")
    yield from ((name, node.where) for name, node in _members(files, files.top, "operations"))
    for number, item in enumerate(held.items() if held is not None else ()):
        yield item.text("operationId") or item.text("name") or str(number), item.where
    for channel, node in _members(files, files.top, "channels"):
        for action, operation in node.members():
            if action in ("publish", "subscribe"):
                yield f"{action} {channel}", operation.where


def _calls(files: Files) -> Iterator[tuple[str, str]]:
    for start in ("paths", "webhooks", "x-webhooks"):
        for path, item in _members(files, files.top, start):
            if path.startswith("x-"):
                continue
            for verb, operation in _verbs(item):
                unit = f"{'webhook ' if start != 'paths' else ''}{verb} {path}"
                yield unit, operation.where
                for name, callback in _members(files, operation, "callbacks"):
                    for expression, inner in _followed(files, callback):
                        for verb_back, back in _verbs(inner):
                            yield f"callback {name} {verb_back} {expression} of {unit}", back.where


def _verbs(item: Node) -> Iterator[tuple[str, Node]]:
    yield from ((key.lower(), node) for key, node in item.members() if key.lower() in _VERBS)


def _members(files: Files, owner: Node, name: str) -> Iterator[tuple[str, Node]]:
    """Members of a child object, each with its reference followed as far as that goes."""
    held = owner.get(name)
    yield from _followed(files, held) if held is not None else ()


def _followed(files: Files, holder: Node) -> Iterator[tuple[str, Node]]:
    for name, node in holder.members():
        try:
            yield name, files.follow(node)
        except Failure:
            yield name, node
