"""``mboss interface call``: one call to a peer by hand, through the hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from hub.cli.client import Target, talks_to_hub
from hub.cli.table import json_line
from interfaces.failure import Failure


@click.command("call")
@click.argument("id_", metavar="ID")
@click.argument("operation")
@click.option("--example", default="", help="The example to send; without it the operation's first one.")
@click.option("--body", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Canonical JSON to send.")
@click.option("--reason", required=True, help="Why; kept in the audit.")
@talks_to_hub
def command(hub: Target, id_: str, operation: str, example: str, body: Path | None, reason: str) -> None:
    """Have the hub call OPERATION of interface ID once, and show the canonical request and reply.

    The call is real: mapped, checked, sent to the peer's configured address, and journalled on both sides.

    \b
    Example:
      mboss interface call rm-resource queryNumbers --reason "is it answered?"
    """
    said: dict[str, Any] = {"reason": reason, "example": example}
    if body is not None:
        try:
            said["body"] = json.loads(body.read_bytes())
        except ValueError as error:
            raise Failure("invalid", f"this is no JSON: {error}", where=str(body), advice="send an object") from None
    done = hub.post("interfaces", id_, "operations", operation, "call", body=said)
    if hub.as_json:
        json_line(done)
        return
    click.echo(f"{done['interface']} {operation}")
    for what in ("request", "reply"):
        click.echo(f"{what}: {json.dumps(done[what], ensure_ascii=False, indent=2)}")
    click.echo(f"journal: {', '.join(done['messages'])}")
