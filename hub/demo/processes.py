"""The day's processes: hubs, and one for all mock peers. Started here, ended here, whatever happens."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hub import runfile
from hub.demo import keys
from hub.demo.database import Place
from hub.demo.hubs import pause
from hub.demo.queues import own_queues, rabbit_address
from interfaces.clock import Deadline
from interfaces.failure import Failure

START: Final = 60.0
STOP: Final = 30.0
"""Seconds a process has to start, and to stop before it is killed."""
LAST_LINES: Final = 15
LOOK_AGAIN: Final = 0.05


@dataclass(frozen=True)
class House:
    """What runs: ``urls`` of the hubs, ``peers`` code -> address."""

    data: Path
    urls: Sequence[str]
    peers: Mapping[str, str]
    hubs: Sequence[subprocess.Popen[bytes]]

    @property
    def url(self) -> str:
        """Of the first hub."""
        return self.urls[0]


@contextmanager
def house(
    data: Path, port: int, amqp: str = "", place: Place | None = None, count: int = 1, profile: str = ""
) -> Iterator[House]:
    """Mock peers and ``count`` hubs on ``data``, with an mboss.toml that joins them; all are ended on leaving.

    ``port``: of the first hub, the others take free ones. ``amqp``: RabbitMQ's address, or what names it; without it
    the queues are a file in ``data``, and so is the store without a ``place`` for it.
    """
    data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        ports = [port, *(stack.enter_context(reserved_port()).getsockname()[1] for _ in range(count - 1))]
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        mocks = stack.enter_context(child(_mocks(data, urls, amqp, stack), data / "mocks.log"))
        told = await_ports(data / "ports.json", mocks, data / "mocks.log")
        runfile.change(data, lambda run: run.update(mocks={"pid": mocks.pid, "peers": told["peers"]}))
        write_config(data, port, told, place, profile)
        keys.provision(data, told["peers"])
        logs = [data / ("hub.log" if n == 0 else f"hub-{n + 1}.log") for n in range(count)]
        hubs = [stack.enter_context(serving(data, port, log)) for port, log in zip(ports, logs, strict=True)]
        for hub, log in zip(hubs, logs, strict=True):
            await_hub(data, hub, log)
        yield House(data, urls, told["peers"], hubs)


def _mocks(data: Path, urls: Sequence[str], amqp: str, stack: ExitStack) -> list[str]:
    arguments = ["mocks", "up", "--data", str(data / "mocks"), "--ports-file", str(data / "ports.json")]
    for url in urls:
        arguments += ["--hub", url]
    if amqp:
        address = rabbit_address(amqp)
        stack.enter_context(own_queues(address))
        arguments += ["--amqp", secret_file(data / "amqp.url", address)]
    return arguments


def serving(
    data: Path, port: int, log: Path, env: Mapping[str, str] | None = None
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """A hub on ``data`` and ``port``; see ``await_hub``."""
    return child(["hub.cli.main", "serve", "--data", str(data), "--port", str(port)], log, env)


def reserved_port() -> socket.socket:
    """A free port that nobody else is given: bound, never listened on, so that our processes can come and go on it."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def secret_file(file: Path, secret: str) -> str:
    """Keeps what may hold a password where only we can read it; ``file:PATH``, which can be told to others."""
    file.touch(mode=0o600)
    file.write_text(secret, encoding="utf-8")
    return f"file:{file}"


def write_config(data: Path, port: int, told: Mapping[str, Any], place: Place | None = None, profile: str = "") -> None:
    """DATA/mboss.toml from the mocks' ports file, so that ``mboss serve --data DATA`` finds the same peers."""
    lines = ["# written by mboss demo", f"port = {port}", f"amqp = {_text(told['amqp'])}"]
    if place is not None:
        lines.append(f"db = {_text(secret_file(data / 'db.url', place.url))}")
        lines.append(f"db_schema = {_text(place.schema)}")
    if profile:
        lines.append(f"profile = {_text(profile)}")
    for code, url in told["peers"].items():
        lines += ["", f"[peers.{code}]", f"url = {_text(url)}"]
        lines += [f"{name} = {_text(value)}" for name, value in told["places"].get(code, {}).items()]
    (data / "mboss.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


@contextmanager
def child(module: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m MODULE ARGUMENTS`` in a session of its own, so that Ctrl-C reaches us first and we end it.

    ``-P``: a folder of the user that happens to be called ``mocks`` must not be run instead. ``env`` is added to
    our environment. Whoever dies is buried at once: a zombie would still look alive to run.json.
    """
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", *module],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1", **(env or {})},
        )
    threading.Thread(target=process.wait, name=f"waits for {process.pid}", daemon=True).start()
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def await_ports(file: Path, mocks: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    """What the mock peers' ports file says, as soon as they have written it; Failure when they die before."""
    deadline = Deadline.after(START)
    while not deadline.passed:
        if file.exists():
            told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return told
        _still_running("the mock peers", mocks, log)
        pause(LOOK_AGAIN)
    raise _did_not_start("the mock peers", log)


def await_hub(data: Path, hub: subprocess.Popen[bytes], log: Path | None = None) -> None:
    """Listed in run.json; whether it is ready is asked by hub/demo/hubs.py."""
    deadline, log = Deadline.after(START), log or data / "hub.log"
    while not deadline.passed:
        if any(entry["pid"] == hub.pid for entry in runfile.read(data)["hubs"]):
            return
        _still_running("the hub", hub, log)
        pause(LOOK_AGAIN)
    raise _did_not_start("the hub", log)


def _still_running(who: str, process: subprocess.Popen[bytes], log: Path) -> None:
    if process.poll() is not None:
        raise _did_not_start(who, log)


def _did_not_start(who: str, log: Path) -> Failure:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    return Failure("unavailable", f"{who} did not start", where=str(log), advice="\n" + "\n".join(lines))
