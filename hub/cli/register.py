"""``mboss interface register|activate|deprecate|retire|versions``: interfaces into force, and out of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from hub.cli.agreements import WHERE, Desk, at_desk
from hub.cli.table import json_line, table

FOUND = ("severity", "rule", "where", "message", "waived")
VERSIONS = ("version", "state", "in_force", "proof", "hash", "since", "who", "reason")
USES = ("version", "peer", "last_at", "messages")

waive_option = click.option("--waive", multiple=True, metavar="RULE=REASON@DATE", help="Accept a finding until a date.")
reason_option = click.option("--reason", required=True, help="Why; kept in the audit.")


@click.command(epilog=WHERE)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@waive_option
@click.option(
    "--rollout",
    type=click.Choice(["hub-first", "peer-first", "together"]),
    default="hub-first",
    show_default=True,
    help="Who has the new version first: what breaks in that order is refused.",
)
@click.option("--activate", is_flag=True, help="Bring it into force at once.")
@click.option("--draft", is_flag=True, help="Keep it unexamined; it may still change.")
@click.option("--reason", default="", help="Why; needed with --activate.")
@at_desk
def register(desk: Desk, path: Path, waive: tuple[str, ...], as_json: bool, **rest: Any) -> None:
    """Register the spec in PATH, a folder or a zip of one: lint, proof, examples, compatibility with what is in force.

    What is not proved or breaks is refused; exit code 1. The hub needs no restart, and orders in flight keep theirs.

    \b
    Example:
      mboss interface register my/rm-resource --activate --reason "agreed with RM on 2 December"
    """
    from hub.register.desk import Wish
    from interfaces.admission import parse_waiver
    from interfaces.spec.archive import read_folder, read_zip

    if rest["activate"] and not rest["reason"].strip():
        raise click.UsageError("--activate needs --reason")
    wish = Wish(waivers=tuple(map(parse_waiver, waive)), **rest)
    content = read_zip(path.read_bytes()) if path.suffix.lower() == ".zip" else read_folder(path)
    _say(desk.register(content, wish, waive), as_json)


def _mover(event: str, text: str) -> click.Command:
    @click.command(event, epilog=WHERE)
    @click.argument("ref", metavar="ID@VERSION")
    @reason_option
    @waive_option
    @at_desk
    def command(desk: Desk, ref: str, reason: str, waive: tuple[str, ...], as_json: bool) -> None:
        id_, at, version = ref.partition("@")
        if not at:
            raise click.UsageError("say which version: ID@VERSION")
        _say(desk.move(id_, version, event, reason, waive), as_json)

    command.help = f"{text}\n\n\b\nExample:\n  mboss interface {event} rm-resource@1.0.0 --reason 'agreed with RM'"
    return command


activate = _mover("activate", "Bring a registered version into force; open orders are mapped by it first.")
deprecate = _mover("deprecate", "Say that a version is to go; it stays in force until another one is activated.")
retire = _mover("retire", "Use a version never again; refused while open orders are bound to it.")


@click.command(epilog=WHERE)
@click.argument("id_", metavar="ID")
@at_desk
def versions(desk: Desk, id_: str, as_json: bool) -> None:
    """The versions of an interface: state, proof, since when, and who spoke by which and when last.

    \b
    Example:
      mboss interface versions rm-resource
    """
    found = desk.versions(id_)
    if as_json:
        json_line(found)
        return
    rows = [one | {"hash": one["hash"][:12]} for one in found["versions"]]
    users = [{"version": one["version"], **user} for one in rows for user in one["users"]]
    click.echo(table(rows, VERSIONS) + ("\n\n" + table(users, USES) if users else "\n\nnobody spoke by it yet"))
    for one in rows:
        for waiver in one["waivers"]:
            click.echo(f"{one['version']} waives {waiver['rule']} until {waiver['until']}: {waiver['reason']}")


def _say(report: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        json_line(report)
        return
    found = [*report.get("findings", ()), *report.get("replay", ())]
    rows = [one | {"waived": one["waived"]["until"] if "waived" in one else ""} for one in found]
    if rows:
        click.echo(table(rows, FOUND) + "\n")
    proof = f", proof {report['proof']}" if report.get("proof") else ""
    against = f", compared with {report['against']} ({report['step']} step)" if report.get("against") else ""
    click.echo(f"{report['id']}@{report['version']}: {report['state']}{proof}{against}")


COMMANDS = (register, activate, deprecate, retire, versions)
