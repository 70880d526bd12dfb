"""The commands of README.md and of other pages, taken from them word for word."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import httpx

README = Path(__file__).parents[2] / "README.md"
USUAL = "http://127.0.0.1:8080"


def commands(first_word: str) -> list[list[str]]:
    """Indented commands that begin with ``first_word``, as argument lists, without their comments."""
    return [arguments for arguments in all_commands(README) if arguments[0] == first_word]


def all_commands(page: Path) -> list[list[str]]:
    """Every indented command of a page, in its order."""
    blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", page.read_text(encoding="utf-8"), re.MULTILINE)
    lines = re.split(r"\n(?=    \S)", "\n".join(blocks))
    found = [shlex.split(line.replace("\\\n", " "), comments=True) for line in lines if line.strip()]
    return [arguments for arguments in found if arguments]


def curl(arguments: list[str], hub: str) -> httpx.Response:
    """What ``curl -s URL -H ... -d ...`` would do, on machines that have none."""
    headers = [arguments[at + 1].split(": ", 1) for at, word in enumerate(arguments) if word == "-H"]
    body = next((arguments[at + 1] for at, word in enumerate(arguments) if word == "-d"), None)
    url = next(word for word in arguments if word.startswith(USUAL)).replace(USUAL, hub)
    content = body.encode() if body is not None else None
    return httpx.request("POST" if body else "GET", url, content=content, headers=[(k, v) for k, v in headers])
