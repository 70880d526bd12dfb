"""A spec's folder as data: read from disk or from a zip that a stranger packed, with strict names and sizes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from interfaces.contract.bundle import refusal
from interfaces.failure import Failure
from interfaces.spec.loader import SPEC_FILE

FILES: Final = 500
"""Files of one spec's folder."""
FILE_BYTES: Final = 16 << 20
ALL_BYTES: Final = 64 << 20
_PART: Final = re.compile(r"[\w(][\w .()+@=,&-]{0,99}")
_SMALLER: Final = "send only the spec, its contract and its examples; a contract that is larger is split by its owner"
_LEFT_OUT: Final = ("__MACOSX", "Thumbs.db")


def read_folder(folder: Path) -> dict[str, bytes]:
    """Relative path -> bytes of a spec's folder, or of that of a spec file. Failure(invalid, not_found).

    Hidden files stay where they are; a link is refused, because what it means elsewhere nobody knows.
    """
    folder = folder.parent if folder.is_file() else folder
    if not (folder / SPEC_FILE).is_file():
        raise Failure("not_found", f"there is no {SPEC_FILE}", where=str(folder), advice="name the folder of a spec")
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_dir() and not path.is_symlink()) or _left_out(name):
            continue
        if path.is_symlink():
            raise _refused(name, "it is a link")
        if path.stat().st_size > FILE_BYTES:
            raise _too_large(name)
        found[name] = path.read_bytes()
        _within(found)
    return checked(found)


def read_zip(data: bytes) -> dict[str, bytes]:
    """The same from a zip; the spec stands at its top, or alone in one folder there. Failure(invalid, too_large)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return checked(_from_top(dict(_entries(archive))))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise Failure("invalid", "the archive cannot be read", where="body", advice="send a plain zip") from error


def write_zip(content: Mapping[str, bytes]) -> bytes:
    """A zip that ``read_zip`` reads."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return out.getvalue()


def checked(content: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files, when every name can be a file's anywhere and none hides another; Failure(invalid)."""
    seen: set[str] = set()
    for name in content:
        if len(name) > 200 or not all(_PART.fullmatch(part) for part in name.split("/")) or ".." in name:
            raise _refused(name, "its name is not a plain one")
        if name.lower() in seen:
            raise _refused(name, "another one differs in letter case only")
        seen.add(name.lower())
    if SPEC_FILE not in content:
        raise Failure("invalid", f"there is no {SPEC_FILE}", where="the archive's top", advice="pack the spec's folder")
    return dict(content)


def _entries(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    if len(archive.infolist()) > 2 * FILES:
        raise Failure("too_large", f"more than {FILES} files", where="the archive", advice=_SMALLER)
    left = ALL_BYTES
    for info in archive.infolist():
        name = info.filename.replace("\\", "/")
        if info.is_dir() or _left_out(name):
            continue
        if why := refusal(info):
            raise _refused(name, why)
        with archive.open(info) as file:  # read to a bound: what the archive says of sizes proves nothing
            data = file.read(min(left, FILE_BYTES) + 1)
        if len(data) > min(left, FILE_BYTES):
            raise _too_large(name)
        left -= len(data)
        yield name, data


def _from_top(content: dict[str, bytes]) -> dict[str, bytes]:
    """Without the one folder that everything stands in."""
    tops = {name.partition("/")[0] for name in content}
    if SPEC_FILE in content or len(tops) != 1:
        return content
    return {name.partition("/")[2] or name: data for name, data in content.items()}


def _left_out(name: str) -> bool:
    return any(part in _LEFT_OUT or (part.startswith(".") and part != "..") for part in name.split("/"))


def _within(content: Mapping[str, bytes]) -> None:
    if len(content) > FILES or sum(map(len, content.values())) > ALL_BYTES:
        told = f"more than {FILES} files or {ALL_BYTES >> 20} MB"
        raise Failure("too_large", told, where="the spec's folder", advice=_SMALLER)


def _too_large(name: str) -> Failure:
    told = f"a file has at most {FILE_BYTES >> 20} MB, all have {ALL_BYTES >> 20}"
    return Failure("too_large", told, where=name[:200], advice=_SMALLER)


def _refused(name: str, why: str) -> Failure:
    advice = "use letters, digits, '.', '_' and '-' in names, and plain files"
    return Failure("invalid", f"this file is not taken: {why}", where=repr(name[:100]), advice=advice)
