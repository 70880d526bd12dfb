"""``mboss order``: show one order, list many, trace one through every message and state."""

from __future__ import annotations

from typing import Any

import click

from hub.cli.client import Target, talks_to_hub
from hub.cli.sequence import sequence_diagram, timeline_text
from hub.cli.table import facts, json_line, show_page, table

COLUMNS = ("id", "external_id", "type", "state", "area", "source", "created_at", "reason")
MORE = ("reached", "channel", "parent_order", "priority", "completed_at", "product_instance", "reason")
FACTS = (*COLUMNS[:-1], *MORE)
TASKS = ("name", "state", "peer", "operation", "attempt", "due_at", "reason")


@click.group("order")
def group() -> None:
    """Look at orders.

    \b
    Example:
      mboss order list --area 8330100
    """


@group.command()
@click.argument("order_id")
@talks_to_hub
def show(hub: Target, order_id: str) -> None:
    """One order with its tasks, and why it waits.

    ORDER_ID is the hub's own id or the sender's number.

    \b
    Example:
      mboss order show WEB-1001
    """
    order = find(hub, order_id)
    if hub.as_json:
        json_line(order)
        return
    click.echo(facts(order, FACTS))
    for line in order.get("waiting", ()):
        click.echo(f"waits: {line['text']}")
    click.echo()
    click.echo(table(order["tasks"], TASKS))


@group.command("list")
@click.option("--external-id", help="The sender's own number.")
@click.option("--source", help="Code of the sending system.")
@click.option("--state", help="State, e.g. running, completed, fallout.")
@click.option("--area", help="Local network code, e.g. 8330100.")
@click.option("--type", "order_type", help="Canonical type, e.g. ProductOrder.")
@click.option("--text", help="Part of a number, id or reason.")
@click.option("--all", "everything", is_flag=True, help="With the orders peers raised for other orders.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@click.option("--cursor", help="Go on where an earlier list ended (its 'next').")
@talks_to_hub
def list_(hub: Target, order_type: str | None, everything: bool, **filters: Any) -> None:
    """Orders, the newest first; what peers ordered for them is left out unless you filter or say --all.

    \b
    Example:
      mboss order list --state fallout --area 8330100
    """
    chosen = any(v for k, v in filters.items() if k not in ("limit", "cursor")) or order_type
    top = not (everything or chosen)
    show_page(hub.get("orders", type=order_type, top=top or None, **filters), COLUMNS, hub.as_json)


@group.command()
@click.argument("order_id")
@click.option("--mermaid", is_flag=True, help="Print a Mermaid sequence diagram instead.")
@talks_to_hub
def trace(hub: Target, order_id: str, mermaid: bool) -> None:
    """What happened to one order, in order: every message and every change of state, child orders included.

    \b
    Example:
      mboss order trace WEB-1001 --mermaid
    """
    timeline = hub.get("orders", find(hub, order_id)["id"], "timeline")
    if hub.as_json:
        json_line(timeline)
    elif mermaid:
        click.echo(sequence_diagram(timeline))
    else:
        click.echo(timeline_text(timeline))


def find(hub: Target, order_id: str) -> dict[str, Any]:
    """The order by the hub's id, else by the sender's number when that names exactly one."""
    if not order_id.startswith("ord_"):
        order_id = _by_number(hub, order_id)
    order: dict[str, Any] = hub.get("orders", order_id)
    return order


def _by_number(hub: Target, number: str) -> str:
    page = hub.get("orders", external_id=number, limit=20)
    if page["total"] > 1:
        listed = table(page["items"], COLUMNS[:6])
        advice = f"{page['total']} orders have the number {number}; name one by its id:"
        raise click.ClickException(f"{advice}\n{listed}")
    return str(page["items"][0]["id"]) if page["items"] else number
