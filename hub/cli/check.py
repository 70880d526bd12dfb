"""``mboss check``: what is wrong before it is started."""

from __future__ import annotations

from pathlib import Path

import click

from hub.cli.output import DONE, NO, data_option, json_option, note
from hub.cli.table import json_line


@click.command()
@data_option
@json_option
@click.pass_context
def command(ctx: click.Context, data: Path | None, as_json: bool) -> None:
    """Say what is wrong with configuration, specs, topology, store, peers, queues and port.

    \b
    Example:
      mboss check --data mboss-data
    """
    from hub.checks import entry, findings, remarks
    from hub.config import load

    found, known = findings(data), remarks(data)
    if as_json:
        faults = [{"check": name} | failure.to_json() for name, failures in found.items() for failure in failures]
        json_line({"ok": not faults, "checked": list(found), "findings": faults, "remarks": known})
    else:
        for name, failures in found.items():
            said = f": {known[name]}" if name in known else ""
            click.echo("\n".join([f"{'NO' if failures else 'ok'}  {name}{said}", *(f"    {f}" for f in failures)]))
        if not found["configuration"]:
            note(entry(load(data)))
    ctx.exit(NO if any(found.values()) else DONE)
