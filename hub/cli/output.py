"""How commands speak: results on standard output, progress and faults on standard error.

With ``--json`` the last line of standard output is one JSON object; a command over many things prints a line
each. Exit codes: see EXIT. Tables: hub/cli/table.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import click

from hub.cli.table import json_line
from interfaces.failure import Failure

DONE: Final = 0
NO: Final = 1
"""It ran, and the answer is no: findings, a refusal, an order not as expected."""
UNUSABLE: Final = 2
"""It could not run: wrong flags, wrong configuration."""
EXIT: Final = {"invalid": UNUSABLE}
"""Failure code -> exit code; every other code is NO."""

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """``--json``, arriving as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def data_option(command: Command) -> Command:
    """``--data DIR``, arriving as ``data``."""
    kind = click.Path(file_okay=False, path_type=Path)
    return click.option("--data", type=kind, help="Folder of everything the hub writes.")(command)


def note(text: str) -> None:
    """A word to the person who waits, on standard error."""
    click.echo(text, err=True)


class Bar(Protocol):
    """What a command needs of a progress bar."""

    def update(self, n_steps: int) -> None: ...


def progress(label: str, length: int) -> AbstractContextManager[Bar]:
    """A progress bar on standard error; a plain line where that is no terminal."""
    return click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True)


def report(failure: Failure, as_json: bool) -> int:
    """Say what went wrong, where and what to do; the exit code."""
    if as_json:
        json_line({"error": failure.to_json()})
    else:
        note("\n".join(_said(failure)))
    return EXIT.get(failure.code, NO)


def _said(failure: Failure) -> Iterable[str]:
    yield click.style(f"{failure.code}: {failure.message}", fg="red")
    for error in failure.errors:
        yield f"  {error.get('path', '')}: {error.get('message', '')}"
        if "fix" in error:
            yield f"      do: {error['fix']}"
    if failure.where:
        yield f"  where: {failure.where}"
    if failure.advice:
        yield f"  do:    {failure.advice}"
