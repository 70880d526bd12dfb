"""``mboss subscription``: let partners in, renew what proves them, shut them out.

Like ``mboss user`` it works on the hub's store itself, running or not: whoever may read the configuration may do this.
"""

from __future__ import annotations

from typing import Any

import click

from hub.cli.store_side import Office, on_the_store
from hub.cli.table import facts, json_line, table

COLUMNS = ("id", "system", "interface", "state", "limits", "concurrency", "areas", "operations", "proved by")
FACTS = (*COLUMNS[:-1], "callbacks", "key")
SPANS = {"h": 3600, "d": 86400}


@click.group("subscription")
def group() -> None:
    """Which system may call the hub by which interface.

    \b
    Example:
      mboss subscription list
    """


def _span(_ctx: click.Context, _option: click.Parameter, text: str | None) -> int:
    """``24h``, ``90d`` -> seconds; nothing -> 0."""
    if not text:
        return 0
    number, unit = text[:-1], text[-1]
    if not number.isdigit() or unit not in SPANS:
        raise click.BadParameter("write hours or days: 24h, 90d")
    return int(number) * SPANS[unit]


def _credential(command: Any) -> Any:
    """The options that say what proves the caller; without any an API key is made."""
    for option in (
        click.option(
            "--sign", metavar="REF", help="ContractRoot: where SrcSysSign's secret is, env:NAME or file:PATH."
        ),
        click.option("--recipe", default="", help="With --sign: md5 {SrcSysID}{TransactionID}{ReqTime}{secret}"),
        click.option("--token", metavar="REF", help="SOAP: where the UsernameToken's password is; the name is SYSTEM."),
        click.option("--expires", callback=_span, help="After which it is no longer good: 24h, 90d."),
    ):
        command = option(command)
    return command


def _proof(sign: str | None, recipe: str, token: str | None, expires: int) -> Any:
    from hub.identity.subscriptions import Proof

    if sign and token:
        raise click.UsageError("one credential at a time; add the other with rotate")
    kind = "sign" if sign else "username-token" if token else "api-key"
    return Proof(kind, sign or token or "", recipe, expires)


@group.command()
@click.argument("system")
@click.argument("interface")
@click.option("--operation", "operations", multiple=True, help="Only this operation; may be repeated.")
@click.option("--area", "areas", multiple=True, help="Only this local network; may be repeated.")
@click.option(
    "--callback", "callbacks", multiple=True, help="scheme://host:port, a note: the hub calls [peers.CODE] url."
)
@click.option("--limit", "limits", multiple=True, help="Flow control: 50/s, 600/min, 10000/d; one per unit.")
@click.option("--concurrency", default=0, help="Requests open at a time; 0 is any number.")
@_credential
@on_the_store
def add(office: Office, system: str, interface: str, **options: Any) -> None:
    """Let SYSTEM call the hub by INTERFACE. An API key is shown once, now.

    \b
    Example:
      mboss subscription add TMF tmf622-order --limit 50/s --limit 10000/d --area 8330100
    """
    from hub.identity.subscriptions import Wanted

    proof = _proof(*(options.pop(name) for name in ("sign", "recipe", "token", "expires")))
    _show(office, office.desk.add(Wanted(system, interface, proof=proof, **options), office.who))


@group.command("list")
@click.option("--system", default="", help="Only this system's.")
@click.option("--revoked", is_flag=True, help="With those that were revoked.")
@on_the_store
def list_(office: Office, system: str, revoked: bool) -> None:
    """Who may call by what; no secrets.

    \b
    Example:
      mboss subscription list --system CHAN
    """
    from hub.identity.subscriptions import records

    with office.store.read() as connection:
        found = records(connection, system, revoked)
    if office.as_json:
        for one in found:
            json_line(one)
    else:
        click.echo(table([_line(one) for one in found], COLUMNS))


@group.command()
@click.argument("subscription_id")
@click.option("--overlap", default="24h", show_default=True, callback=_span, help="How long the old one stays good.")
@_credential
@on_the_store
def rotate(office: Office, subscription_id: str, overlap: int, **options: Any) -> None:
    """A new credential; the old ones of its kind stay good for a while.

    \b
    Example:
      mboss subscription rotate sub_01JD3V0000000000000000000000 --overlap 24h
    """
    _show(office, office.desk.rotate(subscription_id, _proof(**options), overlap, office.who))


@group.command()
@click.argument("subscription_id")
@click.option("--reason", required=True, help="Why; it is kept in the audit.")
@on_the_store
def revoke(office: Office, subscription_id: str, reason: str) -> None:
    """Shut a system out of an interface, at once.

    \b
    Example:
      mboss subscription revoke sub_01JD3V0000000000000000000000 --reason "contract ended"
    """
    _show(office, office.desk.revoke(subscription_id, reason, office.who))


def _show(office: Office, record: dict[str, Any]) -> None:
    if office.as_json:
        json_line(record)
        return
    click.echo(facts(record, FACTS))
    click.echo(f"proved by  {_proved(record)}")


def _line(record: dict[str, Any]) -> dict[str, Any]:
    return record | {"proved by": _proved(record)}


def _proved(record: dict[str, Any]) -> str:
    return ", ".join(f"{one['kind']} {one['name']}" for one in record["credentials"] if one["valid"])
