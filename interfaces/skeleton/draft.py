"""From a contract to the files of its specs: spec.yaml, the contract's files, examples, and what is to do."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from interfaces.codec.xml import XmlContract, compile_contract
from interfaces.contract import alone, catalogue
from interfaces.contract.api import open_api, read_api
from interfaces.contract.api_files import SUFFIXES, Files
from interfaces.contract.documents import Documents, gather
from interfaces.contract.names import local, namespace
from interfaces.contract.sample import NoSample
from interfaces.contract.wsdl import WsdlOperation
from interfaces.failure import Failure
from interfaces.skeleton.api_draft import draft_api
from interfaces.skeleton.parts import Draft, Options, canonical_name, finished, laid_out, slug
from interfaces.skeleton.rows import Side, side
from interfaces.skeleton.text import DraftOperation, DraftSpec


def drafts(path: Path, root: Path, options: Options) -> list[Draft]:
    """The files of the specs that one WSDL, OpenAPI or AsyncAPI document comes to, the one that carries its id first.

    What goes the other way (callbacks, replies, webhooks, messages that the peer sends) is a spec of its own, and so is
    each queue that the hub reads. Failure(invalid) when it cannot be read, or has no operation that can be served.
    """
    files = open_api(path, root)
    if files is not None:
        return draft_api(files, read_api(files), options)
    if path.suffix.lower() not in SUFFIXES:
        return [_draft(path, root, options)]
    if options.kind not in alone.WIRES:
        raise _other(path, "a JSON Schema alone", "import-openapi for REST, import-asyncapi for queues")
    files = Files(path, root)
    return draft_api(files, alone.read(files, options.kind, options.only), replace(options, only=()))


def _other(path: Path, what: str, commands: str) -> Failure:
    return Failure("invalid", f"{what} is not read by this command", where=str(path), advice=f"say {commands}")


def _draft(path: Path, root: Path, options: Options) -> Draft:
    if options.kind != "soap":
        raise _other(path, "an XML contract", "import-wsdl")
    gathered = gather(path, root)
    contract = compile_contract(gathered)
    names, files = _contract_files(gathered, path)
    operations, todos = _operations(contract, _offers(contract, gathered, path, options), options)
    if not operations:
        why = "; ".join([*todos, *(f.message for f in contract.findings)][:3]) or "it declares none"
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
        owner=options.owner,
    )
    notes = [f"operation {o.name}: {note}" for o in operations for s in (o.request, o.reply) if s for note in s.todos]
    notes += [f"operation {o.name}: {note}" for o in operations for note in o.notes]
    notes += [str(f) for f in contract.findings if not f.serious]  # lint tells the serious ones
    return finished(spec, files, [*todos, *notes])


# -- the contract's own files -----------------------------------------------------------------------------------


def _contract_files(gathered: Documents, path: Path) -> tuple[str, dict[str, bytes]]:
    """(name of the main file, name -> bytes): as they lie to each other, so that their imports still hold."""
    shipped = {p for n in catalogue.namespaces() if (p := catalogue.schema(n) or catalogue.wsdl(n)) is not None}
    own = [file for file in gathered.files if file not in {p.resolve() for p in shipped}]
    main = path.resolve()
    names = laid_out(own, main, _plain(main.name, ".wsdl" if gathered.wsdls else ".xsd"), ("examples",))
    return names[main], {names[file]: file.read_bytes() for file in sorted(own)}


def _plain(name: str, suffix: str) -> str:
    """A file name that a spec may hold: ``Orders.svc?wsdl`` -> ``Orders.svc.wsdl``."""
    stem = name.removesuffix(f"?{suffix[1:]}").removesuffix(suffix)
    return re.sub(r"[^\w.-]", "_", stem) + suffix


# -- operations -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Offer:
    """name: in the contract. wire: the spec's ``wire`` of it. elements: what its sides name, where the contract names
    no operation; guessed: why it is thought to be one."""

    name: str
    read: WsdlOperation
    wire: Mapping[str, str]
    elements: tuple[str, str] = ("", "")
    guessed: tuple[str, ...] = ()


def _offers(contract: XmlContract, gathered: Documents, path: Path, options: Options) -> Iterator[_Offer]:
    """The operations of a WSDL that are wanted, or the exchanges that somebody picked from an XSD alone."""
    if contract.wsdl is not None:
        for name, read in contract.operations.items():
            if not options.only or {name, read.name} & set(options.only):
                yield _Offer(name, read, {"operation": name})
        return
    own = next(iter(gathered.schemas.values())).namespace
    known = {short: full for full, short in contract.model.elements.items() if namespace(full) == own}
    shared = Counter(contract.model.elements.values())
    for one in alone.exchanges(known, options.only, str(path)):
        request, reply = known[one.request], known.get(one.reply, "")
        named = [full if full and shared[local(full)] > 1 else local(full) for full in (request, reply)]
        read = WsdlOperation(one.name, "", request, reply, one_way=not reply)
        yield _Offer(one.name, read, {}, (named[0], named[1]), (one.note,))


def _operations(
    contract: XmlContract, offers: Iterable[_Offer], options: Options
) -> tuple[list[DraftOperation], list[str]]:
    """Those that can be served, and what stops the others."""
    made: list[DraftOperation] = []
    todos: list[str] = []
    taken: set[str] = set()
    for offer in offers:
        try:
            made.append(_operation(contract, offer, options, canonical_name(offer.name, taken)))
        except (NoSample, Failure) as reason:
            todos.append(f"operation {offer.name}: no example can be made: {reason}")
    return made, todos


def _operation(contract: XmlContract, offer: _Offer, options: Options, name: str) -> DraftOperation:
    read = offer.read
    request, reply = (
        _side(contract, element, named, options)
        for element, named in zip((read.input, read.output), offer.elements, strict=True)
    )
    return DraftOperation(
        name=name,
        wire=offer.wire,
        request=request,
        reply=None if read.one_way else reply,
        errors=tuple(
            {"match": local(element) or fault, "code": "rejected", "note": f"fault {fault} of the contract"}
            for fault, element in read.faults.items()
        ),
        notes=(*offer.guessed, *_notes(read)),
        idempotent=options.repeatable(name, read.name, str(offer.wire.get("operation", ""))),
    )


def _side(contract: XmlContract, element: str, named: str, options: Options) -> Side:
    """The rows of one message; none for an empty Body."""
    if not element:
        return Side("", (), {})
    return replace(side(contract.shapes, contract.element(element).declared, options.wanted), wire=named)


def _notes(read: WsdlOperation) -> Iterator[str]:
    if read.version != "1.1":
        yield f"the contract binds it to SOAP {read.version}, soap-plain speaks 1.1: ask for a 1.1 port"
    if read.transport == "jms":
        yield "it is bound to JMS: the same body fits an amqp interface"
    for header in dict.fromkeys((*read.headers, *read.reply_headers)):
        yield f"the header {local(header)} is declared; soap-plain neither writes nor reads it"
