"""Which of the clients this machine has; ``make services`` brings the others. Asked at every start: kept light."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DRIVERS: Final = Path(__file__).parent / "drivers"
JAXWS: Final = Path("/usr/share/jaxws/lib/jaxws-rt.jar")


@dataclass(frozen=True)
class Program:
    """What tests call from outside. answers: whether it is here."""

    told: str
    answers: Callable[[], bool]


def node_folder() -> Path:
    """Where ``make services`` puts what the lock names."""
    lock = (DRIVERS / "node/package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "mboss" / f"node-{hashlib.sha256(lock).hexdigest()[:12]}"


def _all(*commands: str) -> bool:
    return all(map(shutil.which, commands))


def _php() -> bool:
    asked = ["php", "-r", "exit(extension_loaded('soap') ? 0 : 1);"]
    return _all("php") and subprocess.run(asked, capture_output=True, check=False).returncode == 0


CLIENTS: Final = {
    "php": Program("PHP's SoapClient", _php),
    "node": Program("Node's soap", lambda: _all("node") and (node_folder() / "node_modules/soap").is_dir()),
    "gsoap": Program("gSOAP", lambda: _all("wsdl2h", "soapcpp2", "cc")),
    "jaxws": Program("JAX-WS", lambda: _all("wsimport", "javac") and JAXWS.exists()),
}
