"""``mboss interface``: read, check and try interface specs, which works on files; register them (hub/cli/register)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli import (
    import_asyncapi,
    import_openapi,
    import_wsdl,
    interface_call,
    interface_docs,
    interface_types,
    register,
)
from hub.cli.found import MEANT, find, where_options
from hub.cli.output import NO, json_option, note
from hub.cli.table import facts, json_line, table

if TYPE_CHECKING:
    from interfaces.proof import Certificate
    from interfaces.spec.model import InterfaceSpec

HUB = "http://127.0.0.1:8080"
LISTED = ("id", "version", "system", "direction", "transport", "lifecycle", "operations", "title")
SHOWN = ("id", "version", "system", "title", "owner", "lifecycle", "direction", "transport", "envelope", "contract")
OPERATION = ("name", "pattern", "role", "request", "reply", "timeout", "idempotent", "probe")
COMPARED = ("rule", "where", "old", "new", "hub_first", "peer_first", "advice")
PROVED = ("row", "canonical", "wire", "converter", "verdict", "samples", "refused", "reason")
APPLIED = ("row", "canonical", "value", "wire", "wire_value")

paths = click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))


@click.group("interface")
def group() -> None:
    """Read, check, try and register interface specs.

    \b
    Example:
      mboss interface list
    """


IMPORTS = (import_asyncapi.command, import_openapi.command, import_wsdl.command)

for command in (*IMPORTS, interface_call.command, interface_docs.command, interface_types.command, *register.COMMANDS):
    group.add_command(command)


@group.command()
@paths
@click.option("--explain", metavar="RULE", help="What a rule of lint, prove or diff means, with examples.")
@click.option("--data", type=click.Path(path_type=Path), help="A hub's folder: only its peers' systems are known.")
@json_option
def lint(paths: tuple[Path, ...], explain: str | None, data: Path | None, as_json: bool) -> None:
    """Say what is wrong or doubtful; without PATHS in the bundled specs. Exit code 1 when there is an error.

    \b
    Example:
      mboss interface lint
      mboss interface lint my/spec.yaml --json
      mboss interface lint --explain tz-missing
    """
    from interfaces.spec.lint import ERROR, lint_file

    if explain is not None:
        from interfaces.docs.rule_pages import explain as page

        json_line({"rule": explain, "page": page(explain)}) if as_json else click.echo(page(explain))
        return
    files, systems = _files(paths), _systems(data)
    findings = [finding for file in files for finding in lint_file(file, systems)]
    errors = sum(finding.severity == ERROR for finding in findings)
    for finding in findings:
        if as_json:
            json_line(finding.to_json())
        else:
            click.echo(f"{finding.where}: {finding.severity} {finding.rule}: {finding.message}\n    {finding.fix}")
    counts = {"specs": len(files), "errors": errors, "warnings": len(findings) - errors}
    if as_json:
        json_line(counts)
    else:
        click.echo(", ".join(f"{count} {name}" for name, count in counts.items()))
    raise SystemExit(NO if errors else 0)


@group.command(epilog=MEANT)
@click.argument("specs", nargs=-1)
@where_options
@click.option("--documents", type=click.IntRange(1, 100_000), help="Documents per message; 200 when left out.")
@click.option("--seed", type=int, help="The same seed makes the same documents.")
@json_option
def prove(specs: tuple[str, ...], documents: int | None, seed: int | None, as_json: bool, **where: Any) -> None:
    """Prove that SPECS (ids or files) carry canonical bodies out and back; without SPECS the bundled ones.

    Static checks, the law of every row, generated documents through the real codec. Exit code 1 when one is not proved.

    \b
    Example:
      mboss interface prove rm-resource
    """
    from interfaces.proof import prove as proved
    from interfaces.spec.registry import bundled

    found = [find(spec, **where) for spec in specs] or list(bundled())
    given = {name: value for name, value in (("documents", documents), ("seed", seed)) if value is not None}
    certificates = [proved(spec, **given) for spec in found]
    for certificate in certificates:
        json_line(certificate.to_json()) if as_json else click.echo(_certificate(certificate))
    raise SystemExit(0 if all(certificate.ok for certificate in certificates) else NO)


@group.command(epilog=MEANT)
@click.argument("old")
@click.argument("new")
@where_options
@json_option
def diff(old: str, new: str, as_json: bool, **where: Any) -> None:
    """Compare two versions of an interface (ids, files or folders): what breaks while only one side has the new one.

    Exit code 1 when something breaks in one of the two orders of roll-out, or the version number hides it.

    \b
    Example:
      mboss interface diff bill-sync@1.0.0 my/bill-sync
    """
    from interfaces.compat import compare

    report = compare(find(old, **where), find(new, **where))
    if as_json:
        json_line(report.to_json())
    else:
        rows = [one.to_json() for one in report.findings]
        click.echo(table(rows, COMPARED) if rows else "no difference")
        click.echo(f"{report.old} -> {report.new}: the version step is {report.step}, needed is {report.needed}")
    raise SystemExit(0 if report.ok else NO)


@group.command("import-sheet")
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--spec", required=True, type=click.Path(exists=True, path_type=Path), help="The spec it is for.")
@click.option("--operation", help="Which operation it maps, where the sheet does not tell.")
@click.option("--reply", is_flag=True, help="It maps the reply of --operation.")
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="[MESSAGE=]TYPE",
    help="Canonical type, where the sheet does not tell: WorkOrder@1, or 'dispatch reply=WorkOrderResult@1'.",
)
@click.option("--check", is_flag=True, help="Say what would be taken; write nothing.")
@json_option
def import_sheet(
    workbook: Path, spec: Path, operation: str | None, reply: bool, types: tuple[str, ...], check: bool, as_json: bool
) -> None:
    """Take the rows and code lists of a mapping sheet into a spec. What is not certain stays a TODO with its cell.

    Columns are known by their headings, English or Chinese. Drafted examples are made anew. Exit code 1 when something
    stays open.

    \b
    Example:
      mboss interface import-sheet mapping.xlsx --spec my/spec.yaml --check
    """
    from interfaces.sheet import read_sheet
    from interfaces.skeleton import renewed
    from interfaces.spec.loader import SPEC_FILE, load_spec
    from interfaces.spec.rewrite import rewritten

    file = spec / SPEC_FILE if spec.is_dir() else spec
    found = read_sheet(workbook, load_spec(file), operation or "", reply, types)
    text = rewritten(file.read_text("utf-8"), file, found.changes, found.code_lists)
    if not check:
        file.write_text(text, "utf-8")
        for name, body in renewed(load_spec(file), {change.operation for change in found.changes}).items():
            (file.parent / name).write_bytes(body)
    record = found.to_json()
    json_line(record | {"spec": str(file), "written": not check}) if as_json else click.echo(_sheet(record))
    raise SystemExit(NO if found.open or found.mandatory else 0)


@group.command("export-sheet", epilog=MEANT)
@click.argument("spec")
@where_options
@click.option("--to", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The workbook to write.")
@json_option
def export_sheet(spec: str, to: Path, as_json: bool, **where: Any) -> None:
    """Write the rows of SPEC (id or file) as a workbook, with proof and findings beside each row.

    \b
    Example:
      mboss interface export-sheet rm-resource --to rm-resource.xlsx
    """
    from interfaces.proof import prove as proved
    from interfaces.sheet import write_sheet

    found = find(spec, **where)
    certificate = proved(found)
    write_sheet(to, found, certificate)
    record = {"spec": found.ref, "workbook": str(to), "whole": certificate.whole}
    json_line(record) if as_json else click.echo(f"{to}: {found.ref}, {certificate.whole}")


@group.command("list")
@paths
@json_option
def list_(paths: tuple[Path, ...], as_json: bool) -> None:
    """The interfaces there are; without PATHS the bundled ones.

    \b
    Example:
      mboss interface list
    """
    rows = [_listed(spec) for spec in sorted(_specs(paths), key=lambda spec: spec.id)]
    if not as_json:
        click.echo(table(rows, LISTED))
        return
    for row in rows:
        json_line(row)


@group.command(epilog=MEANT)
@click.argument("spec")
@where_options
@click.option("--source", is_flag=True, help="Also the Python that the rows became.")
@click.option("--curl", metavar="OPERATION", help="This operation as a curl command.")
@click.option("--zeep", metavar="OPERATION", help="This operation in Python with zeep.")
@click.option("--at", default="", help="The service's address in them  [the hub's; of a REST interface the server's]")
@json_option
def show(spec: str, source: bool, curl: str | None, zeep: str | None, at: str, as_json: bool, **where: Any) -> None:
    """One interface: SPEC is an id or a file.

    \b
    Example:
      mboss interface show rm-resource
      mboss interface show order-intake --curl submitOrder
    """
    from interfaces.agreement import Agreement

    found = find(spec, **where)
    if curl or zeep:
        click.echo(_copied(found, curl, zeep, at))
        return
    record = _shown(found)
    sources = _sources(Agreement(found)) if source else {}
    if as_json:
        json_line(record | ({"source": sources} if source else {}))
        return
    click.echo(facts(record, SHOWN) + "\n\n" + table(record["operations"], OPERATION))
    for name, text in sources.items():
        click.echo(f"\n# {name}\n{text}")


@group.command("try", epilog=MEANT)
@click.argument("spec")
@where_options
@click.option("--example", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--operation", help="Canonical operation name; not needed when there is one, or the file is an example.")
@click.option("--reply", is_flag=True, help="The file is a reply.")
@json_option
def try_(spec: str, example: Path, operation: str | None, reply: bool, as_json: bool, **where: Any) -> None:
    """Map one document, both sides row by row. A canonical JSON file is mapped to the wire, all others from it.

    \b
    Example:
      mboss interface try rm-resource --example interfaces/systems/RM/rm-resource/examples/hold.request.xml
    """
    from interfaces.agreement import Agreement
    from interfaces.spec.trial import Trial

    found = find(spec, **where)
    name, is_reply, own = _meant(found, example, operation, reply)
    trial = Trial(Agreement(found), name)
    data = example.read_bytes()
    if own:
        body = json.loads(data)
        tree = trial.write(body, is_reply)
    else:
        tree, body = trial.read(data, is_reply)
    lines = [dict(zip(APPLIED, _cells(line), strict=True)) for line in trial.lines(body, tree, is_reply)]
    if as_json:
        json_line({"spec": found.ref, "operation": name, "reply": is_reply, "rows": lines})
        return
    click.echo(f"{found.ref} {name} {'reply' if is_reply else 'request'}\n{table(lines, APPLIED)}")


def _copied(spec: InterfaceSpec, curl: str | None, zeep: str | None, at: str) -> str:
    from interfaces.agreement import Agreement
    from interfaces.spec import copied

    places = {"rest": HUB, "contract-root": f"{HUB}/http/exchange"}
    address = at.rstrip("/") or places.get(spec.transport.envelope, f"{HUB}/soap/{spec.id}")
    if spec.direction == "outbound" and not at:
        note(f"{spec.system} serves this, not the hub: say --at with the address of the peer or of its mock")
    agreement = Agreement(spec)
    parts = [copied.curl(agreement, curl, address)] if curl else []
    return "\n\n".join(parts + ([copied.zeep(agreement, zeep, address)] if zeep else []))


def _sheet(record: dict[str, Any]) -> str:
    """For people: what was taken, then what a person must decide."""
    parts = [table(record["messages"], ("operation", "message", "type", "rows"))]
    parts += [f"{one['cell']}: TODO {one['text']}: {one['why']}{_near(one['candidates'])}" for one in record["open"]]
    parts += [f"mandatory and without a row: {name}" for name in record["mandatory"]]
    parts += [f"nothing to map in sheet {name}" for name in record["ignored"]]
    parts.append(f"{record['matched']} rows, {record['code_lists']} code lists taken, {len(record['open'])} open")
    return "\n".join(parts)


def _near(candidates: list[dict[str, Any]]) -> str:
    return "; near: " + ", ".join(f"{c['path']} ({c['score']})" for c in candidates) if candidates else ""


def _certificate(certificate: Certificate) -> str:
    """For people: each row with its verdict, then what is wrong, then the whole."""
    record = certificate.to_json()
    parts = [f"{certificate.spec}: {certificate.whole}, seed {certificate.seed}, spec {certificate.hash[:12]}"]
    for side in certificate.sides:
        carried = f"{side.documents - side.refused} of {side.documents} documents carried"
        parts.append(f"\n{side.operation} {side.message}: {side.whole}, {carried}")
        parts.append(table([{name: getattr(row, name) for name in PROVED} for row in side.rows], PROVED))
    parts += [f"{f.where}: {f.severity} {f.rule}: {f.message}\n    {f.fix}" for f in certificate.findings]
    parts.append("rows: " + (", ".join(f"{count} {verdict}" for verdict, count in record["rows"].items()) or "none"))
    return "\n".join(parts)


def _cells(line: Any) -> tuple[str, ...]:
    return line.row, line.canonical, line.value, line.wire, line.wire_value


def _files(paths: tuple[Path, ...]) -> list[Path]:
    from interfaces.spec.loader import SPEC_FILE
    from interfaces.spec.registry import bundled_folder

    found = [
        file for path in paths or (bundled_folder(),) for file in ([path] if path.is_file() else path.rglob(SPEC_FILE))
    ]
    if not found:
        raise click.UsageError(f"there is no {SPEC_FILE} in {', '.join(map(str, paths))}")
    return sorted(found)


def _systems(data: Path | None) -> frozenset[str]:
    """Bundled systems and those that a configuration has; none = any will do."""
    if data is None:
        return frozenset()
    from hub.config import load
    from interfaces.spec.registry import bundled

    return frozenset({*(spec.system for spec in bundled()), *load(data).peers})


def _specs(paths: tuple[Path, ...]) -> list[InterfaceSpec]:
    from interfaces.spec.loader import load_spec

    return [load_spec(file) for file in _files(paths)]


def _meant(spec: InterfaceSpec, file: Path, operation: str | None, reply: bool) -> tuple[str, bool, bool]:
    """(operation, is a reply, is canonical) of a file: as the spec's examples say, else as the options say."""
    roles = {
        "request": (False, False),
        "canonical": (False, True),
        "reply": (True, False),
        "canonicalReply": (True, True),
    }
    for example in spec.examples:
        for role, (is_reply, own) in roles.items():
            if role in example and (spec.folder / example[role]).resolve() == file.resolve():
                return operation or example["operation"], is_reply, own
    if operation is None and len(spec.operations) > 1:
        raise click.UsageError(f"say --operation: {', '.join(spec.operations)}")
    return operation or next(iter(spec.operations)), reply, False


def _listed(spec: InterfaceSpec) -> dict[str, Any]:
    return {
        "id": spec.id,
        "version": spec.version,
        "system": spec.system,
        "direction": spec.direction,
        "transport": spec.transport.kind,
        "lifecycle": spec.lifecycle,
        "operations": ", ".join(spec.operations),
        "title": spec.title["en"],
    }


def _shown(spec: InterfaceSpec) -> dict[str, Any]:
    operations = [
        {
            "name": op.name,
            "pattern": op.pattern,
            "role": op.role or "",
            "request": op.request.type,
            "reply": op.reply.type if op.reply else "",
            "timeout": op.timeout,
            "idempotent": op.idempotent,
            "probe": op.probe,
        }
        for op in spec.operations.values()
    ]
    more = {"owner": spec.owner, "envelope": spec.transport.envelope, "contract": spec.transport.contract}
    return _listed(spec) | more | {"hash": spec.hash, "file": spec.file, "operations": operations}


def _sources(agreement: Any) -> dict[str, str]:
    found = {}
    for op in agreement.spec.operations.values():
        found[f"{op.name} request"] = agreement.mapping(op.name).source
        if op.reply is not None:
            found[f"{op.name} reply"] = agreement.mapping(op.name, reply=True).source
    return found
