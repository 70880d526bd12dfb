"""YAML with line numbers, so that an error in a data file names the line where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from interfaces.failure import Failure

Place = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """Safe YAML whose dates stay text: ``2026-11-01`` is a version as often as it is a day."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: ``data`` as plain values, ``lines`` from place (``("products", "FTTH")``) to line, from 1."""

    file: str
    data: Any
    lines: Mapping[Place, int]

    def where(self, place: Sequence[str | int]) -> str:
        """``file:line`` of ``place``, or of the nearest thing around it that has a line."""
        at = tuple(place)
        while at and at not in self.lines:
            at = at[:-1]
        return f"{self.file}:{self.lines.get(at, 1)}"


def read_yaml(path: Path) -> Document:
    """Read one file. Failure ``invalid`` with file and line when it is no YAML, no UTF-8, or says a key twice."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unreadable(path, error) from error
    lines: dict[Place, int] = {}
    for place, line in _walk(node, ()):
        if place in lines:
            raise Failure(
                "invalid",
                f"{place[-1]!r} stands twice",
                where=f"{path.name}:{line}",
                advice=f"remove one of them; the first is in line {lines[place]}",
            )
        lines[place] = line
    return Document(path.name, data, lines)


def _unreadable(path: Path, error: Exception) -> Failure:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    problem = getattr(error, "problem", None) or type(error).__name__
    return Failure("invalid", f"not readable as YAML: {problem}", where=f"{path.name}:{line}")


def _walk(node: yaml.Node | None, place: Place) -> Iterator[tuple[Place, int]]:
    if node is None:
        return
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*place, key.value)
            yield here, key.start_mark.line + 1
            yield from _walk(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            here = (*place, index)
            yield here, value.start_mark.line + 1
            yield from _walk(value, here)
