"""PostgreSQL and RabbitMQ for the tests: where they are, a place of our own in them, and nothing left behind.

A place is named ``mboss_t_<worker>_<hex>``; the hex begins with the second it was made, so that whoever comes later
can tell a leftover (older than HOURS, nobody in it) from what a neighbour uses now.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg

from interfaces.clock import HOUR, SECOND, real_now
from tests.clients.present import CLIENTS, Program

HOURS: Final = 3
NAMED: Final = re.compile(r"mboss_t_\w+_([0-9a-f]{8})[0-9a-f]{4}")


@dataclass(frozen=True)
class Service:
    """variable: environment variable with its URL; default: where ``make services`` puts it."""

    name: str
    variable: str
    default: str

    @property
    def told(self) -> str:
        return f"{self.name} ({self.variable})"

    @property
    def url(self) -> str:
        return os.environ.get(self.variable) or self.default

    def answers(self) -> bool:
        """Whether somebody listens there."""
        parts = urlsplit(self.url)
        try:
            with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 0), timeout=3):
                return True
        except OSError:
            return False


POSTGRES = Service("PostgreSQL", "MBOSS_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
RABBITMQ = Service("RabbitMQ", "MBOSS_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672/")
SERVICES: Final[dict[str, Service | Program]] = {"postgres": POSTGRES, "rabbitmq": RABBITMQ, **CLIENTS}


def place_name(worker: str) -> str:
    return f"mboss_t_{worker}_{real_now() // SECOND:08x}{secrets.token_hex(2)}"


def is_leftover(name: str) -> bool:
    made = NAMED.fullmatch(name)
    return bool(made) and int(made[1], 16) * SECOND < real_now() - HOURS * HOUR


@dataclass
class Databases:
    """Makes databases on the PostgreSQL at ``url``; ``close`` drops them."""

    url: str
    worker: str
    made: list[str] = field(default_factory=list)

    def new(self) -> str:
        """The URL of an empty database."""
        name = place_name(self.worker)
        with closing(self.admin()) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        self.made.append(name)
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def close(self) -> None:
        with closing(self.admin()) as connection:
            for name in self.made:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def sweep(self) -> None:
        """Drop what a run that was killed left behind."""
        with closing(self.admin()) as connection:
            unused = (
                "SELECT datname FROM pg_database d WHERE datname LIKE 'mboss_t_%' "
                "AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = d.datname)"
            )
            for (name,) in connection.execute(unused).fetchall():
                if is_leftover(name):
                    connection.execute(f'DROP DATABASE IF EXISTS "{name}"')

    def admin(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url, autocommit=True, connect_timeout=5)


@contextmanager
def databases(url: str, worker: str) -> Iterator[Databases]:
    made = Databases(url, worker)
    made.sweep()
    try:
        yield made
    finally:
        made.close()


@contextmanager
def own_vhost(url: str, worker: str) -> Iterator[str]:
    """The URL of a virtual host of our own; ``url`` itself where none can be made (then names need a prefix)."""
    name, user = place_name(worker), urlsplit(url).username or "guest"
    if not _ctl("add_vhost", name):
        yield url
        return
    for leftover in filter(is_leftover, _ctl("list_vhosts", "name", "--silent").split()):
        _ctl("delete_vhost", leftover)
    _ctl("set_permissions", "-p", name, user, ".*", ".*", ".*")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        _ctl("delete_vhost", name)


def _ctl(*arguments: str) -> str:
    """What rabbitmqctl says, "" when it cannot be used here."""
    if shutil.which("rabbitmqctl") is None:
        return ""
    done = subprocess.run(["rabbitmqctl", *arguments], capture_output=True, text=True, timeout=60, check=False)
    return (done.stdout or "done") if done.returncode == 0 else ""
