"""``mboss mocks``: hands over to ``python -m mocks``, which knows nothing of the hub."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import NoReturn

import click

PASS_ON = {"ignore_unknown_options": True, "help_option_names": []}


@click.group()
def group() -> None:
    """The outside systems, playable.

    \b
    Example:
      mboss mocks list
    """


@group.command(context_settings=PASS_ON, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def up(arguments: tuple[str, ...]) -> None:
    """Start mock peers, all or by code, each on its own port.

    --interface takes a file, a folder, the id of a bundled interface, or ID or ID@VERSION of one that is registered: at
    the hub of --hub or MBOSS_URL, in the usual store, or in that of --data or of the folder that --data lies in.

    \b
    Example:
      mboss mocks up RM BILL --data mboss-data/mocks --hub http://127.0.0.1:8080
      mboss mocks up --interface my/folder
      mboss mocks up --interface rm-resource --port-base 9400
    """
    _become_mocks("up", *with_folders(arguments))


@group.command(name="list", context_settings=PASS_ON, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def list_(arguments: tuple[str, ...]) -> None:
    """List the systems that can be played.

    \b
    Example:
      mboss mocks list
    """
    _become_mocks("list", *arguments)


@group.command(context_settings=PASS_ON, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def call(arguments: tuple[str, ...]) -> None:
    """Call the hub as the peer of an inbound interface, and show both sides. --interface: as in `mboss mocks up`.

    \b
    Example:
      mboss mocks call --interface sps-orders --operation resource --hub http://127.0.0.1:8080
    """
    _become_mocks("call", *with_folders(arguments))


def with_folders(arguments: Sequence[str]) -> list[str]:
    """The arguments with each registered interface as the folder of its files: the mocks know no registry."""
    given = list(arguments)
    data = Path(_values(given, "--data")[-1] if _values(given, "--data") else "mocks-data")
    return [_with_folder(before, one, data, given) for before, one in pairwise(["", *given])]


def _values(arguments: Sequence[str], option: str) -> list[str]:
    apart = [after for before, after in pairwise(arguments) if before == option]
    return apart + [one.partition("=")[2] for one in arguments if one.startswith(f"{option}=")]


def _with_folder(before: str, word: str, data: Path, given: Sequence[str]) -> str:
    option, _, name = ("", "", word) if before == "--interface" else word.partition("=")
    if (before != "--interface" and option != "--interface") or not name:
        return word
    folder = _registered(name, data, _values(given, "--hub"))
    return word if folder is None else f"{option}={folder}" if option else folder


def _registered(name: str, data: Path, hubs: Sequence[str]) -> str | None:
    """The folder with the files of a registered interface, None for what the mocks find by themselves."""
    from hub.cli.found import registration
    from hub.registry import unpack

    if Path(name).exists():
        return None
    id_, _, version = name.partition("@")
    stores = [
        folder for folder in (None, data, data.absolute().parent) if folder is None or (folder / "hub.db").exists()
    ]
    asked = chain(
        (registration(id_, version, url=hub) for hub in hubs[:1]),
        (registration(id_, version, store) for store in stores),
    )
    found = next(filter(None, asked), None)
    return str(unpack(data / "specs", found)) if found else None


def _become_mocks(*arguments: str) -> NoReturn:
    """Replace this process, so that signals reach the mocks directly. ``-P``: never a folder of the user's."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "mocks", *arguments])
