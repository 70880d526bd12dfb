"""XML codec: one contract file, compiled once, serves both directions and both sides.

    contract = XmlContract.load(Path("rm-resource.wsdl"))
    codec = contract.element("reserveResource")
    element = codec.build({"requestNo": "N1", "lanId": "8330100"})     # lxml element, for an envelope
    tree = codec.parse(element)                                        # the wire tree, see interfaces/wire.py
    faults = contract.validate(element)                                # facets too; [] when valid

``parse`` and ``build`` enforce the structure (unknown, missing, misplaced elements and attributes); ``validate`` asks
libxml2 about values and stray text as well. Mixed content keeps its text joined in ``#text``.
"""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lxml import etree

from interfaces.codec import xml_diagnose
from interfaces.codec.safe_xml import XmlElement
from interfaces.codec.xml_read import Readers
from interfaces.codec.xml_shape import Mismatch, Shapes
from interfaces.codec.xml_text import Names
from interfaces.codec.xml_write import Writers
from interfaces.contract import documents, references, rewrite, wsdl, xsd
from interfaces.contract.documents import Documents
from interfaces.contract.findings import Finding
from interfaces.contract.names import local
from interfaces.contract.sample import Choices
from interfaces.contract.sample import sample as make_sample
from interfaces.contract.schemas import Judge, Slow, Validator
from interfaces.contract.wsdl import WsdlContract, WsdlOperation
from interfaces.failure import Failure

_KEPT = 64
_compiled: OrderedDict[str, XmlContract] = OrderedDict()
"""Contracts by the hash of all their documents: each is compiled once, however many interfaces share it."""
_compiling = threading.Lock()


class ElementCodec:
    """One global element, both directions. Thread-safe.

    name    ``{namespace}local``
    parse   element -> value: Tree, str for an element that holds only text, or NIL
    build   value -> lxml element; ``text`` gives the same as XML text with its namespace declarations
    Failure(invalid, reason="structure") with every fault in ``errors``.
    """

    def __init__(self, declared: xsd.Element, shapes: Shapes, readers: Readers) -> None:
        self.name = declared.name
        self.declared = declared
        self._shapes = shapes
        self._read = readers.of(declared.type, declared.nillable)
        names = Names(shapes.model.prefixes)
        self._write = Writers(shapes, names).item(declared)
        self._start = f"<{names.of(declared.name)}"
        self._declarations = names.declarations

    def parse(self, element: XmlElement) -> Any:
        if element.tag != self.name:
            raise self._failure([{"path": "", "message": f"the element is {element.tag}, expected {self.name}"}])
        try:
            return self._read(element)
        except Mismatch:
            raise self._failure(xml_diagnose.of_element(self._shapes, self.declared, element)) from None

    def text(self, value: Any) -> str:
        parts: list[str] = []
        try:
            self._write(value, parts.append)
        except Mismatch:
            raise self._failure(xml_diagnose.of_tree(self._shapes, self.declared, value)) from None
        cut = len(self._start)
        parts[0] = f"{self._start}{self._declarations}{parts[0][cut:]}"
        return "".join(parts)

    def build(self, value: Any) -> XmlElement:
        try:
            return etree.fromstring(self.text(value))
        except (etree.XMLSyntaxError, RecursionError):
            raise Failure("too_large", "too deep or too long for one XML document", where=self.name) from None

    def _failure(self, faults: Iterable[dict[str, str]]) -> Failure:
        errors = list(faults)
        first = f"{errors[0]['path'] or local(self.name)}: {errors[0]['message']}" if errors else "broken"
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        return Failure("invalid", f"{first}{more}", where=self.name, reason="structure", errors=errors)


class XmlContract:
    """A WSDL or XSD file with everything it imports. Thread-safe.

    operations  of a WSDL: name -> WsdlOperation(soap_action, input, output, faults ...); {} for an XSD
    findings    what could not be read or had to be repaired, for lint; never silent
    shapes      of its types, for tools
    """

    def __init__(self, model: xsd.Model, judge: Judge, wsdl: WsdlContract | None, findings: list[Finding]) -> None:
        self.model = model
        self.wsdl = wsdl
        self.operations: dict[str, WsdlOperation] = wsdl.operations if wsdl else {}
        self.findings = (*findings, *(wsdl.lost.values() if wsdl else ()))
        self._validator = judge
        self.shapes = Shapes(model)
        self._readers = Readers(self.shapes)
        self._codecs: dict[str, ElementCodec] = {}
        self._compiling = threading.Lock()

    @classmethod
    def load(cls, path: Path, root: Path | None = None) -> XmlContract:
        """Read, repair and compile; Failure(invalid | not_found | too_large) names the file.

        root  folder that imports may not leave; the file's own when not given
        """
        return compile_contract(documents.gather(Path(path), root))

    def element(self, name: str) -> ElementCodec:
        """By ``{namespace}local``, or by local name where that is unique; Failure(not_found), and Failure(invalid,
        structure) when its schema breaks XSD's own rules."""
        codec = self._codecs.get(name)
        if codec is None:
            with self._compiling, xsd.whole("its schema cannot be compiled", name):
                declared = self.model.element(self._full(name))
                codec = self._codecs.get(declared.name) or ElementCodec(declared, self.shapes, self._readers)
                self._codecs[name] = self._codecs[declared.name] = codec
        return codec

    def sample(self, name: str, choices: Choices | None = None) -> Any:
        """A made-up value of an element, the smallest unless ``choices`` say more; sample.NoSample says why not."""
        declared = self.element(name).declared
        with xsd.whole("no document of its schema can be made up", name):
            return make_sample(self.shapes, declared, choices)

    def validate(self, element: XmlElement) -> list[dict[str, str]]:
        """[] when valid, else ``[{"path", "message"}]``; messages never quote the value."""
        return self._validator.errors(element)

    def _full(self, name: str) -> str:
        elements = self.model.elements
        found = [full for full, local in elements.items() if name in (full, local)]
        if len(found) != 1:
            known = ", ".join(sorted(elements.values())[:20])
            what = "is not in the contract" if not found else f"stands in several namespaces: {', '.join(found)}"
            raise Failure("not_found", f"element {name} {what}", advice=f"the contract has: {known}")
        return found[0]


def compile_contract(gathered: Documents) -> XmlContract:
    """The contract of gathered documents, compiled once per content; Failure(invalid, structure) names the file."""
    digest = gathered.digest()
    with _compiling:
        if digest not in _compiled:
            _compiled[digest] = _compile(gathered)
        _compiled.move_to_end(digest)
        while len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
        return _compiled[digest]


def _compile(gathered: Documents) -> XmlContract:
    graph = references.settle(gathered)
    read = wsdl.read(gathered, graph) if gathered.wsdls else None
    try:
        with tempfile.TemporaryDirectory(prefix="mboss-contract-") as made:
            folder = Path(made)
            rewrite.write(gathered, folder)
            model, judge = _compiled_schemas(gathered, folder)
    except Failure as failure:
        failure.where = failure.where or str(next(iter(gathered.wsdls), gathered.folder.root))
        raise
    return XmlContract(model, judge, read, gathered.findings)


def _compiled_schemas(gathered: Documents, folder: Path) -> tuple[xsd.Model, Judge]:
    """libxml2 judges messages, or xmlschema where libxml2 does not take the schema; why is told."""
    try:
        judge: Judge = Validator(folder)
        return xsd.read(folder), judge
    except Failure as failure:
        refusal = failure
    model = xsd.read(folder, sound=False)
    sources = {document.name: document.source for document in gathered.schemas.values()}
    for name, _, message in model.faults:
        gathered.say("schema-invalid", sources.get(name, name), message)
    place = next((source for name, source in sources.items() if name in refusal.message), "")
    gathered.say("schema-not-compiled", place or next(iter(sources.values()), ""), refusal.message)
    return model, Slow(model)
