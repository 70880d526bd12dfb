"""Lint rules for examples: every one goes through the agreement, both ways. Each yields (rule id, line, message)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.spec.lint_rules import Hit
from interfaces.spec.model import InterfaceSpec
from interfaces.spec.trial import Trial


def check(spec: InterfaceSpec, agreement: Agreement) -> Iterator[Hit]:
    shown = {example["operation"] for example in spec.examples}
    for operation in spec.operations.values():
        if operation.name not in shown:
            yield "example-missing", operation.line, f"{operation.name} has no example"
    for example in spec.examples:
        message = _wrong(spec, agreement, example)
        if message:
            yield "example-invalid", 1, f"{example['name']}: {message}"


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
