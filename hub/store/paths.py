"""Dotted paths in canonical bodies: ``resource``, ``product.place[0].id``. For plan inputs and matching."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

Step = str | int


@cache
def steps(path: str) -> tuple[Step, ...]:
    """``a.b[0].c`` -> ("a", "b", 0, "c")."""
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path))


def dig(tree: Any, path: str) -> Any:
    """The value at ``path``, None when any part is missing."""
    for step in steps(path):
        if isinstance(step, int):
            tree = tree[step] if isinstance(tree, list) and step < len(tree) else None
        else:
            tree = tree.get(step) if isinstance(tree, Mapping) else None
        if tree is None:
            return None
    return tree


def plant(tree: dict[str, Any], path: str, value: Any) -> None:
    """Set ``path`` in place, copying every container on the way (bodies are shared between rows)."""
    *way, last = steps(path)
    here: Any = tree
    for step, following in pairwise((*way, last)):
        child = here[step] if isinstance(step, int) and step < len(here) else None
        if not isinstance(step, int):
            child = here.get(step)
        child = child.copy() if isinstance(child, (dict, list)) else ([] if isinstance(following, int) else {})
        _set(here, step, child)
        here = child
    _set(here, last, value)


def _set(container: Any, step: Step, value: Any) -> None:
    if isinstance(container, list) and isinstance(step, int):
        container.extend([None] * (step + 1 - len(container)))
    container[step] = value
