"""``mboss interface import-wsdl``: contracts read, judged, and turned into the beginning of a spec."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.apart import GivenUp, each
from hub.cli.output import DONE, NO, json_option, progress, report
from hub.cli.table import json_line

if TYPE_CHECKING:
    from interfaces.contract.bundle import Bundle, Source
    from interfaces.contract.check import Report
    from interfaces.failure import Failure
    from interfaces.skeleton import Draft, Options

LIMIT = 30.0
"""Seconds for one file."""

DRAFTING = 120.0
"""Seconds for one draft: its contract is compiled once more where it will lie, and every example is made and linted."""


def options(command: Any) -> Any:
    """What every import of contracts can be told."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)),
    click.option(
        "--check", "only_check", is_flag=True, help="Only say what could be read and what not; write nothing."
    ),
    click.option(
        "--to", "to", type=click.Path(file_okay=False, path_type=Path), help="Folder for the specs, default here."
    ),
    click.option("--id", "name", default="", help="Id of the interface; with one contract only."),
    click.option("--system", default="", help="Code of the system on the other side: RM, BILL."),
    click.option("--owner", default="", help="Who answers for it: team:resources."),
    click.option("--inbound", is_flag=True, help="The peer calls the hub; else the hub calls the peer."),
    click.option("--operation", "only", multiple=True, help="Draft only this operation. May be repeated."),
    click.option(
        "--with", "wanted", multiple=True, help="Also map this optional part: order.customer. May be repeated."
    ),
    click.option(
        "--idempotent",
        "repeatable",
        multiple=True,
        metavar="OPERATION",
        help="The peer does this once however often it is asked; * means all. May be repeated.",
    ),
    click.option("--overwrite", is_flag=True, help="Replace a spec that is there."),
    json_option,
)


_KINDS = {"WSDL or XSD": "soap", "OpenAPI": "rest", "AsyncAPI": "amqp"}
"""What a command reads -> transport of a schema that comes alone."""


@click.command("import-wsdl")
@options
def command(paths: tuple[Path, ...], **choices: Any) -> None:
    """Read WSDL and XSD files (PATHS: files, folders, zip archives) and draft a spec for each service.

    A draft is a folder with spec.yaml, the contract's files and examples; what is left to do is listed, and is what
    `mboss interface lint` says. An XSD alone has no operations: --operation names the element that begins each, the one
    that answers is found by its name (order, orderResponse). With --check one line per file: operations declared and
    read, and a finding for each that was not. Exit code 1 when something of a file could not be read.

    \b
    Example:
      mboss interface import-wsdl contracts/ --check
      mboss interface import-wsdl orders.wsdl --system RM --owner team:resources --to specs
    """
    run(paths, "WSDL or XSD", **choices)


def run(paths: tuple[Path, ...], what: str, only_check: bool, as_json: bool, overwrite: bool, **choices: Any) -> None:
    """Judge or draft; ends the command. what: kind of file that is looked for in folders and archives."""
    from interfaces.contract import bundle

    with tempfile.TemporaryDirectory(prefix="mboss-import-") as scratch:
        found = bundle.find(paths, Path(scratch), what if what in bundle.KINDS else "")
        if not found.sources and not found.findings:
            raise click.UsageError(f"there is no {what} file in {', '.join(map(str, paths))}")
        if only_check:
            ok = _check(found, as_json)
        else:
            ok = _draft(found, what, as_json, overwrite, **choices)
    raise SystemExit(DONE if ok else NO)


def _check(found: Bundle, as_json: bool) -> bool:
    ok = True
    for judged in _reports(found):
        ok = ok and judged.ok
        _print(judged, as_json)
    return ok


def _draft(
    found: Bundle,
    what: str,
    as_json: bool,
    overwrite: bool,
    to: Path | None,
    name: str,
    system: str,
    inbound: bool,
    only: tuple[str, ...],
    wanted: tuple[str, ...],
    owner: str,
    repeatable: tuple[str, ...],
) -> bool:
    """The specs of every document that no other one takes in and that declares operations."""
    from interfaces.failure import Failure
    from interfaces.skeleton import Options

    reports = {judged.file: judged for judged in _reports(found)}
    whole = [s for s in found.sources if s.name in reports and _whole(s, reports)]
    whole = whole or [s for s in found.sources if s.name in reports and _alone(s, reports)]
    if name and len(whole) > 1:
        raise click.UsageError(f"--id names one interface, and there are {len(whole)}: import them one by one")
    answers = owner if ":" in owner or not owner else f"team:{owner}"
    direction = "inbound" if inbound else "outbound"
    again = frozenset(repeatable)
    options = Options(name, system.upper(), direction, only, frozenset(wanted), _KINDS[what], answers, again)
    ok = bool(whole)
    for judged in reports.values():
        if not judged.operations and (judged.findings or not whole):
            ok = False
            _print(judged, as_json)
    written: set[str] = set()
    for source, made in zip(whole, each(draft_one, [(s, options) for s in whole], DRAFTING), strict=True):
        if not isinstance(made, list):
            ok = False
            report(made if isinstance(made, Failure) else _of_draft(source, made), as_json)
            continue
        for one in made:
            ok = _keep(source, one, to or Path(), overwrite, as_json, written) and ok
    return ok


def _whole(source: Source, reports: dict[str, Report]) -> bool:
    """A WSDL with operations that is not a part of another one."""
    here = str(source.path.resolve())
    others = (r for r in reports.values() if r.file != source.name and r.operations)
    apart = not any(here in r.read and str(Path(r.file).resolve()) != here for r in others)
    return apart and not source.is_schema and reports[source.name].operations > 0


def _alone(source: Source, reports: dict[str, Report]) -> bool:
    """A schema with messages that no other one takes in, where nothing declares an operation."""
    here = str(source.path.resolve())
    others = (r for r in reports.values() if r.file != source.name)
    return reports[source.name].messages > 0 and not any(r.declared or here in r.read for r in others)


def _of_draft(source: Source, reason: GivenUp) -> Failure:
    from interfaces.failure import Failure

    return Failure("internal", _REASONS[reason.why][1], where=source.name)


def _keep(source: Source, made: Draft, to: Path, overwrite: bool, as_json: bool, written: set[str]) -> bool:
    """Write one draft and tell what is left to do."""
    from interfaces.failure import Failure

    folder = to / made.id
    if (folder.exists() and not overwrite) or made.id in written:
        advice = "say --overwrite, another --id, or another --to"
        report(Failure("conflict", "the spec is there already", where=str(folder), advice=advice), as_json)
        return False
    written.add(made.id)
    for file, body in made.files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(body)
    told = {"file": source.name, "id": made.id, "spec": str(folder / "spec.yaml"), "operations": list(made.operations)}
    if as_json:
        json_line(told | {"todos": list(made.todos)})
        return True
    click.echo(f"{folder / 'spec.yaml'}: {', '.join(made.operations)}")
    for todo in made.todos:
        click.echo(f"    {todo}")
    return True


def draft_one(job: tuple[Source, Options]) -> list[Draft] | Failure:
    """The specs of one document, in a process of its own; a Failure is what it found wrong."""
    from interfaces.failure import Failure
    from interfaces.skeleton import drafts

    source, options = job
    try:
        return drafts(source.path, source.root, options)
    except Failure as failure:
        failure.where = failure.where or source.name
        return failure


def _reports(found: Bundle) -> Iterator[Report]:
    """WSDL files first; a schema that one of them took in has been judged with it."""
    from interfaces.contract.check import Report

    for name, entries in found.findings.items():
        yield Report(name, findings=entries)
    known: dict[str, Report] = {}
    schemas = [s for s in found.sources if s.is_schema]
    with progress("reading", len(found.sources)) as bar:
        for report in _checked([s for s in found.sources if not s.is_schema]):
            known |= dict.fromkeys(report.read, report)
            bar.update(1)
            yield report
        alone = [s for s in schemas if str(s.path.resolve()) not in known]
        for source in schemas:
            if source not in alone:
                bar.update(1)
                yield _part(source, known[str(source.path.resolve())])
        for report in _checked(alone):
            bar.update(1)
            yield report


def _part(source: Source, whole: Report) -> Report:
    """A schema file that was read with a WSDL: what was said of it there."""
    from interfaces.contract.check import Report

    return Report(source.name, findings=[f for f in whole.findings if f.where.rpartition(":")[0] == source.name])


def _checked(sources: list[Source]) -> Iterator[Report]:
    from interfaces.contract.check import Report

    for source, result in zip(sources, each(work, sources, LIMIT), strict=True):
        yield result if isinstance(result, Report) else _given_up(source, result)


def _given_up(source: Source, reason: GivenUp) -> Report:
    """A second, much smaller job counts what is lost."""
    from interfaces.contract.check import Report
    from interfaces.contract.findings import finding

    code, what = _REASONS[reason.why]
    (counted,) = each(count, [(source, code, what)], LIMIT)
    return counted if isinstance(counted, Report) else Report(source.name, findings=[finding(code, source.name, what)])


_REASONS = {
    "time": ("file-too-slow", f"it was not read within {LIMIT:.0f} s"),
    "crash": ("file-crashed", "the process that read it died"),
}


def work(source: Source) -> Report:
    """One file, in a process of its own."""
    from interfaces.contract.check import check

    return _named(check(source.path, source.root, source.name), source)


def count(job: tuple[Source, str, str]) -> Report:
    """What a file declares that could not be read."""
    from interfaces.contract.check import given_up

    source, code, what = job
    return _named(given_up(source.path, code, what, source.name), source)


def _named(report: Report, source: Source) -> Report:
    """Places as people call them: the files of an archive lie in a folder that is gone tomorrow."""
    here = str(source.root.resolve())
    called = source.name.removesuffix(source.path.relative_to(source.root).as_posix()).rstrip("/") or "."
    report.findings = [
        replace(f, where=_called(f.where, here, called), message=f.message.replace(here, called))
        for f in report.findings
    ]
    return report


def _called(where: str, here: str, called: str) -> str:
    inside = where.removeprefix(here)
    return where if inside == where else f"{called}{inside}".removeprefix("./")


def _print(report: Report, as_json: bool) -> None:
    if as_json:
        json_line(report.to_json())
        return
    click.echo(f"{'ok' if report.ok else 'NO'}  {report.file}: {report.operations} of {report.declared} operations")
    for entry in report.findings:
        click.echo(f"    {entry}")
