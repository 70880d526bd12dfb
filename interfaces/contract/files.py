"""Contract files as operators have them: local, but with back-slashes, other letter case and links to the web.

``Folder.find`` turns what an import says into a file that is there, below one root folder; nothing is ever fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from interfaces.codec import safe_xml
from interfaces.codec.limits import Limits
from interfaces.codec.safe_xml import XmlElement
from interfaces.failure import Failure

LIMITS = Limits(size=16 << 20, elements=500_000, attributes=256, namespaces=10_000, text=1 << 20, instructions=True)
"""Contracts come from integrators, not from the wire: larger, but still bounded."""

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:")


@dataclass(frozen=True, slots=True)
class Folder:
    """root: no import leads out of it."""

    root: Path

    def find(self, location: str, beside: Path) -> Path | None:
        """The file an import means, or None when it is not here.

        location  as written: ``..\\types\\Order.XSD``, ``file:Order.xsd``, ``http://example.org/Order.xsd`` (of a web
                  address only the file name counts, looked up beside the importing document)
        """
        text = unquote(location.strip()).removeprefix("file:").replace("\\", "/")
        if _URL.match(text):
            text = text.partition("?")[0].rpartition("/")[2]
        found = _walk(beside.parent, text)
        return found if found and found.resolve().is_relative_to(self.root.resolve()) else None


def _walk(start: Path, text: str) -> Path | None:
    place = start
    for part in text.split("/"):
        if part in ("", "."):
            continue
        step = place.parent if part == ".." else _entry(place.resolve(), part)
        if step is None:
            return None
        place = step.resolve()
    return place if place.is_file() else None


def _entry(folder: Path, name: str) -> Path | None:
    """The entry of that name, else the one whose name differs in letter case only."""
    if (folder / name).exists():
        return folder / name
    same = name.casefold()
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return next((entry for entry in entries if entry.name.casefold() == same), None)


def load(path: Path) -> XmlElement:
    """One contract file -> its root element; Failure(invalid) names the file."""
    try:
        return safe_xml.parse(path.read_bytes(), limits=LIMITS)
    except FileNotFoundError:
        raise Failure("not_found", "the contract file is not there", where=str(path)) from None
    except Failure as failure:
        failure.where = str(path)
        raise
