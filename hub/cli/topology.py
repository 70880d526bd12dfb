"""``mboss topology``: which system serves which function, where, today."""

from __future__ import annotations

import click

from hub.cli.client import Target, talks_to_hub
from hub.cli.table import json_line, table

COLUMNS = ("function", "area", "product_family", "system", "interfaces", "capabilities", "valid_from", "valid_to")
HISTORY = ("version", "name", "in_force_from", "who", "bindings", "added", "removed")


@click.group("topology")
def group() -> None:
    """Look at the bindings.

    \b
    Example:
      mboss topology show --area 8330300
    """


@group.command()
@click.option("--area", help="Local network code, e.g. 8330100.")
@click.option("--function", help="Topology function, e.g. RM.")
@click.option("--history", is_flag=True, help="Only the versions there were.")
@talks_to_hub
def show(hub: Target, area: str | None, function: str | None, history: bool) -> None:
    """The bindings in force, and how they came to be: each version with its date and what it changed.

    \b
    Example:
      mboss topology show --area 8330300
      mboss topology show --history
    """
    found = hub.get("topology", area=area, function=function)
    bindings, named = found["items"], {"topology": found["name"], "version": found["version"]}
    if hub.as_json:
        for record in found["history"] if history else [named | binding for binding in bindings]:
            json_line(record)
        return
    if not history:
        click.echo("Topology {topology}, version {version}".format(**named))
        click.echo(table(bindings, COLUMNS) + "\n")
    click.echo(table(found["history"], HISTORY))
