"""``mboss user``: local users, the first of them too."""

from __future__ import annotations

import sys

import click

from hub.cli.store_side import Office, on_the_store
from hub.cli.table import facts, json_line, table

COLUMNS = ("name", "roles", "areas", "state", "created_at")


@click.group("user")
def group() -> None:
    """Who may work with the hub.

    \b
    Example:
      mboss user list
    """


@group.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help="viewer, integrator, tester, operator, ...")
@click.option("--area", "areas", multiple=True, help="Only this local network; may be repeated.")
@on_the_store
def add(office: Office, name: str, roles: tuple[str, ...], areas: tuple[str, ...]) -> None:
    """A new user; the password is asked for, or read from standard input.

    \b
    Example:
      echo 'a long pass phrase 1' | mboss user add zhang.san --role operator --area 8330100
    """
    _show(office, office.desk.user("add", name, office.who, _password(), roles, areas))


@group.command("list")
@on_the_store
def list_(office: Office) -> None:
    """All users.

    \b
    Example:
      mboss user list
    """
    from hub.identity.people import records

    with office.store.read() as connection:
        found = records(connection)
    if office.as_json:
        for one in found:
            json_line(one)
    else:
        click.echo(table(found, COLUMNS))


@group.command()
@click.argument("name")
@on_the_store
def disable(office: Office, name: str) -> None:
    """The user can do nothing any more; all sessions end.

    \b
    Example:
      mboss user disable zhang.san
    """
    _show(office, office.desk.user("disable", name, office.who))


@group.command()
@click.argument("name")
@on_the_store
def enable(office: Office, name: str) -> None:
    """The user can work again.

    \b
    Example:
      mboss user enable zhang.san
    """
    _show(office, office.desk.user("enable", name, office.who))


@group.command()
@click.argument("name")
@on_the_store
def password(office: Office, name: str) -> None:
    """A new password, asked for or read from standard input; all sessions end.

    \b
    Example:
      echo 'another pass phrase 2' | mboss user password zhang.san
    """
    _show(office, office.desk.user("password", name, office.who, _password()))


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _show(office: Office, record: dict[str, object]) -> None:
    if office.as_json:
        json_line(record)
    else:
        click.echo(facts(record, COLUMNS))
