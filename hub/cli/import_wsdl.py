"""``mboss interface import-wsdl``: contracts read, judged, and turned into the beginning of a spec."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli.apart import GivenUp, each
from hub.cli.output import DONE, NO, json_option, progress
from hub.cli.table import json_line

if TYPE_CHECKING:
    from interfaces.contract.bundle import Bundle, Source
    from interfaces.contract.check import Report

LIMIT = 30.0
"""Seconds for one file."""


@click.command("import-wsdl")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Only say what could be read and what not.")
@json_option
def command(paths: tuple[Path, ...], only_check: bool, as_json: bool) -> None:
    """Read WSDL and XSD files: PATHS are files, folders or zip archives.

    With --check one line per file: operations declared and read, and a finding for each that was not. Exit code 1 when
    something of a file could not be read.

    \b
    Example:
      mboss interface import-wsdl contracts/ --check
    """
    from interfaces.contract import bundle

    with tempfile.TemporaryDirectory(prefix="mboss-import-") as scratch:
        found = bundle.find(paths, Path(scratch))
        if not found.sources and not found.findings:
            raise click.UsageError(f"there is no WSDL or XSD file in {', '.join(map(str, paths))}")
        ok = True
        for report in _reports(found):
            ok = ok and report.ok
            _print(report, as_json)
    raise SystemExit(DONE if ok else NO)


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
