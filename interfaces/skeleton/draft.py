"""From a WSDL to the files of a spec: spec.yaml, the contract's files, examples, and what is to do."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from interfaces.agreement import Agreement
from interfaces.codec.xml import XmlContract, compile_contract
from interfaces.contract import catalogue
from interfaces.contract.documents import Documents, gather
from interfaces.contract.names import local
from interfaces.contract.sample import NoSample
from interfaces.contract.wsdl import WsdlOperation
from interfaces.failure import Failure
from interfaces.skeleton.examples import examples
from interfaces.skeleton.rows import Side, side
from interfaces.skeleton.text import DraftOperation, DraftSpec, text_of
from interfaces.spec.lint import lint_file
from interfaces.spec.loader import SPEC_FILE, load_spec

_WORD = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Options:
    """id, system: "" = made from the contract, and left as TODO. only: names of operations, () = all. wanted: wire
    paths of optional parts to map as well."""

    id: str = ""
    system: str = ""
    direction: str = "outbound"
    only: tuple[str, ...] = ()
    wanted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Draft:
    """id: of the interface. files: relative name -> bytes. todos: what lint and the reader leave to a person."""

    id: str
    operations: tuple[str, ...]
    files: Mapping[str, bytes]
    todos: tuple[str, ...]


def draft(path: Path, root: Path, options: Options) -> Draft:
    """The files of a spec for one WSDL.

    Failure(invalid) when it cannot be read, or when it has no operation that can be served.
    """
    gathered = gather(path, root)
    contract = compile_contract(gathered)
    names, files = _contract_files(gathered)
    operations, todos = _operations(contract, options)
    if not operations:
        why = "; ".join([f.message for f in contract.findings][:3]) or "it declares none"
        raise Failure("invalid", f"no operation can be drafted: {why}", where=str(path))
    title = (contract.wsdl.service if contract.wsdl else "") or path.stem
    spec = DraftSpec(
        id=options.id or _slug(title),
        system=options.system or "TODO",
        title=title,
        direction=options.direction,
        contract=names,
        files={name: hashlib.sha256(body).hexdigest() for name, body in files.items()},
        operations=tuple(operations),
    )
    notes = [f"operation {o.name}: {note}" for o in operations for s in (o.request, o.reply) if s for note in s.todos]
    notes += [f"operation {o.name}: {note}" for o in operations for note in o.notes]
    notes += [str(f) for f in contract.findings if not f.serious]  # lint tells the serious ones
    return _finished(spec, files, [*todos, *notes])


def _finished(spec: DraftSpec, files: dict[str, bytes], told: list[str]) -> Draft:
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


# -- the contract's own files -----------------------------------------------------------------------------------


def _contract_files(gathered: Documents) -> tuple[str, dict[str, bytes]]:
    """(name of the main file, name -> bytes): as they lie to each other, so that their imports still hold."""
    shipped = {p for n in catalogue.namespaces() if (p := catalogue.schema(n) or catalogue.wsdl(n)) is not None}
    own = [file for file in gathered.files if file not in {p.resolve() for p in shipped}]
    top = Path(os.path.commonpath([file.parent for file in own]))
    main = next(iter(gathered.wsdls), own[0])
    names = {file: file.relative_to(top).as_posix() for file in own}
    names[main] = _plain(names[main])
    return names[main], {names[file]: file.read_bytes() for file in sorted(own)}


def _plain(name: str) -> str:
    """A file name that a spec may hold: ``Orders.svc?wsdl`` -> ``Orders.svc.wsdl``."""
    path = PurePosixPath(name)
    stem = path.name.removesuffix("?wsdl").removesuffix(".wsdl")
    return str(path.with_name(re.sub(r"[^\w.-]", "_", stem) + ".wsdl"))


# -- operations -------------------------------------------------------------------------------------------------


def _operations(contract: XmlContract, options: Options) -> tuple[list[DraftOperation], list[str]]:
    """Those that can be served, and what stops the others."""
    made: list[DraftOperation] = []
    todos: list[str] = []
    taken: set[str] = set()
    for name, read in contract.operations.items():
        if options.only and not {name, read.name} & set(options.only):
            continue
        if not read.input:
            todos.append(f"operation {name}: its request is an empty Body, which soap-plain does not serve")
            continue
        try:
            made.append(_operation(contract, name, read, options, _canonical(name, taken)))
        except (NoSample, Failure) as reason:
            todos.append(f"operation {name}: no example can be made: {reason}")
    return made, todos


def _operation(contract: XmlContract, wire: str, read: WsdlOperation, options: Options, name: str) -> DraftOperation:
    request = side(contract.shapes, contract.element(read.input).declared, options.wanted)
    reply = side(contract.shapes, contract.element(read.output).declared, options.wanted) if read.output else None
    return DraftOperation(
        name=name,
        wire=wire,
        request=request,
        reply=reply,
        faults={fault: local(element) for fault, element in read.faults.items()},
        notes=tuple(_notes(read, (request, reply))),
    )


def _notes(read: WsdlOperation, sides: tuple[Side | None, ...]) -> Iterator[str]:
    if read.version != "1.1":
        yield f"the contract binds it to SOAP {read.version}, soap-plain speaks 1.1: ask for a 1.1 port"
    if read.transport == "jms":
        yield "it is bound to JMS: the same body fits an amqp interface"
    for header in dict.fromkeys((*read.headers, *read.reply_headers)):
        yield f"the header {local(header)} is declared; soap-plain neither writes nor reads it"


def _canonical(name: str, taken: set[str]) -> str:
    """``SubmitOrder`` -> ``submitOrder``; a number is added where two would be the same."""
    words = _WORD.findall(name)
    joined = "".join(word[0].upper() + word[1:] for word in words) or "Operation"
    made = joined[0].lower() + joined[1:] if joined[0].isalpha() else f"op{joined}"
    number, found = 2, made
    while found in taken:
        found, number = f"{made}{number}", number + 1
    taken.add(found)
    return found


def _slug(title: str) -> str:
    parts = _WORD.findall(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", title))
    return "-".join(part.lower() for part in parts)[:64] or "interface"
