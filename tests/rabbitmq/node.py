"""A RabbitMQ node of our own, on loopback, for what must never happen to a shared one: kill -9, alarms."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pika
from pika.exceptions import AMQPError

from hub.demo.hubs import pause
from interfaces.clock import Deadline

BIN = Path("/usr/lib/rabbitmq/bin")
START = 90.0
"""Seconds after which a start is given up; it takes 5 to 8."""


class Node:
    """``url`` stays the same from life to life, and what it keeps too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port, self._dist = _lasting_port(), _lasting_port()
        self._name = f"mboss_t_{secrets.token_hex(4)}@localhost"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}/"
        (folder / "env.conf").touch()

    def start(self) -> None:
        command = str(_bin("rabbitmq-server"))
        with (self._folder / "node.log").open("ab") as out:
            self._process = subprocess.Popen(
                command, env=self._env(), stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        deadline = Deadline.after(START)
        while not self._answers():
            said = (self._folder / "node.log").read_text(errors="replace")[-2000:]
            assert self._process.poll() is None, f"the node ended:\n{said}"
            assert not deadline.passed, f"the node did not start:\n{said}"
            pause(0.2)

    def kill(self) -> None:
        """kill -9, the whole of it."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(30)

    def alarm(self, on: bool) -> None:
        """The memory alarm: publishers are blocked."""
        self._ctl("set_vm_memory_high_watermark", *(["absolute", "1MB"] if on else ["0.8"]))

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def _answers(self) -> bool:
        try:
            pika.BlockingConnection(pika.URLParameters(self.url)).close()
        except AMQPError:
            return False
        return True

    def _ctl(self, *arguments: str) -> None:
        command = [str(_bin("rabbitmqctl")), "-n", self._name, *arguments]
        subprocess.run(command, env=self._env(), check=True, capture_output=True, timeout=60)

    def _env(self) -> dict[str, str]:
        own = {
            "HOME": str(self._folder),
            "RABBITMQ_CONF_ENV_FILE": str(self._folder / "env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_NODENAME": self._name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._dist),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        return {k: v for k, v in os.environ.items() if not k.startswith("RABBITMQ_")} | own


def _lasting_port() -> int:
    """A free port below those that the system gives to callers: while the node is dead, a caller that tries its port
    again and again would else be given that very port for its own end, and keep it from the node."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _bin(name: str) -> Path:
    found = BIN / name if (BIN / name).exists() else Path(shutil.which(name) or name)
    assert found.exists(), f"{name} is not installed: make services"
    return found
