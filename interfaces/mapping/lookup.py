"""Id cross-reference: peer id <-> canonical id. A port, because the ids live in a store that interfaces cannot know."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

Towards = Literal["wire", "canonical"]


class IdLookup(Protocol):
    """Finds the counterpart of an id, or None. Thread-safe, quick, changes nothing.

    kind    what the id names: ``customer``, ``product``, ``account`` ...
    system  instance code of the peer whose ids these are
    area    local network code, "" when the id is the same in all
    """

    def find(self, kind: str, system: str, area: str, value: str, to: Towards) -> str | None: ...


class InMemoryLookup:
    """Pairs in a dict: ``InMemoryLookup({("customer", "PORTAL", ""): {"c-1": "200000000042"}})`` (canonical -> wire).

    An entry without an area serves all areas that have no entry of their own.
    """

    def __init__(self, pairs: dict[tuple[str, str, str], dict[str, str]] | None = None) -> None:
        self._out = {key: dict(ids) for key, ids in (pairs or {}).items()}
        self._back = {key: {wire: own for own, wire in ids.items()} for key, ids in self._out.items()}

    def find(self, kind: str, system: str, area: str, value: str, to: Towards) -> str | None:
        table = self._out if to == "wire" else self._back
        own = table.get((kind, system, area), {}).get(value)
        return own or table.get((kind, system, ""), {}).get(value)


@dataclass(frozen=True, slots=True)
class Context:
    """What one mapping call may know besides the document."""

    lookup: IdLookup = field(default_factory=InMemoryLookup)
    area: str = ""
