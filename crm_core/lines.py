"""Data files of the CRM: YAML documents that know the line of everything in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interfaces.failure import Failure
from interfaces.spec import yaml_lines
from interfaces.spec.yaml_lines import Place


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
    """Read one file. Failure ``invalid`` with file and line when it cannot be read as plain YAML in UTF-8."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure("invalid", f"cannot be read: {type(error).__name__}", where=f"{path.name}:1") from error
    return Document(path.name, *yaml_lines.read_yaml(text, path.name))
