"""``mboss fallout``: tasks that need a person, and what a person can do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from hub.cli.client import Target, talks_to_hub
from hub.cli.table import json_line, show_page

COLUMNS = ("id", "external_id", "task", "peer", "area", "category", "since", "reason")


@click.group("fallout")
def group() -> None:
    """Work the orders that need a person.

    \b
    Example:
      mboss fallout list --peer RM
    """


@group.command("list")
@click.option("--area", help="Local network code, e.g. 8330100.")
@click.option("--peer", help="System that the task calls.")
@click.option("--category", help="Kind of fallout.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200))
@click.option("--cursor", help="Go on where an earlier list ended (its 'next').")
@talks_to_hub
def list_(hub: Target, **filters: Any) -> None:
    """What is waiting for a person, the oldest first.

    \b
    Example:
      mboss fallout list --area 8330100
    """
    show_page(hub.get("fallout", **filters), COLUMNS, hub.as_json)


def _act(hub: Target, fallout_id: str, action: str, reason: str, output: Any = None) -> None:
    body = {"reason": reason} | ({} if output is None else {"output": output})
    result = hub.post("fallout", fallout_id, action, body=body)
    if hub.as_json:
        json_line(result)
    else:
        click.echo(f"{fallout_id}: {action} done")


def _reason(required: bool) -> Callable[..., Any]:
    return click.option("--reason", required=required, default=None if required else "", help="Why; kept in the audit.")


def _action(name: str, text: str, needs_reason: bool = True) -> Callable[..., None]:
    @group.command(name, help=f"{text}\n\n\b\nExample:\n  mboss fallout {name} FALLOUT_ID --reason 'agreed with RM'")
    @click.argument("fallout_id")
    @_reason(needs_reason)
    @talks_to_hub
    def command(hub: Target, fallout_id: str, reason: str) -> None:
        _act(hub, fallout_id, name, reason)

    return command


retry = _action("retry", "Send the task again.", needs_reason=False)
skip = _action("skip", "Go on without the task: its followers become due.")
cancel = _action("cancel", "Give the order up: what was done is undone.")


@group.command()
@click.argument("fallout_id")
@_reason(True)
@click.option("--output", type=click.File("r", encoding="utf-8"), help="JSON file with the peer's answer.")
@talks_to_hub
def complete(hub: Target, fallout_id: str, reason: str, output: Any) -> None:
    """Say that the task was done by hand, with its outcome.

    \b
    Example:
      mboss fallout complete FALLOUT_ID --reason 'done at the counter' --output answer.json
    """
    try:
        answer = json.load(output) if output else None
    except ValueError as error:
        raise click.UsageError(f"{output.name} is not JSON: {error}") from None
    _act(hub, fallout_id, "complete", reason, answer)
