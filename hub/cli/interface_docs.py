"""``mboss interface docs``: pages for people, agreed contracts with our address, and what must change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.found import MEANT, find, where_options
from hub.cli.output import json_option
from hub.cli.table import json_line

if TYPE_CHECKING:
    from interfaces.spec.model import InterfaceSpec


@click.command("docs", epilog=MEANT)
@click.argument("specs", nargs=-1, metavar="[ID|PATH]...")
@where_options
@click.option("--to", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder to write into.")
@click.option("--address", default="http://127.0.0.1:8080", show_default=True, help="The hub's address in contracts.")
@click.option("--since", metavar="SPEC", help="The version before: an id with its version, its spec or folder.")
@json_option
def command(specs: tuple[str, ...], to: Path, address: str, since: str | None, as_json: bool, **where: Any) -> None:
    """Write a page for each interface, and its contract; without names of all bundled ones.

    A page has operations, fields of both sides, code lists, examples, errors, timing and proofs, with English and
    Chinese headings. With it comes the agreed WSDL with the hub's address, or an OpenAPI or AsyncAPI document.
    Without names also openapi.json and asyncapi.json of all that the hub serves and every queue. With --since also
    what each side must change (改造清单).

    \b
    Example:
      mboss interface docs rm-resource --to build/docs
    """
    from interfaces.spec.registry import bundled

    found = [find(name, **where) for name in specs] or list(bundled())
    before = find(since, **where) if since is not None else None
    if since is not None and len(found) != 1:
        raise click.UsageError("--since compares one interface: name it")
    to.mkdir(parents=True, exist_ok=True)
    written = [file for spec in found for file in _documents(spec, to, address, before)]
    written += [] if specs else _whole(found, to, address)
    for file in written:
        json_line({"file": str(file)}) if as_json else click.echo(str(file))


def _documents(spec: InterfaceSpec, to: Path, address: str, since: InterfaceSpec | None) -> list[Path]:
    from interfaces.agreement import Agreement
    from interfaces.compat import compare
    from interfaces.docs import asyncapi, changes, is_amqp, is_rest, openapi, page
    from interfaces.proof import prove

    agreement = Agreement(spec)
    files = {f"{spec.id}.md": page(agreement, prove(spec)).encode()}
    if spec.direction == "inbound" and spec.transport.contract.endswith(".wsdl"):
        files[f"{spec.id}.wsdl"] = agreement.contract(f"{address.rstrip('/')}/soap/{spec.id}")
    if is_rest(spec):
        files[f"{spec.id}.openapi.json"] = _json(openapi(spec, address if spec.direction == "inbound" else ""))
    if is_amqp(spec):
        files[f"{spec.id}.asyncapi.json"] = _json(asyncapi([spec], spec.title["en"], spec.version))
    if since is not None:
        files[f"{spec.id}.changes.md"] = changes(spec, compare(since, spec)).encode()
    return _written(to, files)


def _whole(specs: list[InterfaceSpec], to: Path, address: str) -> list[Path]:
    """What the hub serves over REST, and every queue, in one document each."""
    from hub.api.app import routes
    from interfaces.docs import asyncapi, filled, is_rest

    served = [spec for spec in specs if is_rest(spec) and spec.direction == "inbound"]
    own = routes().openapi() | {"servers": [{"url": address}]}
    both = {"openapi.json": filled(own, served, added=False), "asyncapi.json": asyncapi(specs, "mboss")}
    return _written(to, {name: _json(document) for name, document in both.items()})


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _written(to: Path, files: dict[str, bytes]) -> list[Path]:
    for name, content in files.items():
        (to / name).write_bytes(content)
    return [to / name for name in files]
