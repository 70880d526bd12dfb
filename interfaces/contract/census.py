"""How many operations a contract declares: a plain count over its XML that knows nothing of how they are read.

A *unit* is one operation that somebody could call:

* WSDL 1.1: each wsdl:operation of each wsdl:binding, and each one of a wsdl:portType whose name no binding of that
  port type repeats (with no binding at all: every one);
* WSDL 2.0: each operation of each interface.

The reader (interfaces/contract/wsdl.py) must answer for every unit: an operation, or a finding ``operation-...``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from interfaces.codec.safe_xml import XmlElement


@dataclass(frozen=True, slots=True)
class Unit:
    """key: file and path. where: ``file:line``. name: of the operation. owner: binding, port type or interface."""

    key: str
    where: str
    name: str
    owner: str


def count(roots: Iterable[tuple[Path, XmlElement]]) -> list[Unit]:
    """Every unit of a set of WSDL files, in file order."""
    files = list(roots)
    bound: set[tuple[str, str]] = set()
    for _, root in files:
        for binding in _named(root, "binding"):
            of = (binding.get("type") or "").rpartition(":")[2]
            bound |= {(of, o.get("name", "")) for o in _named(binding, "operation")}
    return [unit for file, root in files for unit in _units(file, root, bound)]


def _units(file: Path, root: XmlElement, bound: set[tuple[str, str]]) -> Iterator[Unit]:
    kinds = ("interface",) if _tag(root) == "description" else ("binding", "portType")
    for kind in kinds:
        for owner in _named(root, kind):
            for operation in _named(owner, "operation"):
                if kind == "portType" and (owner.get("name", ""), operation.get("name", "")) in bound:
                    continue
                key = f"{file}!{root.getroottree().getpath(operation)}"
                where = f"{file}:{operation.sourceline}"
                yield Unit(key, where, operation.get("name", ""), owner.get("name", ""))


def _named(parent: XmlElement, tag: str) -> Iterator[XmlElement]:
    """Children in the parent's own namespace."""
    space = parent.tag.rpartition("}")[0]
    yield from parent.findall(f"{space}}}{tag}" if space else tag)


def _tag(node: XmlElement) -> str:
    return str(node.tag).rpartition("}")[2]
