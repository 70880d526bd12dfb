"""How the command line talks to a running hub: one HTTP client, one way to find it, one way to fail.

Who asks is ``MBOSS_USER`` with ``MBOSS_PASSWORD``, where the hub wants to know. The address is, first found wins:
``--url``; the hub listed in ``DIR/run.json`` (``--data DIR``); ``MBOSS_URL``; ``http://127.0.0.1:8080``. What the hub
refuses arrives as the Failure it meant.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote

import click
import httpx

from hub import runfile
from hub.cli.output import data_option, json_option
from hub.secrets import open_secret
from interfaces.failure import CODES, Code, Failure

DEFAULT_URL: Final = "http://127.0.0.1:8080"
TIMEOUT: Final = 30.0
PATIENCE: Final = 150.0
"""Seconds for what the hub examines at length."""

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Target:
    """Where the hub is and how to print: the first argument of every command of this family."""

    url: str
    as_json: bool

    def get(self, *path: str, **params: Any) -> Any:
        """GET ``/api/v1/`` + the segments of ``path``; query values of None are left out. Failure unless 2xx."""
        return self._call("GET", path, params={k: v for k, v in params.items() if v is not None})

    def read(self, *path: str) -> bytes:
        """GET what is no JSON: its bytes. Failure unless 2xx."""
        answer = self._sent("GET", path)
        if answer.is_success:
            return answer.content
        raise refused(_data(answer), str(answer.request.url))

    def post(self, *path: str, body: Mapping[str, Any]) -> Any:
        """POST a JSON body to ``/api/v1/`` + the segments of ``path``. Failure when it is not 2xx."""
        return self._call("POST", path, json=dict(body))

    def send_file(self, data: bytes, *path: str, **params: Any) -> Any:
        """POST a zip. Failure when the answer is not 2xx."""
        headers = {"Content-Type": "application/zip"}
        return self._call("POST", path, params=params, content=data, headers=headers, timeout=PATIENCE)

    def _call(self, method: str, path: tuple[str, ...], **rest: Any) -> Any:
        answer = self._sent(method, path, **rest)
        data = _data(answer)
        if answer.is_success:
            return data
        raise refused(data, str(answer.request.url))

    def _sent(self, method: str, path: tuple[str, ...], **rest: Any) -> httpx.Response:
        url = "/".join((self.url, "api/v1", *(quote(segment, safe="") for segment in path)))
        try:
            # trust_env: a proxy of the environment has no business between an operator and his own hub
            return httpx.request(method, url, trust_env=False, auth=_login(), **{"timeout": TIMEOUT} | rest)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Failure(
                "unavailable",
                f"no hub answers at {self.url} ({type(error).__name__})",
                advice="start one with mboss serve, or name it with --url or --data",
            ) from None


def _data(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        where = str(answer.request.url)
        raise Failure("internal", "the answer is not JSON; is this really a hub?", where=where) from None


def _login() -> tuple[str, str] | None:
    """MBOSS_USER and MBOSS_PASSWORD (the password itself, env:NAME or file:PATH); None without a name."""
    name = os.environ.get("MBOSS_USER")
    try:
        return (name, open_secret(os.environ.get("MBOSS_PASSWORD", ""))) if name else None
    except ValueError as error:
        raise Failure("invalid", str(error), where="MBOSS_PASSWORD") from None


def refused(problem: Any, url: str) -> Failure:
    """The Failure behind a problem+json body."""
    said = problem if isinstance(problem, Mapping) else {}
    code = str(said.get("type", "")).rpartition(":")[2]
    return Failure(
        cast(Code, code) if code in CODES else "internal",
        str(said.get("detail") or said.get("title") or "the hub refused without saying why"),
        where=str(said.get("where") or url),
        advice=str(said.get("advice", "")),
        errors=said.get("errors", ()),
    )


def find_url(url: str | None, data: Path | None) -> str:
    """The hub's base URL without a trailing slash; click.UsageError when ``data`` lists no running hub."""
    if not url and data:
        hubs = runfile.read(data)["hubs"]
        if not hubs:
            raise click.UsageError(f"no hub runs on {data}; start one with: mboss serve --data {data}")
        url = hubs[0]["url"]
    return (url or os.environ.get("MBOSS_URL") or DEFAULT_URL).rstrip("/")


def talks_to_hub(command: Command) -> Command:
    """Give a command ``--url``, ``--data`` and ``--json``, and a ``Target`` as its first argument."""

    @wraps(command)
    def run(*args: Any, url: str | None, data: Path | None, as_json: bool, **rest: Any) -> Any:
        return command(Target(find_url(url, data), as_json), *args, **rest)

    named = click.option("--url", metavar="URL", help=f"Base URL of the hub (else MBOSS_URL, else {DEFAULT_URL}).")
    return json_option(data_option(named(cast(Command, run))))
