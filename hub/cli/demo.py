"""``mboss demo``: a day of orders, hub and mock peers as processes of their own."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from hub.cli.output import DONE, NO, data_option, json_option, note, progress
from hub.cli.table import json_line
from interfaces.failure import Failure

if TYPE_CHECKING:
    from hub.demo.database import Place
    from hub.demo.result import Result
    from hub.topology import Topology

USUAL_PORT: Final = 8080
MOST_HUBS: Final = 16
MOST_ORDERS: Final = 2900
"""The mock RM has 3000 numbers per local network, and every customer has one of his own."""


@click.command()
@click.option("--orders", type=click.IntRange(1, MOST_ORDERS), help="How many; the mix repeats  [default: one of each]")
@click.option("--serve", is_flag=True, help="Keep serving afterwards, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), help="The hub's port; 0: any free one  [default: 8080]")
@data_option
@click.option("--amqp", help="Run the queues on RabbitMQ: amqp://user:password@host/vhost, env:NAME or file:PATH")
@click.option("--db", help="Keep the store in PostgreSQL: postgresql://user@host/name, env:NAME or file:PATH")
@click.option("--hubs", type=click.IntRange(1, MOST_HUBS), default=1, show_default=True, help="Hub processes on --db.")
@click.option("--profile", default="first-day", show_default=True, help="Topology of the day: mode-1, evolution-2 ...")
@click.option("--seed", type=int, default=1, show_default=True, help="Decides the order in which they arrive.")
@click.option("--dump-state", type=click.Path(dir_okay=False, path_type=Path), help="Write the customers' final state.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    orders: int | None,
    serve: bool,
    port: int | None,
    data: Path | None,
    amqp: str | None,
    db: str | None,
    hubs: int,
    profile: str,
    seed: int,
    dump_state: Path | None,
    as_json: bool,
) -> None:
    """Run a day of orders through the hub and the mock peers.

    Exit code 0 only if every order reached its expected end and every peer did what was needed, once.

    \b
    Example:
      mboss demo --orders 50 --json
      mboss demo --profile evolution-3
    """
    from hub.demo.processes import house
    from hub.topology import bundled

    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _interrupt)
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(data))
        place = _place(db, hubs, stack, keep=data is not None)
        bound = bundled(profile)
        running = stack.enter_context(house(folder, _port(port), amqp or "", place, hubs, profile))
        note(f"hub {', '.join(running.urls)}, {len(running.peers)} peers, data in {folder}")
        result = _run(orders, seed, folder, running.peers, bound)
        _show(result, dump_state, as_json)
        if serve:
            _wait(running.urls[0])
        ctx.exit(DONE if result.good else NO)


def _place(db: str | None, hubs: int, stack: ExitStack, keep: bool) -> Place | None:
    """Where the store is; None: a file in the day's folder, which only one hub can use."""
    from hub.demo.database import own_schemas

    if db is None and hubs > 1:
        raise Failure(
            "invalid",
            f"{hubs} hubs cannot share a file",
            where="--hubs",
            advice="give a database too: --db postgresql://",
        )
    if db is None:
        return None
    place = stack.enter_context(own_schemas(db, keep))
    after = "kept" if keep else "dropped at the end"
    note(f"store in the schemas {place.schema} and {place.schema}_crm, {after}; nothing else there is touched")
    return place


def _run(orders: int | None, seed: int, folder: Path, urls: Mapping[str, str], bound: Topology) -> Result:
    from hub.demo import day
    from hub.demo.hubs import Hubs
    from hub.demo.peers import Peers

    runs = day.plan(orders, seed)
    with ExitStack() as stack:
        hubs, peers = Hubs(folder), Peers(urls)
        stack.callback(hubs.close)
        stack.callback(peers.close)
        bar = stack.enter_context(progress("orders", len(runs)))
        lock = threading.Lock()

        def tick() -> None:
            with lock:
                bar.update(1)

        return day.live(runs, hubs, peers, tick, bound)


def _show(result: Result, dump_state: Path | None, as_json: bool) -> None:
    if dump_state:
        dump_state.write_text(json.dumps(result.state, ensure_ascii=False, indent=1), encoding="utf-8")
    if as_json:
        json_line(result.to_json())
    else:
        click.echo(result.to_text())


def _wait(url: str) -> None:
    note(f"serving {url}  (Ctrl-C ends it)")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        note("stopping")


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    """The day's folder: the one given, or one that goes with the day. Failure(conflict) when a day was run in it."""
    if data is None:
        made = Path(tempfile.mkdtemp(prefix="mboss-demo-"))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return
    if (data / "mocks").exists():
        raise Failure(
            "conflict",
            "a day was run in this folder already, and every day begins with empty systems",
            where=str(data),
            advice="give another --data, or none",
        )
    yield data.absolute()


def _port(wanted: int | None) -> int:
    """The port asked for, 0 being any free one; else the usual one, else any free one."""
    if wanted:
        return wanted
    for port in (USUAL_PORT, 0) if wanted is None else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Failure("unavailable", "no free port", advice="give one: --port")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM ends like Ctrl-C; SIGINT is set too, as a shell tells processes in the background to ignore it."""
    raise KeyboardInterrupt
