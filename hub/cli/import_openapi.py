"""``mboss interface import-openapi``: the same as import-wsdl, for REST contracts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hub.cli import import_wsdl


@click.command("import-openapi")
@import_wsdl.options
def command(paths: tuple[Path, ...], **choices: Any) -> None:
    """Read OpenAPI 2.0, 3.0 and 3.1 documents (PATHS: files, folders, zip archives) and draft specs for each.

    JSON and YAML; a $ref may lead to files beside the document, never to the network. A draft is a folder with
    spec.yaml, the contract's files, a JSON Schema for each message, and examples; what is left to do is listed.
    Callbacks and webhooks go the other way and are a second spec, ID-callbacks; answers that are no success become rows
    of the error table. A JSON Schema alone has no operations: --operation names the part that begins each, the one that
    answers is found by its name (Order, OrderResponse). With --check one line per file: operations declared and read,
    and a finding for each that was not. Exit code 1 when something of a file could not be read.

    \b
    Example:
      mboss interface import-openapi contracts/ --check
      mboss interface import-openapi stock.yaml --system RM --to specs
    """
    import_wsdl.run(paths, "OpenAPI", **choices)
