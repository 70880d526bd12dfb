"""Contracts broken at random, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from interfaces.failure import Failure
from tests.contracts.test_corpus import HERE, main

_ODD = ("", "x", "-1", "xs:int", "tns:nobody", "unbounded", "99999999999", "a b", "#all", "[", "true")
"""Values that are wrong in most places."""


def mutants(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """(name of the corpus contract, its main file with one to three faults)."""
    chosen = random.Random(seed)
    names = sorted(path.name for path in (HERE / "corpus").iterdir())
    whole = {name: root for name in names if (root := _root(main(name))) is not None}
    for _ in range(count):
        name = chosen.choice(sorted(whole))
        root = etree.fromstring(whole[name])
        for _ in range(chosen.randint(1, 3)):
            _break(root, chosen)
        yield name, etree.tostring(root)


def _root(path: Path) -> bytes | None:
    from interfaces.contract.files import load

    try:
        return etree.tostring(load(path)[0])
    except Failure:
        return None


def _break(root: Any, chosen: random.Random) -> None:
    nodes = [node for node in root.iter(etree.Element) if node is not root]
    if nodes:
        node = chosen.choice(nodes)
        chosen.choice((_value, _value, _swap, _drop, _rename, _double, _remove))(node, nodes, chosen)


def _value(node: Any, nodes: list[Any], chosen: random.Random) -> None:
    if node.attrib:
        node.set(chosen.choice(sorted(node.attrib)), chosen.choice(_ODD))


def _swap(node: Any, nodes: list[Any], chosen: random.Random) -> None:
    """The value that stands in another place."""
    other = chosen.choice(nodes)
    if node.attrib and other.attrib:
        node.set(chosen.choice(sorted(node.attrib)), other.get(chosen.choice(sorted(other.attrib))))


def _drop(node: Any, nodes: list[Any], chosen: random.Random) -> None:
    if node.attrib:
        del node.attrib[chosen.choice(sorted(node.attrib))]


def _rename(node: Any, nodes: list[Any], chosen: random.Random) -> None:
    node.tag = chosen.choice(nodes).tag


def _double(node: Any, nodes: list[Any], chosen: random.Random) -> None:
    node.addnext(etree.fromstring(etree.tostring(node, with_tail=False)))


def _remove(node: Any, nodes: list[Any], chosen: random.Random) -> None:
    node.getparent().remove(node)
