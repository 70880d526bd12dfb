"""``mboss interface types``: the canonical types, and the paths that mapping rows may name."""

from __future__ import annotations

from collections.abc import Sequence

import click

from hub.cli.output import json_option
from hub.cli.table import json_line, table

LISTED = ("type", "required", "description")
FIELDS = ("path", "need", "kind", "length", "values")


@click.command("types")
@click.argument("type_ref", required=False, metavar="[TYPE]")
@json_option
def command(type_ref: str | None, as_json: bool) -> None:
    """The canonical types there are, or the fields of TYPE: what stands in the hub's column of a mapping sheet.

    \b
    Example:
      mboss interface types
      mboss interface types WorkOrder
    """
    from interfaces import canonical
    from interfaces.docs.fields import fields
    from interfaces.spec.shapes import JsonShape

    if type_ref is None:
        rows = [
            {"type": f"{name}@{version}", "required": ", ".join(schema.get("required", ())), **_described(schema)}
            for name, version in canonical.types()
            for schema in (canonical.schema(name, version),)
        ]
        columns: Sequence[str] = LISTED
    else:
        name, _, number = type_ref.partition("@")
        schema = canonical.schema(name, int(number) if number.isdecimal() else 1)
        rows = [one._asdict() for one in fields(JsonShape(schema, schema))]
        columns = FIELDS
    if not as_json:
        click.echo(table(rows, columns))
        return
    for row in rows:
        json_line(row)


def _described(schema: dict[str, str]) -> dict[str, str]:
    return {"description": schema.get("description", "")}
