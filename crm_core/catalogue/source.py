"""The files of one catalogue put together: every entry with the place it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_core.lines import Document


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong. ``where`` is ``file:line``."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One product, offering or recipe as written."""

    document: Document
    place: tuple[str, str]
    data: Mapping[str, Any]

    def fault(self, message: str, *inside: str | int) -> Fault:
        return Fault(self.document.where((*self.place, *inside)), f"{self.place[1]}: {message}")


@dataclass(slots=True)
class Source:
    """Everything of a folder, by kind and name."""

    version: str = ""
    products: dict[str, Entry] = field(default_factory=dict)
    offerings: dict[str, Entry] = field(default_factory=dict)
    recipes: dict[str, Entry] = field(default_factory=dict)


def gather(documents: Sequence[Document]) -> tuple[Source, list[Fault]]:
    """All entries together, and a fault for each name said in two files or a version that is not said once."""
    source, faults = Source(), []
    versions = [d for d in documents if "catalogue" in (d.data or {})]
    if len(versions) == 1:
        source.version = versions[0].data["catalogue"]["version"]
    else:
        where = versions[1].where(("catalogue",)) if versions else f"{documents[0].file}:1"
        faults.append(Fault(where, f"catalogue.version must stand in exactly one file, found {len(versions)}"))
    for document in documents:
        faults += _add(source, document)
    return source, faults


def _add(source: Source, document: Document) -> list[Fault]:
    faults = []
    for kind in ("products", "offerings", "recipes"):
        known: dict[str, Entry] = getattr(source, kind)
        for name, data in (document.data or {}).get(kind, {}).items():
            entry = Entry(document, (kind, name), data)
            if name in known:
                faults.append(entry.fault(f"already defined at {known[name].fault('').where}"))
            known.setdefault(name, entry)
    return faults
