"""What every draft has in common: its options, its files, examples made by its own agreement, and what lint says."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from interfaces.agreement import Agreement
from interfaces.skeleton.examples import examples
from interfaces.skeleton.text import DraftSpec, text_of
from interfaces.spec.lint import lint_file
from interfaces.spec.loader import SPEC_FILE, load_spec

LONGEST = 80
"""Characters of an operation's name: files are called after it."""
_WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Options:
    """id, system, owner: "" = made from the contract, or left as TODO. only: names of operations, () = all. wanted:
    wire paths of optional parts to map as well. kind: transport of a schema that comes alone. idempotent: names of
    operations that the peer does once however often it is asked, ``*`` = all."""

    id: str = ""
    system: str = ""
    direction: str = "outbound"
    only: tuple[str, ...] = ()
    wanted: frozenset[str] = frozenset()
    kind: str = "soap"
    owner: str = ""
    idempotent: frozenset[str] = frozenset()

    def repeatable(self, *names: str) -> bool:
        """Whether an operation, by any of its names, may be asked again."""
        return bool(self.idempotent & {"*", *names})


@dataclass(frozen=True, slots=True)
class Draft:
    """id: of the interface. files: relative name -> bytes. todos: what lint and the reader leave to a person."""

    id: str
    operations: tuple[str, ...]
    files: Mapping[str, bytes]
    todos: tuple[str, ...]


def finished(spec: DraftSpec, files: dict[str, bytes], told: list[str]) -> Draft:
    """The spec once more with examples that its own agreement made, and what lint says of it."""
    with tempfile.TemporaryDirectory(prefix="mboss-draft-") as made:
        folder = Path(made)
        _write(folder, {**files, SPEC_FILE: text_of(spec).encode()})
        listed, bodies = examples(Agreement(load_spec(folder)), spec.operations)
        files = {**files, **bodies, SPEC_FILE: text_of(replace(spec, examples=tuple(listed))).encode()}
        _write(folder, files)
        found = [f"{f.where.removeprefix(f'{made}/')}: {f.rule}: {f.message}; {f.fix}" for f in lint_file(folder)]
    return Draft(spec.id, tuple(o.name for o in spec.operations), files, (*told, *found))


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)


def laid_out(files: Iterable[Path], main: Path, name: str = "", own: tuple[str, ...] = ()) -> dict[Path, str]:
    """Contract files -> names in the spec's folder, as they lie to each other, so that their references still hold.

    name  of the main file, where a spec cannot hold its own
    own   folders that the draft writes; a contract that has one of these, or a ``spec.yaml``, lies in ``contract/``
    """
    found = list(files)
    top = Path(os.path.commonpath([file.parent for file in found]))
    names = {file: file.relative_to(top).as_posix() for file in found}
    if name:
        path, number = PurePosixPath(names.pop(main)).with_name(name), 2
        names[main] = str(path)
        while names[main] in [other for file, other in names.items() if file != main]:
            names[main], number = str(path.with_name(f"{path.stem}-{number}{path.suffix}")), number + 1
    taken = (SPEC_FILE, *(f"{folder}/" for folder in own))
    within = "contract/" if any(one.startswith(taken) for one in names.values()) else ""
    return {file: within + names[file] for file in found}


def canonical_name(name: str, taken: set[str]) -> str:
    """``SubmitOrder`` -> ``submitOrder``; a number is added where two would be the same."""
    words = _WORD.findall(name)
    joined = "".join(word[0].upper() + word[1:] for word in words) or "Operation"
    made = (joined[0].lower() + joined[1:] if joined[0].isalpha() else f"op{joined}")[:LONGEST]
    number, found = 2, made
    while found in taken:
        found, number = f"{made}{number}", number + 1
    taken.add(found)
    return found


def slug(title: str) -> str:
    """An interface id: ``OrderService`` -> ``order-service``."""
    parts = _WORD.findall(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", title))
    return "-".join(part.lower() for part in parts)[:64] or "interface"
