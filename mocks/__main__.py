"""``python -m mocks up|list|call``: play the outside systems."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path
from pkgutil import resolve_name

import click

from interfaces.failure import Failure
from mocks import runner
from mocks.generic import once
from mocks.peers import PEERS


@click.group()
def main() -> None:
    """Outside systems to play with: each on its own port, with /__mock__/ to look inside and to set faults."""


@main.command("list")
def list_() -> None:
    """Which peers there are. Example: python -m mocks list"""
    for code, name in PEERS.items():
        peer = resolve_name(name)
        speaks = ", ".join(service.id for service in (*peer.services, *peer.apis, *peer.roots)) or "queue or table"
        click.echo(f"{code:10} {peer.title:24} {speaks}")


@main.command()
@click.argument("codes", nargs=-1)
@click.option("--data", type=click.Path(path_type=Path), default=Path("mocks-data"), help="Folder of their stores.")
@click.option("--hub", multiple=True, help="Base URL of a hub, again for each; can come later by /__mock__/config.")
@click.option("--port-base", type=int, default=0, help="First port; 0 takes free ones.")
@click.option(
    "--amqp", default="", help="Broker: amqp://user:password@host/vhost, env:NAME or file:PATH  [a file in DATA]"
)
@click.option("--interface", "interfaces", multiple=True, help="Play this spec (id, file or folder) from itself alone.")
@click.option("--ports-file", type=click.Path(path_type=Path), help="Written when all are ready.")
def up(
    codes: tuple[str, ...],
    data: Path,
    hub: tuple[str, ...],
    port_base: int,
    amqp: str,
    interfaces: tuple[str, ...],
    ports_file: Path | None,
) -> None:
    """Start peers until SIGTERM or Ctrl-C: those of CODES, and one for each --interface.

    \b
    Example:
      python -m mocks up RM SPS --data /tmp/m --hub http://127.0.0.1:8080
      python -m mocks up --interface my/folder
    """
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        running = runner.up(codes, data, " ".join(hub), port_base, amqp, interfaces)
    except Failure as failure:
        raise click.ClickException(str(failure)) from failure
    if ports_file is not None:
        runner.write_ports(running, ports_file)
    click.echo(json.dumps(running.to_json()))
    sys.stdout.flush()
    stop.wait()
    running.stop()


@main.command()
@click.option("--interface", required=True, help="An inbound spec: id, file or folder.")
@click.option("--operation", default="", help="Canonical name; not needed when there is one.")
@click.option("--example", default="", help="An example of the spec; without it the first one, else a generated body.")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What to send.")
@click.option("--hub", default="", help="Base URL of the hub.")
@click.option("--key", default="", envvar="MBOSS_API_KEY", help="Our API key there  [env MBOSS_API_KEY]")
@click.option("--amqp", default="", help="The broker, where the interface is a queue.")
def call(interface: str, operation: str, example: str, file: Path | None, hub: str, key: str, amqp: str) -> None:
    """Call the hub as the peer of an inbound interface does, and show both sides. Exit code 1 when it says no.

    \b
    Example:
      python -m mocks call --interface sps-orders --operation resource --hub http://127.0.0.1:8080
    """
    try:
        said = once.call(interface, operation, example, file, hub, key, amqp)
    except Failure as failure:
        raise click.ClickException(str(failure)) from failure
    click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    raise SystemExit(0 if said["ok"] else 1)


if __name__ == "__main__":
    main()
