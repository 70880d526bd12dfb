"""``mboss bench``: figures, each beside something it can be compared with in the same run."""

from __future__ import annotations

import click

from hub.cli.output import json_option


@click.command()
@click.argument("names", nargs=-1)
@json_option
def command(names: tuple[str, ...], as_json: bool) -> None:
    """Measure: accept, agreement, amqp, codec, mapping, mock, or all of them.

    \b
    accept     durable SOAP acceptance beside a bare spyne echo of the same body
    agreement  the proof and the mapping sheet of 60 rows beside the time they may take
    amqp       confirmed publishing on RabbitMQ beside one message after the other
    codec      the compiled codec beside zeep
    mapping    the compiled mapping beside code written by hand
    mock       the generic mock, and one on spyne, beside a bare spyne echo

    \b
    Example:
      mboss bench codec mapping
    """
    from hub import wiring
    from interfaces.failure import Failure

    figures = wiring.named(wiring.FIGURES)
    for name in names:
        if name not in figures:
            raise Failure("invalid", f"no bench {name!r}", advice=f"there are: {', '.join(figures)}")
    for name in names or figures:
        for figure in wiring.named(figures[name])():
            click.echo(figure.line() if as_json else figure.text())
