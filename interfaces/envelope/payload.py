"""Payload <-> wire tree, by the contract of the spec: WSDL/XSD, JSON Schema, or nothing but the mapping rows.

A payload is what an envelope holds: an lxml element (for ContractRoot a wrapper whose children are the content) or
JSON data.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from lxml import etree

from interfaces.canonical.validation import FastValidator, Finding
from interfaces.codec import json as json_codec
from interfaces.codec import safe_xml
from interfaces.codec.file import FileCodec
from interfaces.codec.table import TableCodec
from interfaces.contract.file_layout import FileLayout
from interfaces.contract.file_name import FileName
from interfaces.contract.findings import Finding as ContractFinding
from interfaces.contract.table import TableLayout
from interfaces.envelope import loose_xml
from interfaces.envelope.soap_plain import BODY, empty_body
from interfaces.failure import Failure
from interfaces.mapping.runtime import plain
from interfaces.spec.file_settings import FACTS, RECEIPT, FileSettings
from interfaces.spec.model import InterfaceSpec, Operation, Side
from interfaces.spec.shapes import (
    ANYTHING,
    NOTHING,
    JsonShape,
    Named,
    Shape,
    TableShape,
    Wrapped,
    XmlShape,
    file_shape,
)
from interfaces.wire import Tree


class Payloads(Protocol):
    """Both directions for every message of one spec; Failure(invalid, reason="structure") with all findings.

    elements  body element (``{ns}name``) -> operation, where the element names the operation (SOAP)
    actions   operation -> what the contract says to send as SOAPAction
    faults    operation -> local names of the elements that its faults may carry
    findings  what of the contract could not be read
    protocols operation -> SOAP version and style of its binding
    """

    elements: Mapping[str, Operation]
    actions: Mapping[str, str]
    faults: Mapping[str, tuple[str, ...]]
    findings: tuple[ContractFinding, ...]
    protocols: Mapping[str, str]

    def decode(self, side: Side, payload: Any) -> Tree: ...

    def encode(self, side: Side, tree: Tree, as_json: bool) -> Any: ...

    def carried(self, side: Side, tree: Tree, as_json: bool) -> Tree:
        """The tree after a way over the wire, in the spec's charset; for proofs."""
        ...

    def shape(self, side: Side) -> Shape:
        """What the contract allows as wire tree, for lint."""
        ...

    def name(self, side: Side) -> str:
        """The element that holds the message, ``{ns}local`` or local; "" where none does."""
        ...


def payloads_of(spec: InterfaceSpec) -> Payloads:
    """The payloads of a spec; Failure when its contract cannot be read or lacks a message."""
    kind = Path(spec.transport.contract).suffix
    if spec.transport.envelope == "soap-plain":
        return SoapPayloads(spec)
    if spec.transport.envelope == "contract-root":
        return ContentPayloads(spec)
    if spec.transport.envelope == "file":
        return FilePayloads(spec)
    return JsonPayloads(spec) if kind in ("", ".json", ".yaml", ".yml") else XmlPayloads(spec)


def refuse(spec: InterfaceSpec, findings: list[Finding]) -> None:
    if findings:
        raise Failure(
            "invalid",
            f"the message breaks the contract of {spec.id} in {len(findings)} place(s)",
            where=spec.ref,
            reason="structure",
            errors=findings,
        )


def over_xml(payload: Any, encoding: str) -> Any:
    """An element written and read again."""
    return safe_xml.parse(safe_xml.serialize(payload, encoding))


def over_json(payload: Any, encoding: str) -> Any:
    """JSON data written and read again."""
    return json_codec.read(json_codec.write(payload, encoding), f"application/json; charset={encoding}")[0]


class XmlPayloads:
    """Elements of an XSD; a side names its element in ``wire``."""

    elements: Mapping[str, Operation] = {}
    actions: Mapping[str, str] = {}
    faults: Mapping[str, tuple[str, ...]] = {}
    findings: tuple[ContractFinding, ...] = ()
    protocols: Mapping[str, str] = {}

    def __init__(self, spec: InterfaceSpec) -> None:
        self._spec = spec
        from interfaces.codec.xml import XmlContract  # slow to import, and JSON interfaces do not need it

        self._contract = XmlContract.load(spec.folder / spec.transport.contract, root=spec.folder)
        self.findings = self._contract.findings

    def decode(self, side: Side, payload: Any) -> Tree:
        name = self.name(side)
        if name not in (payload.tag, loose_xml.local(payload.tag)):
            found = loose_xml.local(payload.tag)
            raise Failure(
                "invalid",
                f"the root element is {found[:80]}, agreed is {loose_xml.local(name)}",
                where=self._spec.ref,
                reason="structure",
                errors=[{"path": found[:80], "message": "is not the agreed root element"}],
            )
        refuse(self._spec, self._contract.validate(payload))
        tree: Tree = self._contract.element(name).parse(payload)
        return tree

    def encode(self, side: Side, tree: Tree, as_json: bool) -> Any:
        element = self._contract.element(self.name(side)).build(tree)
        refuse(self._spec, self._contract.validate(element))
        return element

    def carried(self, side: Side, tree: Tree, as_json: bool) -> Tree:
        return self.decode(side, over_xml(self.encode(side, tree, as_json), self._spec.transport.encoding))

    def shape(self, side: Side) -> Shape:
        declared = self._contract.element(self.name(side)).declared
        return XmlShape(declared.type, declared.name)

    def name(self, side: Side) -> str:
        return side.wire


class SoapPayloads(XmlPayloads):
    """Body elements of a WSDL; the operation's input and output unless a side names another. Of an XSD, the elements
    that the sides name. An empty message is the Body itself."""

    def __init__(self, spec: InterfaceSpec) -> None:
        super().__init__(spec)
        self._names: dict[int, str] = {}
        elements: dict[str, Operation] = {}
        actions: dict[str, str] = {}
        faults: dict[str, tuple[str, ...]] = {}
        protocols: dict[str, str] = {}
        for operation in spec.operations.values():
            wsdl = self._wsdl_operation(operation)
            actions[operation.name] = str(wsdl.soap_action)
            faults[operation.name] = tuple(loose_xml.local(element) or name for name, element in wsdl.faults.items())
            protocols[operation.name] = f"SOAP {wsdl.version} {wsdl.style}"
            elements.setdefault(str(wsdl.input) or BODY, operation)
            self._names[id(operation.request)] = operation.request.wire or str(wsdl.input) or BODY
            if operation.reply is not None:
                self._names[id(operation.reply)] = operation.reply.wire or str(wsdl.output) or BODY
        self.elements, self.actions, self.faults, self.protocols = elements, actions, faults, protocols

    def name(self, side: Side) -> str:
        return self._names[id(side)]

    def decode(self, side: Side, payload: Any) -> Tree:
        return {} if self.name(side) == payload.tag == BODY else super().decode(side, payload)

    def encode(self, side: Side, tree: Tree, as_json: bool) -> Any:
        return empty_body() if self.name(side) == BODY else super().encode(side, tree, as_json)

    def shape(self, side: Side) -> Shape:
        return NOTHING if self.name(side) == BODY else super().shape(side)

    def _wsdl_operation(self, operation: Operation) -> Any:
        if self._contract.wsdl is None:
            return self._of_elements(operation)
        name = str(operation.wire.get("operation", operation.name))
        known = self._contract.operations
        if name not in known:
            raise Failure(
                "invalid",
                f"the contract has no operation {name}",
                where=f"{self._spec.file}:{operation.line}",
                advice=f"it has {', '.join(sorted(known))}",
                reason="structure",
            )
        return known[name]

    def _of_elements(self, operation: Operation) -> Any:
        from interfaces.contract.wsdl import WsdlOperation

        named = [side.wire if side else "" for side in (operation.request, operation.reply)]
        if not named[0] or (operation.reply and not named[1]):
            what = (
                f"the contract is no WSDL: {operation.name} must say request.wire, and reply.wire where it has a reply"
            )
            raise Failure("invalid", what, where=f"{self._spec.file}:{operation.line}", reason="structure")
        full = [self._contract.element(name).declared.name if name else "" for name in named]
        return WsdlOperation(operation.name, "", full[0], full[1])


class ContentPayloads:
    """SvcCont: an XSD element, free XML, or JSON; the tree is ``{root element: ...}``."""

    elements: Mapping[str, Operation] = {}
    actions: Mapping[str, str] = {}
    faults: Mapping[str, tuple[str, ...]] = {}
    findings: tuple[ContractFinding, ...] = ()
    protocols: Mapping[str, str] = {}

    def __init__(self, spec: InterfaceSpec) -> None:
        self._xml = XmlPayloads(spec) if Path(spec.transport.contract).suffix in (".xsd", ".wsdl") else None
        self._spec = spec

    def decode(self, side: Side, payload: Any) -> Tree:
        if payload is None:
            return {}
        if isinstance(payload, dict):
            return payload
        if not etree.iselement(payload):
            raise Failure("invalid", "the content is no object", where=self._spec.ref, reason="structure")
        if self._xml is None or not side.wire:
            tree = loose_xml.parse(payload)
            return tree if isinstance(tree, dict) else {}
        if len(payload) != 1:
            raise Failure("invalid", f"the content is not one {side.wire}", where=self._spec.ref, reason="structure")
        return {side.wire: self._xml.decode(side, payload[0])}

    def encode(self, side: Side, tree: Tree, as_json: bool) -> Any:
        if as_json:
            return tree
        wrapper = etree.Element("SvcCont")
        if self._xml is not None and side.wire:
            wrapper.append(self._xml.encode(side, tree.get(side.wire, {}), as_json))
        else:
            loose_xml.build(wrapper, tree)
        return wrapper

    def carried(self, side: Side, tree: Tree, as_json: bool) -> Tree:
        over = over_json if as_json else over_xml
        return self.decode(side, over(self.encode(side, tree, as_json), self._spec.transport.encoding))

    def name(self, side: Side) -> str:
        return side.wire if self._xml is not None else ""

    def shape(self, side: Side) -> Shape:
        return Wrapped(side.wire, self._xml.shape(side)) if self._xml is not None and side.wire else ANYTHING


class JsonPayloads:
    """JSON data, checked by the JSON Schema a side names, or the contract for requests."""

    elements: Mapping[str, Operation] = {}
    actions: Mapping[str, str] = {}
    faults: Mapping[str, tuple[str, ...]] = {}
    findings: tuple[ContractFinding, ...] = ()
    protocols: Mapping[str, str] = {}

    def __init__(self, spec: InterfaceSpec) -> None:
        self._spec = spec
        self._requests = {id(op.request) for op in spec.operations.values()}

    def decode(self, side: Side, payload: Any) -> Tree:
        tree: Tree = payload or {}
        self._check(side, tree)
        return tree

    def encode(self, side: Side, tree: Tree, as_json: bool) -> Any:
        self._check(side, tree)
        return tree

    def carried(self, side: Side, tree: Tree, as_json: bool) -> Tree:
        encoded = self.encode(side, tree, as_json)
        layout = self._layout(side)
        if layout is not None:
            codec = TableCodec(layout)
            return codec.tree(side.wire, codec.row(side.wire, encoded, partial=True))
        return self.decode(side, over_json(encoded, self._spec.transport.encoding))

    def _layout(self, side: Side) -> TableLayout | None:
        if not (self._spec.transport.contract.endswith(".yaml") and side.wire) or side.wire.endswith(".json"):
            return None
        return _layout(self._spec.folder / self._spec.transport.contract, self._spec.hash)

    def name(self, side: Side) -> str:
        return ""

    def shape(self, side: Side) -> Shape:
        name = self._contract(side)
        if name.endswith(".json"):
            schema = json.loads((self._spec.folder / name).read_text("utf-8"))
            return JsonShape(schema, schema)
        layout = self._layout(side)
        return TableShape(layout.table(side.wire)) if layout is not None else ANYTHING

    def _contract(self, side: Side) -> str:
        return side.wire or (self._spec.transport.contract if id(side) in self._requests else "")

    def _check(self, side: Side, tree: Tree) -> None:
        name = self._contract(side)
        if name.endswith(".json"):
            refuse(self._spec, _validator(self._spec.folder / name, self._spec.hash).check(plain(tree)))


class FilePayloads(JsonPayloads):
    """Trees of an exchange file, which its codec has checked; a reply is the channel's receipt."""

    def carried(self, side: Side, tree: Tree, as_json: bool) -> Tree:
        if id(side) not in self._requests:
            return tree
        codec = FileCodec(FileLayout.load(self._spec.folder / self._spec.transport.contract))
        if FileSettings.of(self._spec).messages == "file":
            return self._through(codec, tree) | {name: about for name, about in tree.items() if name == "@file"}
        ours = {name: about for name, about in tree.items() if name.startswith("@")}
        record = {name: value for name, value in tree.items() if name not in ours}
        header = codec.layout.header
        edge = {header.name: ours.get("@header", {})} if header else {}
        alone = codec.layout.record(side.wire).role != "detail"  # the header and the trailer stand once
        got = self._through(codec, {**edge, side.wire: record if alone else [record]})[side.wire]
        return {**(got if alone else got[0]), **ours}

    def _through(self, codec: FileCodec, tree: Tree) -> Tree:
        name, out = FileName("", "20261101", 1), io.BytesIO()
        codec.write_tree(out, tree, name)
        return codec.tree(out.getvalue(), name)

    def shape(self, side: Side) -> Shape:
        if id(side) not in self._requests:
            return Named(dict.fromkeys(RECEIPT, NOTHING))
        record = side.wire if FileSettings.of(self._spec).messages == "record" else ""
        return file_shape(FileLayout.load(self._spec.folder / self._spec.transport.contract), record, FACTS)


@cache
def _layout(file: Path, version: str) -> TableLayout:
    return TableLayout.load(file)


@cache
def _validator(file: Path, version: str) -> FastValidator:
    try:
        return FastValidator(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise Failure("invalid", "the contract is no JSON Schema", where=str(file), reason="structure") from error
