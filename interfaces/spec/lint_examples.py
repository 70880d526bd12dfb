"""Lint rules for examples: every one goes through the agreement, both ways. Each yields (rule id, line, message)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.mapping.put_back import keys_of
from interfaces.spec.differences import differences, lossy_paths, without
from interfaces.spec.lint_rules import Hit
from interfaces.spec.model import InterfaceSpec
from interfaces.spec.shapes import canonical_shape
from interfaces.spec.trial import Trial


def check(spec: InterfaceSpec, agreement: Agreement) -> Iterator[Hit]:
    shown = {(example["operation"], role) for example in spec.examples for role in example}
    for op in spec.operations.values():
        for role, own, side in _ROLES:
            if getattr(op, side) is not None and not {(op.name, role), (op.name, own)} & shown:
                yield "example-missing", op.line, f"the {side} of {op.name} has no example"
    for example in spec.examples:
        message = _wrong(spec, agreement, example)
        if message:
            yield "example-invalid", 1, f"{example['name']}: {message}"
        else:
            yield from _changed(spec, agreement, example)


_ROLES = (("request", "canonical", "request"), ("reply", "canonicalReply", "reply"))
"""(the wire file of an example, its canonical one, the message)."""


def _changed(spec: InterfaceSpec, agreement: Agreement, example: Mapping[str, str]) -> Iterator[Hit]:
    """The canonical body of a sound example, written and read again."""
    op = spec.operations[example["operation"]]
    trial = Trial(agreement, op.name)
    for _, own, what in _ROLES:
        side = getattr(op, what)
        if own not in example or side.mapping is None:
            continue
        body, reply = json.loads(_bytes(spec, example[own])), what == "reply"
        rows = agreement.mapping(op.name, reply).rows
        lossy = [*lossy_paths(rows, spec.code_lists)]
        try:
            got = trial.read_back(body, reply)
        except Failure as failure:
            yield "example-not-round-tripping", 1, f"{example['name']}: {example[own]}: {_told(failure)}"
            continue
        wanted, got = without(body, lossy), without(got, lossy)
        for place, *_ in islice(differences(wanted, got, canonical_shape(side), keys_of(rows)), 1):
            message = f"{example[own]}, written and read again, differs at {'.'.join(place)}"
            yield "example-not-round-tripping", 1, f"{example['name']}: {message}"


def _wrong(spec: InterfaceSpec, agreement: Agreement, example: Mapping[str, str]) -> str:
    if example["operation"] not in spec.operations:
        return f"there is no operation {example['operation']}"
    trial = Trial(agreement, example["operation"])
    try:
        for wire, own, reply in (("request", "canonical", False), ("reply", "canonicalReply", True)):
            if wire in example and own in example:
                body = trial.to_canonical(_bytes(spec, example[wire]), reply)
                wanted = json.loads(_bytes(spec, example[own]))
                if body != wanted:
                    return f"{example[wire]} does not read as {example[own]}{_first_difference(body, wanted)}"
    except Failure as failure:
        return _told(failure)
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: an example file cannot be read"
    return ""


def _told(failure: Failure) -> str:
    faults = "; ".join(f"{e.get('path', '')}: {e.get('message', '')}" for e in failure.errors[:3])
    return f"{failure.message}{': ' if faults else ''}{faults}"


def _bytes(spec: InterfaceSpec, name: str) -> bytes:
    return (Path(spec.folder) / name).read_bytes()


def _first_difference(body: Any, wanted: Any) -> str:
    if isinstance(body, dict) and isinstance(wanted, dict):
        names = [n for n in {**body, **wanted} if body.get(n) != wanted.get(n)]
        return f" (differs at {names[0]})" if names else ""
    return ""
