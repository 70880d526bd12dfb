"""Contract files as operators have them: local, but with back-slashes, other letter case and links to the web.

``Folder.find`` turns what an import says into a file that is there, below one root folder; nothing is ever fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from interfaces.codec import safe_xml
from interfaces.codec.limits import Limits
from interfaces.codec.safe_xml import XmlElement
from interfaces.contract import text as contract_text
from interfaces.contract.text import Note
from interfaces.failure import Failure

LIMITS = Limits(
    size=16 << 20, depth=200, elements=500_000, attributes=256, namespaces=10_000, text=1 << 20, instructions=True
)
"""Contracts come from integrators, not from the wire: larger, but still bounded."""

MOST_NAMES = 20_000
"""Files of one root folder that are looked at for a name."""

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:")
_TARGET = re.compile(rb"<(?:[\w.-]+:)?schema\s[^>]*?\btargetNamespace\s*=\s*[\"']([^\"']*)[\"']", re.DOTALL)
_HEAD = 16 << 10


@dataclass
class Folder:
    """root: no import leads out of it."""

    root: Path
    guessed: dict[Path, str] = field(default_factory=dict)
    """Files that were found by their name alone -> the location that was written."""

    def find(self, location: str, beside: Path, namespace: str | None = None) -> Path | None:
        """The file an import means, or None when it is not here.

        location   as written: ``..\\types\\Order.XSD``, ``file:Order.xsd``, ``http://example.org/Order.xsd`` (of a web
                   address only its last names count), ``Order.svc?xsd=xsd0``
        namespace  what the file must declare to be taken when it only has the right name, elsewhere below the root
        """
        names = list(_names(location))
        here = (self._inside(_walk(beside.parent, name)) for name in names)
        # Order.svc?xsd=xsd0 is another document than the one that was saved as Order.svc
        found = next((path for path in here if path and (path != beside or "?" not in location)), None)
        if found is None and namespace is not None:
            found = self._elsewhere(names, namespace)
            if found is not None:
                self.guessed[found] = location
        return found

    def of_namespace(self, namespace: str, beside: Path) -> Path | None:
        """The one schema file in the folder of ``beside`` with that target namespace."""
        here = [p for paths in self._by_name.values() for p in paths if p.parent == beside.parent.resolve()]
        found = [p for p in here if p.suffix.lower() == ".xsd" and _target_of(p) == namespace]
        return found[0] if len(found) == 1 else None

    def _inside(self, path: Path | None) -> Path | None:
        return path if path and path.resolve().is_relative_to(self.root.resolve()) else None

    def _elsewhere(self, names: list[str], namespace: str) -> Path | None:
        for name in names:
            found = self._by_name.get(name.rpartition("/")[2].casefold(), ())
            fitting = [path for path in found if _target_of(path) == namespace]
            if fitting:
                return fitting[0]
        return None

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for number, path in enumerate(self.root.resolve().rglob("*")):
            if number > MOST_NAMES:
                break
            if path.is_file() and not path.is_symlink():
                found.setdefault(path.name.casefold(), []).append(path)
        return {name: sorted(paths) for name, paths in found.items()}


def _names(location: str) -> Iterator[str]:
    """Relative names that a location may have here, likeliest first."""
    text = unquote(location.strip()).replace("\\", "/")
    plain = text.removeprefix("file:")
    if not _URL.match(plain):
        yield plain
    path, _, query = text.partition("?")
    path = path.partition("#")[0].rstrip("/")
    if _URL.match(path) or path.startswith("/"):
        parts = path.rpartition("://")[2].split("/")[1:] or [path.rpartition(":")[2]]
        for start in range(max(0, len(parts) - 3), len(parts)):
            yield "/".join(parts[start:])
    if query:
        wanted = query.rpartition("=")[2]
        yield f"{path.rpartition('/')[2]}?{query}"
        yield from (f"{wanted}{suffix}" for suffix in ("", ".xsd", ".wsdl") if wanted)


def _walk(start: Path, text: str) -> Path | None:
    place = Path("/") if text.startswith("/") else start
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
    try:
        if (folder / name).exists():
            return folder / name
        same = name.casefold()
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError:  # a name no file system takes, a folder nobody may read
        return None
    return next((entry for entry in entries if entry.name.casefold() == same), None)


def _target_of(path: Path) -> str | None:
    """The namespace a schema file declares, read from its head; None when it shows none."""
    try:
        with path.open("rb") as file:
            found = _TARGET.search(file.read(_HEAD))
    except OSError:
        return None
    return found[1].decode("utf-8", "replace") if found else None


def load(path: Path) -> tuple[XmlElement, list[Note]]:
    """One contract file -> its root element and what had to be put right; Failure names the file."""
    try:
        size = path.stat().st_size
        if size > LIMITS.size:
            raise Failure("too_large", f"the file has {size} bytes, {LIMITS.size} are allowed")
        body = path.read_bytes()
        if not body.strip(b"\0 \r\n\t\xef\xbb\xbf\xff\xfe"):
            raise Failure("invalid", "the file is empty", reason="empty")
        utf8, notes = contract_text.as_utf8(body)
        return safe_xml.parse(utf8, limits=LIMITS), notes
    except (FileNotFoundError, IsADirectoryError):
        raise Failure("not_found", "the contract file is not there", where=str(path)) from None
    except OSError as error:
        raise Failure("invalid", f"the file cannot be read: {error.strerror}", where=str(path)) from None
    except Failure as failure:
        failure.where = str(path)
        raise
