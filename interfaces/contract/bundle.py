"""Where contract files come from: a file, a folder with many, or a zip that a stranger packed."""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from interfaces.contract.findings import Finding, finding

WSDLS = (".wsdl", ".wsdl2", ".wsdl20")
SCHEMAS = (".xsd",)
_NAMED = re.compile(r"[?._-]wsdl\d?$|\.(?:asmx|svc)$", re.IGNORECASE)
_MARKED = re.compile(rb"http://schemas\.xmlsoap\.org/wsdl/[\"']|http://www\.w3\.org/ns/wsdl[\"']")
_HEAD = 8 << 10
APIS = (".json", ".yaml", ".yml")
KINDS = {"OpenAPI": rb"swagger|openapi", "AsyncAPI": rb"asyncapi"}
"""kind of document -> the first key that tells it."""

Wanted = Callable[[Path], bool]

ENTRIES = 20_000
UNPACKED = 512 << 20
"""Bytes of one archive, unpacked; one file of it may have a fifth."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read. root: no import leads out of it. name: what people call it (``a.zip/order.wsdl``)."""

    path: Path
    root: Path
    name: str

    @property
    def is_schema(self) -> bool:
        return self.path.suffix.lower() in SCHEMAS


@dataclass(slots=True)
class Bundle:
    """findings: archive -> what of it was not unpacked."""

    sources: list[Source] = field(default_factory=list)
    findings: dict[str, list[Finding]] = field(default_factory=dict)

    def say(self, path: Path, code: str, what: str) -> None:
        self.findings.setdefault(str(path), []).append(finding(code, str(path), what))


def find(paths: tuple[Path, ...], scratch: Path, kind: str = "") -> Bundle:
    """The contract files under ``paths``, sorted; archives are unpacked into ``scratch``. kind: of KINDS, "" = WSDL."""
    bundle, wanted = Bundle(), _documents(kind) if kind else _is_contract
    for number, path in enumerate(paths):
        if path.is_dir():
            bundle.sources += _below(path, path, str(path), wanted)
        elif path.suffix.lower() == ".zip" or _zipped(path):
            _unpack(path, scratch / str(number), bundle, wanted)
        else:
            bundle.sources.append(Source(path, path.parent, str(path)))
    return bundle


def _zipped(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _below(folder: Path, root: Path, name: str, wanted: Wanted) -> Iterator[Source]:
    for path in sorted(folder.rglob("*")):
        if wanted(path):
            yield Source(path, root, f"{name}/{path.relative_to(folder).as_posix()}")


def _documents(kind: str) -> Wanted:
    marked = re.compile(rb"""^[{\s]*["']?(?:%b)["']?\s*:""" % KINDS[kind], re.MULTILINE)

    def wanted(path: Path) -> bool:
        if path.is_symlink() or not path.is_file() or path.suffix.lower() not in APIS:
            return False
        with path.open("rb") as file:
            return bool(marked.search(file.read(_HEAD)))

    return wanted


def _is_contract(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    suffix = path.suffix.lower()
    return suffix in (*WSDLS, *SCHEMAS) or bool(_NAMED.search(path.name)) or (suffix == ".xml" and _marked(path))


def _marked(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(_MARKED.search(file.read(_HEAD)))


def _unpack(path: Path, folder: Path, bundle: Bundle, wanted: Wanted) -> None:
    folder.mkdir(parents=True)
    try:
        with zipfile.ZipFile(path) as archive:
            for entry, why in _extract(archive, folder):
                bundle.say(path, "archive-entry", f"{entry[:100]!r} is not unpacked: {why}")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        bundle.say(path, "archive-broken", f"it cannot be read: {error}")
    bundle.sources += _below(folder, folder, str(path), wanted)


def _extract(archive: zipfile.ZipFile, folder: Path) -> Iterator[tuple[str, str]]:
    """Unpack what may be; yields (entry, why not) for the others."""
    left = UNPACKED
    for number, info in enumerate(archive.infolist()):
        if number >= ENTRIES:
            yield info.filename, f"more than {ENTRIES} entries"
            return
        if info.is_dir():
            continue
        why = refusal(info)
        if why:
            yield info.filename, why
            continue
        written = _copy(archive, info, folder / _safe(info.filename), min(left, UNPACKED // 5))
        if written < 0:
            yield info.filename, "it unpacks to more than it may"
        left -= max(written, 0)


def _safe(name: str) -> PurePosixPath:
    return PurePosixPath(name.replace("\\", "/"))


def refusal(info: zipfile.ZipInfo) -> str:
    """Why an entry may not be unpacked, "" when it may."""
    path = _safe(info.filename)
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in info.filename:
        return "its name leads out of the folder"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link"
    return "it is encrypted" if info.flag_bits & 1 else ""


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Bytes written; -1 when there are more than ``most`` (whatever the archive's own list says)."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(info) as source, target.open("wb") as file:
        while chunk := source.read(1 << 16):
            written += len(chunk)
            if written > most:
                break
            file.write(chunk)
    if written > most:
        target.unlink()
        return -1
    return written
