"""``mboss``: the command line. A command's module is imported only when that command runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any, Final

import click

from interfaces.failure import Failure

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "demo": ("hub.cli.demo:command", "Run a day of orders through the hub and the mock peers."),
    "serve": ("hub.cli.serve:command", "Serve the hub until stopped."),
    "mocks": ("hub.cli.mocks_cmd:group", "Start the mock peers, or list them."),
    "check": ("hub.cli.check:command", "Say what is wrong before it is started."),
    "interface": ("hub.cli.interface:group", "Read, check, try and register interface specs."),
    "topology": ("hub.cli.topology:group", "Show which system serves what, where."),
    "subscription": ("hub.cli.subscription:group", "Let partners in, renew their keys, shut them out."),
    "user": ("hub.cli.user:group", "Make and change local users."),
    "order": ("hub.cli.order:group", "Show, list and trace orders."),
    "fallout": ("hub.cli.fallout:group", "Work on tasks that need a person."),
    "bench": ("hub.cli.bench:command", "Measure, each figure beside something known."),
}
"""name -> (where the command is, what it does)."""

PIPE_CLOSED: Final = 0
INTERRUPTED: Final = 130
"""128 + SIGINT, as shells count."""


class Lazy(click.Group):
    """A group that knows its commands by name only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        found: click.Command = resolve_name(COMMANDS[name][0])
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a Failure becomes readable text (or JSON) and an exit code."""
        try:
            return super().invoke(ctx)
        except Failure as failure:
            from hub.cli.output import report

            ctx.exit(report(failure, "--json" in sys.argv))


@click.command(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with: mboss demo --serve",
)
@click.version_option(package_name="mboss")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Integration hub and interface adapters for a telecom operator."""
    ctx.color = False if "NO_COLOR" in os.environ else None


def main() -> None:
    """Entry point of the ``mboss`` script."""
    try:
        cli(prog_name="mboss")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PIPE_CLOSED)


if __name__ == "__main__":
    main()
