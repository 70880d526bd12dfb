"""JSON and YAML contract files, read safely, and the ``$ref``s between them: local files below one root, no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from interfaces.failure import Failure
from interfaces.spec.yaml_lines import Lines, Place, read_yaml

SUFFIXES = (".json", ".yaml", ".yml")
MAX_BYTES = 16 << 20
MAX_NODES = 1_000_000
MAX_DEPTH = 100
LOCAL = ("definitions", "$defs")
"""Parts of a JSON Schema that its references mean even where it stands inside a larger document."""
MAX_HOPS = 50
"""References that lead to references."""


@dataclass(frozen=True, slots=True)
class File:
    """One file. lines: of its values, where the format tells them (YAML)."""

    path: Path
    data: Any
    lines: Lines = field(default_factory=dict)

    def where(self, place: Place) -> str:
        """``file:line``, or ``file#/json/pointer``."""
        while place and self.lines and place not in self.lines:
            place = place[:-1]
        if self.lines:
            return f"{self.path}:{self.lines.get(place, 1)}"
        return f"{self.path}#{''.join(f'/{_escaped(part)}' for part in place)}"


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def read_file(path: Path) -> File:
    """Failure(invalid | too_large | not_found) with the place."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Failure("too_large", f"larger than {MAX_BYTES} bytes", where=str(path))
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure("invalid", f"it is no UTF-8 text, at byte {error.start}", where=str(path)) from error
    except OSError as error:
        raise Failure("not_found", "it cannot be read", where=str(path)) from error
    if not text.strip():
        raise Failure("invalid", "it is empty", where=str(path), reason="empty")
    if text.lstrip()[0] in "{[" and path.suffix.lower() == ".json":
        return File(path, _json(text, path))
    data, lines = read_yaml(text, str(path), MAX_BYTES, MAX_NODES, MAX_DEPTH)
    return File(path, data, lines)


def _json(text: str, path: Path) -> Any:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise Failure("invalid", f"it is no JSON: {error.msg}", where=f"{path}:{error.lineno}") from error
    except ValueError as error:
        raise Failure("invalid", "it is no JSON: a number is out of range", where=str(path)) from error
    except RecursionError as error:
        raise Failure("too_large", "nested too deeply", where=str(path)) from error
    if _deeper(data, MAX_DEPTH):
        raise Failure("too_large", f"nested deeper than {MAX_DEPTH}", where=str(path))
    return data


def _deeper(data: Any, depth: int) -> bool:
    level = [data]
    for _ in range(depth):
        level = [p for v in level for p in (v.values() if isinstance(v, dict) else v if isinstance(v, list) else ())]
        if not level:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands: relative references in it are meant from its file."""

    file: File
    place: Place
    value: Any

    @property
    def where(self) -> str:
        return self.file.where(self.place)

    @property
    def key(self) -> tuple[Path, Place]:
        return self.file.path, self.place

    def __getitem__(self, name: str | int) -> Node:
        return Node(self.file, (*self.place, name), self.value[name])

    def get(self, name: str) -> Node | None:
        """The child under a name, None where there is none or this is no object."""
        return self[name] if isinstance(self.value, Mapping) and name in self.value else None

    def members(self) -> list[tuple[str, Node]]:
        """Children of an object, in order; [] for anything else."""
        return [(str(name), self[name]) for name in self.value] if isinstance(self.value, Mapping) else []

    def items(self) -> list[Node]:
        """Elements of a list; [] for anything else."""
        return [self[i] for i in range(len(self.value))] if isinstance(self.value, list) else []

    def true(self, name: str) -> bool:
        """Whether a member is true."""
        return isinstance(self.value, Mapping) and self.value.get(name) is True

    def text(self, name: str) -> str:
        """A scalar member as text, "" where there is none."""
        found = self.value.get(name) if isinstance(self.value, Mapping) else None
        return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""


class Files:
    """Every file of one contract, each read once. root: no reference leads out of it."""

    def __init__(self, main: Path, root: Path) -> None:
        self._root = root.resolve()
        self._files: dict[Path, File] = {}
        self.main = self._read(main.resolve())

    @property
    def paths(self) -> list[Path]:
        return list(self._files)

    @property
    def top(self) -> Node:
        return Node(self.main, (), self.main.data)

    def follow(self, node: Node, hops: int = 0) -> Node:
        """The node, or what its ``$ref`` leads to; Failure(not_found | invalid) where that is nothing. hops: references
        that were followed on the way here."""
        while isinstance(node.value, Mapping) and isinstance(ref := node.value.get("$ref"), str):
            if hops > MAX_HOPS:
                raise Failure("invalid", "its reference leads round in a circle", where=node.where)
            hops += 1
            node = self._target(node, ref, hops)
        return node

    def _target(self, node: Node, ref: str, hops: int) -> Node:
        location, _, pointer = ref.partition("#")
        file = self._file(node, location) if location else node.file
        if pointer and not pointer.startswith("/"):
            raise Failure("not_found", f"{ref[:200]} leads to nothing: after # comes / and a path", where=node.where)
        names = [unquote(part).replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        found = Node(file, (), file.data)
        if not location and names and names[0] in LOCAL and found.get(names[0]) is None:
            found = self._around(node, names[0]) or found
        for name in names:
            found = self._step(found, name, node, ref, hops)
        return found

    def _around(self, node: Node, name: str) -> Node | None:
        """The nearest object around a reference that has the member: a schema that was pasted in with its own parts."""
        around = [Node(node.file, (), node.file.data)]
        for part in node.place:
            around.append(around[-1][part])
        return next((one for one in reversed(around) if one.get(name) is not None), None)

    def _step(self, at: Node, name: str, node: Node, ref: str, hops: int) -> Node:
        if isinstance(at.value, Mapping) and name in at.value:
            return at[name]
        if isinstance(at.value, list) and name.isdecimal() and int(name) < len(at.value):
            return at[int(name)]
        if isinstance(at.value, Mapping) and isinstance(at.value.get("$ref"), str):
            return self._step(self.follow(at, hops + 1), name, node, ref, hops)
        raise Failure("not_found", f"{ref[:200]} leads to nothing", where=node.where)

    def _file(self, node: Node, location: str) -> File:
        parts = urlsplit(location)
        if parts.scheme or parts.netloc:
            raise Failure("not_found", f"{location[:200]} is not beside it, and nothing is fetched", where=node.where)
        path = (node.file.path.parent / unquote(parts.path).replace("\\", "/")).resolve()
        if not path.is_relative_to(self._root):
            raise Failure("invalid", f"{location[:200]} leads out of the folder", where=node.where)
        return self._read(path)

    def _read(self, path: Path) -> File:
        if path not in self._files:
            self._files[path] = read_file(path)
        return self._files[path]
