"""Where a broker is, as one address. Its scheme picks the driver, on the hub's side and on the peers' alike.

    amqp+file:///data/amqp.db                   embedded: one SQLite file
    amqp://user:password@host:5672/vhost        RabbitMQ; no vhost: "/"
    amqps://user:password@host:5671/vhost       RabbitMQ over TLS, its certificate checked

``?prefix=test-1.`` puts this before every queue and exchange name, so that several houses share a virtual host;
``?heartbeat=30`` seconds; ``?cafile=/path/ca.pem`` the authority that signed the broker's certificate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from interfaces.failure import Failure

FORMS = "write amqp+file:///path/to.db or amqp://user:password@host:5672/vhost"
OPTIONS = ("prefix", "heartbeat", "cafile")
PORTS = {"amqp": 5672, "amqps": 5671}


@dataclass(frozen=True, slots=True)
class FileAddress:
    """The embedded broker's file."""

    path: str


@dataclass(frozen=True, slots=True)
class RabbitAddress:
    """A virtual host of RabbitMQ. ``str()`` of it holds neither user nor password."""

    host: str
    port: int
    vhost: str = "/"
    user: str = field(default="guest", repr=False)
    password: str = field(default="guest", repr=False)
    tls: bool = False
    prefix: str = ""
    heartbeat: int = 30
    cafile: str = ""

    def __str__(self) -> str:
        named = f"?prefix={self.prefix}" if self.prefix else ""
        return f"{'amqps' if self.tls else 'amqp'}://{self.host}:{self.port}/{self.vhost.removeprefix('/')}{named}"

    def outer(self, name: str) -> str:
        """The name as it stands at the broker; "" stays "" (default exchange, no reply queue)."""
        return self.prefix + name if name else ""

    def inner(self, name: str) -> str:
        """The name as the agreements say it."""
        return name.removeprefix(self.prefix)


def parse(address: str) -> FileAddress | RabbitAddress:
    """Failure(invalid) when it is no address of a broker; the message never quotes it: it may hold a password."""
    try:
        parts = urlsplit(address)
        if parts.scheme == "amqp+file" and parts.path:
            return FileAddress(unquote(parts.path))
        if parts.scheme in PORTS and parts.hostname:
            return _rabbit(parts)
    except ValueError as error:
        raise _invalid(str(error)) from None
    raise _invalid(f"no broker is reached by {parts.scheme or 'no scheme'}:")


def _rabbit(parts: SplitResult) -> RabbitAddress:
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(set(given) - set(OPTIONS)):
        raise ValueError(f"unknown option {', '.join(unknown)}; known: {', '.join(OPTIONS)}")
    if not given.get("heartbeat", "30").isdecimal():
        raise ValueError("heartbeat is a number of seconds")
    return RabbitAddress(
        host=parts.hostname or "",
        port=parts.port or PORTS[parts.scheme],
        vhost=unquote(parts.path[1:]) or "/",
        user=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        tls=parts.scheme == "amqps",
        prefix=given.get("prefix", ""),
        heartbeat=int(given.get("heartbeat", "30")),
        cafile=given.get("cafile", ""),
    )


def _invalid(why: str) -> Failure:
    return Failure("invalid", f"not an AMQP address: {why}", advice=FORMS)
