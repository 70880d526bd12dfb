"""Several hubs on one PostgreSQL, with the day's peers; each may be killed, stopped, held still and started again."""

from __future__ import annotations

import itertools
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.demo.database import own_schemas
from hub.demo.hubs import Hubs
from hub.demo.peers import Peers
from hub.demo.processes import await_hub, house, reserved_port, serving
from tests.flow.house import LIMIT, forget
from tests.stores import psycopg_url

USUAL = 30
"""Seconds: as the hub has it where nothing is said."""
LEASE = 21
"""Seconds: a little longer than any call may take."""
LONG = 600
"""Seconds: longer than any test waits. A task that comes on nevertheless was not waited for."""
VARIABLE = "MBOSS_WORKER__LEASE"


class Town:
    """``db``: PostgreSQL's URL; ``amqp``: RabbitMQ's, without it the queues are a file. Serves as the house that
    tests/crash/parts.py drives a day through."""

    def __init__(self, data: Path, db: str, count: int = 2, amqp: str = "", lease: int = USUAL) -> None:
        self._stack = ExitStack()
        self._serial = itertools.count(1)
        self.data = data
        port = self._stack.enter_context(reserved_port()).getsockname()[1]
        self._place = self._stack.enter_context(own_schemas(db, keep=False))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(VARIABLE, str(lease))
            made = self._stack.enter_context(house(data, port, amqp, place=self._place, count=count))
        self._ports = [int(url.rpartition(":")[2]) for url in made.urls]
        self._processes = list(made.hubs)
        self._leases = [lease] * count
        self.hubs, self.peers = Hubs(data), Peers(made.peers)
        self._urls = made.peers
        self._stack.callback(self.peers.close)
        self._stack.callback(self.hubs.close)

    def close(self) -> None:
        self._stack.close()

    def forget(self) -> None:
        """Every peer as new."""
        forget(self._urls)

    def serial(self) -> int:
        return next(self._serial)

    def kill(self, n: int) -> None:
        self._processes[n].kill()
        self._processes[n].wait(LIMIT)

    def stop(self, n: int) -> int:
        """As an operator stops it: its exit code."""
        self._processes[n].send_signal(signal.SIGTERM)
        return self._processes[n].wait(LIMIT)

    def lease(self, seconds: int) -> None:
        """Whoever has another lease is started again with this one."""
        for n, has in enumerate(self._leases):
            if has != seconds:
                self.stop(n)
                self.start(n, seconds)

    def start(self, n: int, lease: int = 0) -> None:
        """Again, on the port it had, and ready; with the lease it had, or another."""
        self._leases[n] = lease or self._leases[n]
        env = {VARIABLE: str(self._leases[n])}
        process = self._stack.enter_context(serving(self.data, self._ports[n], self.log(n), env))
        await_hub(self.data, process, self.log(n))
        self._processes[n] = process
        while not any(url.endswith(f":{self._ports[n]}") for url in self.hubs.find()):
            pass

    def log(self, n: int) -> Path:
        return self.data / ("hub.log" if n == 0 else f"hub-{n + 1}.log")

    def numbered(self, pid: int) -> int:
        return [process.pid for process in self._processes].index(pid)

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows straight from the store."""
        with psycopg.connect(psycopg_url(self._place.url), autocommit=True) as connection:
            connection.execute(f"SET search_path = {self._place.schema}")
            return connection.execute(statement, values).fetchall()
