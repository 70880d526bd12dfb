"""A timeline (``GET /api/v1/orders/{id}/timeline``) as text and as a Mermaid sequence diagram."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hub.cli.table import plain, table

Event = Mapping[str, Any]
COLUMNS = ("at", "order", "what", "how")


def timeline_text(timeline: Mapping[str, Any]) -> str:
    """One line per event, oldest first."""
    rows = ({**e, "order": e["external_id"], "what": what(e), "how": how(e)} for e in timeline["events"])
    return table(rows, COLUMNS)


def what(event: Event) -> str:
    """A message: ``SPS <- hub provision ServiceOrder``; a state: ``order ProductOrder: accepted -> completed``."""
    if event["kind"] == "message":
        arrow = "->" if event["direction"] == "in" else "<-"
        return f"{event['peer'] or '?'} {arrow} hub  {said(event)}"
    before = f"{event['from']} -> " if event["from"] else ""
    return f"{event['of']} {event['name']}: {before}{event['to']}"


def said(event: Event) -> str:
    """``provision ServiceOrder``; of a message without a canonical form its outcome."""
    return f"{event['operation']} {event['type'] or event['outcome']}"


def how(event: Event) -> str:
    """What became of the message, with its id; or why the state changed."""
    if event["kind"] != "message":
        return str(event["reason"])
    return " ".join(filter(None, (event["outcome"], event["reason"], event["id"])))


def sequence_diagram(timeline: Mapping[str, Any]) -> str:
    """Mermaid text: an arrow per message, a note where an order changes its state."""
    events = timeline["events"]
    peers = list(dict.fromkeys(e["peer"] or "?" for e in events if e["kind"] == "message"))
    lines = ["sequenceDiagram", "  participant hub"]
    lines += [f"  participant {_name(p)} as {_safe(p)}" for p in peers]
    lines += [line for line in map(_line, events) if line]
    return "\n".join(lines)


def _line(event: Event) -> str:
    if event["kind"] == "message":
        peer = _name(event["peer"] or "?")
        ends = (peer, "hub") if event["direction"] == "in" else ("hub", peer)
        arrow = "-->>" if event["reply"] else "->>"
        return f"  {ends[0]}{arrow}{ends[1]}: {_safe(said(event))}"
    if event["of"] == "order":
        return f"  Note over hub: {_safe(event['external_id'] + ' ' + event['to'])}"
    return ""


def _name(peer: str) -> str:
    # Mermaid reads some words ("end", "loop") and digits as its own: never use a peer's code bare.
    return "p_" + re.sub(r"\W", "_", peer)


def _safe(text: str) -> str:
    """Peer text as Mermaid text: what Mermaid would read as syntax becomes an entity code."""
    return re.sub(r"[;#<>:{}\"%\\`]", lambda m: f"#{ord(m[0])};", plain(text))
