"""``mboss interface import-asyncapi``: the same as import-wsdl, for contracts of messages over queues."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hub.cli import import_wsdl


@click.command("import-asyncapi")
@import_wsdl.options
def command(paths: tuple[Path, ...], **choices: Any) -> None:
    """Read AsyncAPI 2.x and 3.x documents (PATHS: files, folders, zip archives) and draft specs over AMQP.

    The document is the other side's: what it receives (publish in 2.x) the hub sends, in one spec; what it sends, and
    what it replies, the hub reads, in one spec for each queue. With --inbound it is ours, and all goes the other way:
    say so too where a tool wrote publish for what its own program sends. Exchanges, queues, routing keys and reply
    queues come from the AMQP bindings, answers are matched by correlation id. JSON and YAML; a $ref may lead to files
    beside the document, never to the network. A JSON Schema alone has no operations: --operation names the part that
    begins each, the one that answers is found by its name (Order, OrderResponse). With --check one line per file:
    operations declared and read, and a finding for each that was not. Exit code 1 when something of a file could not be
    read.

    \b
    Example:
      mboss interface import-asyncapi contracts/ --check
      mboss interface import-asyncapi field-work.yaml --system WFM --to specs
    """
    import_wsdl.run(paths, "AsyncAPI", **choices)
