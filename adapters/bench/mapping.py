"""Compiled mapping beside hand-written code: 40 rows, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.bench.by_hand import CODES, hand_back, hand_out
from adapters.bench.figure import Figure, beside
from interfaces.mapping import compile_mapping
from interfaces.spec.model import CodeList, Row

HEAD = [f"field{i}" for i in range(26)]
LINE = [f"part{i}" for i in range(13)]
BODY: dict[str, Any] = {
    "order": {name: f"value {name}" for name in HEAD},
    "action": "install",
    "item": [{"id": str(n), **{name: f"{name}-{n}" for name in LINE}} for n in range(3)],
}


def rows() -> tuple[Row, ...]:
    """26 header rows, 1 code list, 1 group of 13 and its key."""
    group = [Row(1, "id", "No"), *(Row(i + 2, name, name.upper()) for i, name in enumerate(LINE))]
    head = [Row(i + 1, f"order.{name}", f"Head.{name.upper()}") for i, name in enumerate(HEAD)]
    action = Row(27, "action", "Head.Act", {"code": "ACT"})
    return (*head, action, Row(28, "item[key=id]", "Items.Item[key=No]", {}, tuple(group)))


def run(times: int = 200) -> Iterator[Figure]:
    """One figure per direction; a ratio below 1 says how much slower than by hand."""
    mapping = compile_mapping(rows(), {"ACT": CodeList("ACT", CODES)}, file="bench")
    tree = mapping.to_wire(BODY)
    assert tree == hand_out(BODY)
    assert mapping.to_canonical(tree) == hand_back(tree) == BODY
    pairs = (
        ("mapping.to_wire", lambda: mapping.to_wire(BODY), lambda: hand_out(BODY)),
        ("mapping.to_canonical", lambda: mapping.to_canonical(tree), lambda: hand_back(tree)),
    )
    for name, compiled, hand in pairs:
        ours, theirs = beside(compiled, hand, times)
        yield Figure(name, ours, "ms/order", f"by hand {theirs:.4f} ms: {ours / theirs:.2f} x its time", theirs / ours)
