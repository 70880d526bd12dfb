"""Lets spyne 2.14.0 (frozen upstream) be imported on Python 3.12 and 3.13.

Use: ``import interfaces.spyne_compat`` before the first ``import spyne``; importing it is all there is to do.

Two things of the standard library moved under spyne's feet:

* its bundled ``six`` has an importer that Python 3.12 no longer asks, so ``spyne.util.six.moves`` and its
  children are put into ``sys.modules`` here, on every Python, so that all run the same way;
* ``cgi`` is gone from Python 3.13, and spyne uses only ``cgi.parse_header``.
"""

from __future__ import annotations

import collections.abc
import http.cookies
import importlib.util
import sys
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from email.utils import collapse_rfc2231_value
from types import ModuleType

MOVES = "spyne.util.six.moves"

_MOVED: dict[str, ModuleType] = {
    "collections_abc": collections.abc,
    "http_cookies": http.cookies,
    "urllib": urllib,
    "urllib.error": urllib.error,
    "urllib.parse": urllib.parse,
    "urllib.request": urllib.request,
}


def parse_header(line: str) -> tuple[str, dict[str, str]]:
    """``'text/xml; Charset="utf-8"'`` -> ``("text/xml", {"charset": "utf-8"})``, like the old ``cgi``."""
    message = Message()
    message["content-type"] = line
    (main, _), *options = message.get_params([("", "")])
    return main, {name.lower(): collapse_rfc2231_value(value) for name, value in options}


def _install() -> None:
    moves = sys.modules.setdefault(MOVES, ModuleType(MOVES))
    for name, module in _MOVED.items():
        sys.modules.setdefault(f"{MOVES}.{name}", module)
        if "." not in name:
            setattr(moves, name, module)
    if "cgi" not in sys.modules and importlib.util.find_spec("cgi") is None:
        cgi = ModuleType("cgi", "Only parse_header, for spyne on Python 3.13.")
        cgi.parse_header = parse_header  # type: ignore[attr-defined]
        sys.modules["cgi"] = cgi


_install()
