"""One contract file, judged: how many operations it declares, how many were read, and a finding for each other one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, SchemaError
from jsonschema.validators import validator_for
from lxml import etree

from interfaces.codec.xml import XmlContract, compile_contract
from interfaces.contract import alone, api_census, census
from interfaces.contract.api import open_api, read_api, untested
from interfaces.contract.api_files import SUFFIXES, Files
from interfaces.contract.api_operation import ApiOperation
from interfaces.contract.documents import Documents, gather
from interfaces.contract.files import load
from interfaces.contract.findings import Finding, finding
from interfaces.contract.names import local
from interfaces.contract.sample import NoSample
from interfaces.failure import Failure
from interfaces.wire import Tree

_SHOWN_BY_OPERATIONS = ("import-missing", "import-broken", "schema-missing")
"""What is missing matters to the operations that need it, and each of them has a finding of its own."""


@dataclass(slots=True)
class Report:
    """declared: units of interfaces/contract/census.py. operations: those that were read; each other one has a finding
    ``operation-...``. read: every file that belongs to the contract. messages: of a schema alone, that an operation may
    be made of."""

    file: str
    declared: int = 0
    operations: int = 0
    findings: list[Finding] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    messages: int = 0

    @property
    def ok(self) -> bool:
        """Everything that counts was read: what is left out is told, and something is left."""
        grave = [f for f in self.findings if f.serious and not (self.declared and f.code in _SHOWN_BY_OPERATIONS)]
        return not grave and bool(self.operations or not self.declared)

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "ok": self.ok,
            "declared": self.declared,
            "operations": self.operations,
            "findings": [f.to_json() for f in self.findings],
        }


def check(path: Path, root: Path | None = None, file: str = "") -> Report:
    """Judge one WSDL, XSD, OpenAPI, AsyncAPI or JSON Schema file; never raises for what stands in it.

    root  folder that imports may not leave
    file  what the report calls it, default the path
    """
    report = Report(file or str(path))
    try:
        api = open_api(path, root)
        if api is not None:
            _check_api(api, report)
        elif path.suffix.lower() in SUFFIXES:
            _json_schema(Files(path, root or path.parent), report)
        else:
            _check(path, root, report)
    except Failure as failure:
        report.findings.append(_of_file(path, failure))
    except RecursionError:
        report.findings.append(finding("file-too-large", str(path), "its parts are nested too deep"))
    return report


def given_up(path: Path, code: str, what: str, file: str = "") -> Report:
    """The report of a file whose check did not end: its operations are counted all the same."""
    report = Report(file or str(path), findings=[finding(code, str(path), what)])
    if path.suffix.lower() in SUFFIXES:
        return _api_given_up(path, report)
    try:
        units = census.count([(path.resolve(), load(path)[0])])
    except (Failure, AttributeError):  # it cannot be parsed, or is no WSDL
        units = []
    _lose(report, units, "operation-unreadable", "the file was given up")
    return report


def _api_given_up(path: Path, report: Report) -> Report:
    try:
        files = open_api(path)
        declared = api_census.count(files) if files else []
    except (Failure, RecursionError):
        declared = []
    report.declared = len(declared)
    for unit, where in declared:
        report.findings.append(finding("operation-unreadable", where, f"operation {unit}: the file was given up"))
    return report


def _check(path: Path, root: Path | None, report: Report) -> None:
    gathered = gather(path, root)
    report.read = sorted(map(str, gathered.files))
    units = census.count(gathered.wsdls.items())
    report.declared = len(units)
    try:
        contract = compile_contract(gathered)
    except Failure as failure:
        report.findings += [
            *gathered.findings,
            finding("schema-unreadable", failure.where or str(path), failure.message),
        ]
        return _lose(report, units, "operation-unreadable", "the schema cannot be read")
    report.messages = 0 if contract.wsdl else len(contract.model.elements)
    lost = contract.wsdl.lost if contract.wsdl else {}
    offers = contract.wsdl.offers if contract.wsdl else {}
    report.findings += contract.findings
    broken = _broken(contract, gathered, report)
    for unit in units:
        if unit.key in offers:
            bad = [f"{local(name)}: {broken[name]}" for name in offers[unit.key].messages if name in broken]
            report.operations += not bad
            report.findings += [_lost(unit, "operation-not-proved", bad[0])] if bad else []
        elif unit.key not in lost:
            report.findings.append(_lost(unit, "operation-lost", "the reader does not know it"))
    return None


def _check_api(files: Files, report: Report) -> None:
    api = read_api(files)
    report.read = sorted(map(str, files.paths))
    report.findings += api.findings
    declared = api_census.count(files)
    report.declared = len(declared)
    served = {operation.unit for operation in api.operations} - api.lost
    for unit, where in declared:
        if unit not in api.lost and unit not in served:
            report.findings.append(finding("operation-lost", where, f"operation {unit}: the reader does not know it"))
    for unit in sorted(served):
        report.operations += _proved([o for o in api.operations if o.unit == unit], report)


def _proved(parts: list[ApiOperation], report: Report) -> bool:
    """Whether every message that one declared operation comes to has a schema that can be checked."""
    for operation in parts:
        try:
            reasons = [why for side in (operation.request, operation.reply or {}) if (why := untested(side))]
            report.findings += [finding("message-untested", operation.where, f"{operation.unit}: {w}") for w in reasons]
        except Failure as failure:
            what = f"operation {operation.unit}: {failure.message}"
            report.findings.append(finding("operation-schema", operation.where, what))
            return False
    return True


def _lose(report: Report, units: Iterable[census.Unit], code: str, why: str) -> None:
    found = list(units)
    report.declared = len(found)
    report.findings += [_lost(unit, code, why) for unit in found]


def _lost(unit: census.Unit, code: str, why: str) -> Finding:
    return finding(code, unit.where, f"operation {unit.name} of {unit.owner}: {why}")


def _broken(contract: XmlContract, gathered: Documents, report: Report) -> dict[str, str]:
    """Messages that the codec cannot write so that they are valid and read back as they were written -> why."""
    names = {name for o in contract.operations.values() for name in o.messages}
    main = next(iter(gathered.wsdls), gathered.folder.root)
    broken = {}
    for name in sorted(names):
        try:
            why = proof(contract, name)
        except NoSample as reason:
            report.findings.append(finding("message-untested", str(main), f"{name}: {reason}"))
            continue
        if why:
            broken[name] = why
    return broken


def proof(contract: XmlContract, name: str) -> str:
    """ "" when a made-up document of the element is valid and reads back equal, else why not; NoSample."""
    try:
        codec = contract.element(name)
        tree: Tree = contract.sample(name)
        element = codec.build(tree)
        faults = contract.validate(element)
        if faults:
            return f"a made-up document is refused at {faults[0]['path'] or 'the top'}: {faults[0]['message']}"
        same = codec.parse(etree.fromstring(etree.tostring(element, encoding="UTF-8"))) == tree
        return "" if same else "a made-up document reads back otherwise"
    except Failure as failure:
        return failure.message


_FILES = {"xml": "file-not-xml", "empty": "file-empty", "structure": "file-not-a-contract"}


def _of_file(path: Path, failure: Failure) -> Finding:
    code = {"too_large": "file-too-large", "not_found": "file-missing"}.get(failure.code)
    if "DOCTYPE" in failure.message:
        code = "file-doctype"
    elif "resource limit" in failure.message:  # libxml2's word for nesting deeper than it goes
        code = "file-too-large"
    return finding(code or _FILES.get(failure.reason, "file-not-xml"), failure.where or str(path), failure.message)


def _json_schema(files: Files, report: Report) -> None:
    """By the draft that it names, else the newest."""
    schema = files.main.data
    report.read = sorted(map(str, files.paths))
    if not isinstance(schema, dict):
        report.findings.append(finding("file-not-a-contract", report.file, "it is no JSON Schema: it is no object"))
        return
    try:
        named = schema if isinstance(schema.get("$schema"), str) else {}
        validator_for(named, default=Draft202012Validator).check_schema(schema)
        report.messages = len(alone.schemas(files))
    except SchemaError as error:
        place = ".".join(map(str, error.absolute_path)) or "(top)"
        what = f"it is no JSON Schema: {place}: {error.message}"[:300]
        report.findings.append(finding("schema-unreadable", report.file, what))
