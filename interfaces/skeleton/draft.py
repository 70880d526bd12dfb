"""From a WSDL to the files of a spec: spec.yaml, the contract's files, examples, and what is to do."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from interfaces.codec.xml import XmlContract, compile_contract
from interfaces.contract import catalogue
from interfaces.contract.api import open_api
from interfaces.contract.documents import Documents, gather
from interfaces.contract.names import local
from interfaces.contract.sample import NoSample
from interfaces.contract.wsdl import WsdlOperation
from interfaces.failure import Failure
from interfaces.skeleton.api_draft import draft_api
from interfaces.skeleton.parts import Draft, Options, canonical_name, finished, slug
from interfaces.skeleton.rows import Side, side
from interfaces.skeleton.text import DraftOperation, DraftSpec


def drafts(path: Path, root: Path, options: Options) -> list[Draft]:
    """The files of the specs that one WSDL, OpenAPI or AsyncAPI document comes to, the one that carries its id first.

    What goes the other way (callbacks, replies, webhooks, messages that the peer sends) is a spec of its own, and so is
    each queue that the hub reads. Failure(invalid) when it cannot be read, or has no operation that can be served.
    """
    api = open_api(path, root)
    return draft_api(api, options) if api is not None else [_draft(path, root, options)]


def _draft(path: Path, root: Path, options: Options) -> Draft:
    gathered = gather(path, root)
    contract = compile_contract(gathered)
    names, files = _contract_files(gathered)
    operations, todos = _operations(contract, options)
    if not operations:
        why = "; ".join([f.message for f in contract.findings][:3]) or "it declares none"
        raise Failure("invalid", f"no operation can be drafted: {why}", where=str(path))
    title = (contract.wsdl.service if contract.wsdl else "") or path.stem
    spec = DraftSpec(
        id=options.id or slug(title),
        system=options.system or "TODO",
        title=title,
        direction=options.direction,
        transport={"kind": "soap", "envelope": "soap-plain", "contract": names},
        files={name: hashlib.sha256(body).hexdigest() for name, body in files.items()},
        operations=tuple(operations),
    )
    notes = [f"operation {o.name}: {note}" for o in operations for s in (o.request, o.reply) if s for note in s.todos]
    notes += [f"operation {o.name}: {note}" for o in operations for note in o.notes]
    notes += [str(f) for f in contract.findings if not f.serious]  # lint tells the serious ones
    return finished(spec, files, [*todos, *notes])


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
            made.append(_operation(contract, name, read, options, canonical_name(name, taken)))
        except (NoSample, Failure) as reason:
            todos.append(f"operation {name}: no example can be made: {reason}")
    return made, todos


def _operation(contract: XmlContract, wire: str, read: WsdlOperation, options: Options, name: str) -> DraftOperation:
    request = side(contract.shapes, contract.element(read.input).declared, options.wanted)
    reply = side(contract.shapes, contract.element(read.output).declared, options.wanted) if read.output else None
    return DraftOperation(
        name=name,
        wire={"operation": wire},
        request=request,
        reply=reply,
        errors=tuple(
            {"match": local(element) or name, "code": "rejected", "note": f"fault {name} of the contract"}
            for name, element in read.faults.items()
        ),
        notes=tuple(_notes(read, (request, reply))),
    )


def _notes(read: WsdlOperation, sides: tuple[Side | None, ...]) -> Iterator[str]:
    if read.version != "1.1":
        yield f"the contract binds it to SOAP {read.version}, soap-plain speaks 1.1: ask for a 1.1 port"
    if read.transport == "jms":
        yield "it is bound to JMS: the same body fits an amqp interface"
    for header in dict.fromkeys((*read.headers, *read.reply_headers)):
        yield f"the header {local(header)} is declared; soap-plain neither writes nor reads it"
