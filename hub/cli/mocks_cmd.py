"""``mboss mocks``: hands over to ``python -m mocks``, which knows nothing of the hub."""

from __future__ import annotations

import os
import sys
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

    \b
    Example:
      mboss mocks up RM BILL --data mboss-data/mocks --hub http://127.0.0.1:8080
      mboss mocks up --interface my/folder
    """
    _become_mocks("up", *arguments)


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
    """Call the hub as the peer of an inbound interface, and show both sides.

    \b
    Example:
      mboss mocks call --interface sps-orders --operation resource --hub http://127.0.0.1:8080
    """
    _become_mocks("call", *arguments)


def _become_mocks(*arguments: str) -> NoReturn:
    """Replace this process, so that signals reach the mocks directly. ``-P``: never a folder of the user's."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "mocks", *arguments])
