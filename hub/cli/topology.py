"""``mboss topology``: which system serves which function, where, today."""

from __future__ import annotations

import click

from hub.cli.client import Target, talks_to_hub
from hub.cli.table import json_line, table

COLUMNS = ("function", "area", "product_family", "system", "interfaces", "capabilities", "valid_from", "valid_to")


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
@talks_to_hub
def show(hub: Target, area: str | None, function: str | None) -> None:
    """The bindings in force.

    \b
    Example:
      mboss topology show --area 8330300
    """
    bindings = hub.get("topology", area=area, function=function)["items"]
    if hub.as_json:
        for binding in bindings:
            json_line(binding)
        return
    click.echo(table(bindings, COLUMNS))
