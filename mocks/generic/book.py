"""The examples of a spec as canonical bodies, and which of them is nearest to a request."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.message import Body
from interfaces.spec.trial import Trial

Leaf = tuple[tuple[str, ...], Any]


@dataclass(frozen=True)
class Example:
    """``reply`` None: it shows the request alone."""

    name: str
    operation: str
    request: Body
    reply: Body | None = None


def examples(agreement: Agreement, operation: str) -> list[Example]:
    """Those of one operation in the spec's order. One that shows a refusal is no answer and has no ``reply`` here."""
    found = [entry for entry in agreement.spec.examples if entry["operation"] == operation]
    return [example for entry in found for example in _read(agreement, entry)]


def _read(agreement: Agreement, entry: Mapping[str, str]) -> Iterator[Example]:
    trial, folder = Trial(agreement, entry["operation"]), agreement.spec.folder

    def side(own: str, wire: str, reply: bool) -> Body | None:
        try:
            if own in entry:
                return dict(json.loads((folder / entry[own]).read_bytes()))
            return trial.to_canonical((folder / entry[wire]).read_bytes(), reply) if wire in entry else None
        except (Failure, OSError, ValueError):  # lint names an example that does not fit
            return None

    request, reply = side("canonical", "request", False), side("canonicalReply", "reply", True)
    if request is not None:
        yield Example(entry.get("name", ""), entry["operation"], request, reply)


def nearest(known: list[Example], request: Body) -> list[Example]:
    """The one with the same business key first, then by how many values are the same; else in the spec's order."""
    asked = set(map(repr, leaves(request)))

    def nearness(example: Example) -> tuple[bool, int]:
        same_key = bool(key_of(request)) and key_of(example.request) == key_of(request)
        return same_key, sum(repr(leaf) in asked for leaf in leaves(example.request))

    return sorted(known, key=nearness, reverse=True)


def key_of(body: Body) -> str:
    """The sender's own number for this business, "" where the body has none."""
    return str(body.get("externalId", ""))


def leaves(body: object, path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """(path, value) of every leaf; elements of a list are told apart by position."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from leaves(value, (*path, name))
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from leaves(value, (*path, str(index)))
    else:
        yield path, body
