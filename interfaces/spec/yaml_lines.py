"""YAML as data plus the line of every value, read safely.

Stricter than YAML on purpose, because people write codes here: no tags, no merge keys, no duplicate keys,
keys are text; ``01``, ``yes`` and ``2026-11-01`` stay text; only ``~``, ``null``, ``true``, ``false``, ``12``
and ``1.5`` mean more.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from interfaces.failure import Failure

Place = tuple[str | int, ...]
"""Where a value stands: keys and indexes from the top, ``("spec", "operations", "reserve")``."""
Lines = dict[Place, int]

MAX_BYTES = 1 << 20
MAX_NODES = 50_000
"""Nodes after aliases are written out; an alias bomb passes this at once."""
MAX_DEPTH = 40

_CORE = re.compile(
    r"(?P<null>~|null|)|(?P<true>true)|(?P<false>false)|(?P<int>-?(0|[1-9]\d{0,17}))|(?P<float>-?\d+\.\d+)"
)
_MEANING: dict[str, Any] = {
    "null": lambda _: None,
    "true": lambda _: True,
    "false": lambda _: False,
    "int": int,
    "float": float,
}
_KINDS = ("null", "bool", "int", "float", "str", "seq", "map", "timestamp", "value", "merge")
_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in _KINDS}
"""What YAML itself makes of untagged values."""
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(
    text: str, file: str, size: int = MAX_BYTES, nodes: int = MAX_NODES, depth: int = MAX_DEPTH
) -> tuple[Any, Lines]:
    """Data and the 1-based line of each value; Failure(invalid) naming ``file:line`` otherwise."""
    if len(text.encode()) > size:
        raise _refuse(file, 1, f"larger than {size} bytes", "split the file")
    return _Reader(file, nodes, depth).read(_compose(text, file))


def _compose(text: str, file: str) -> yaml.Node:
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        advice = "quote paths and values that hold [ ] { } # : or start with * & ! % @"
        raise _refuse(file, line, f"not YAML: {error.problem or error.context}", advice) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        advice = "save it as UTF-8 text without control characters"
        raise _refuse(file, 1, f"not YAML: {type(error).__name__}", advice) from error
    if node is None:
        raise _refuse(file, 1, "the file is empty", "")
    return node


class _Reader:
    def __init__(self, file: str, nodes: int, depth: int) -> None:
        self.file = file
        self.lines: Lines = {}
        self.left = nodes
        self.depth = depth

    def read(self, node: yaml.Node) -> tuple[Any, Lines]:
        return self.value(node, ()), self.lines

    def value(self, node: yaml.Node, place: Place) -> Any:
        line = node.start_mark.line + 1
        self.left -= 1
        if self.left < 0 or len(place) > self.depth:
            raise _refuse(self.file, line, "too many or too deeply nested values", "write out what the aliases repeat")
        if node.tag not in _TAGS:
            raise _refuse(self.file, line, f"YAML tag {node.tag!r} is not allowed", "plain text, lists and maps only")
        self.lines[place] = line
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, i)) for i, item in enumerate(node.value)]
        quoted = isinstance(node, yaml.ScalarNode) and bool(node.style)
        return scalar(str(node.value), quoted)

    def mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key == "<<":
                raise _refuse(self.file, line, "a key must be text, and << is not allowed", "write the entries out")
            if key in found:
                raise _refuse(self.file, line, f"{key!r} stands twice here", "keep one of them")
            found[key] = self.value(value_node, (*place, key))
        return found


def scalar(text: str, quoted: bool = False) -> Any:
    """What one YAML value means here: text, unless it is ``~``, ``true``, ``12`` or ``1.5`` and not quoted."""
    match = None if quoted else _CORE.fullmatch(text)
    kind = match.lastgroup if match else None
    return _MEANING[kind](text) if kind else text


def _refuse(file: str, line: int, message: str, advice: str) -> Failure:
    return Failure("invalid", message, where=f"{file}:{line}", advice=advice, reason="structure")
