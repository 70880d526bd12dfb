"""Exchange folders: where files are put for a peer and taken from one, on this machine or over SFTP."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from adapters.folders.port import Entry, Folder
from interfaces.failure import Failure

__all__ = ["Entry", "Folder", "open_folder"]


def open_folder(address: str, options: Mapping[str, str]) -> Folder:
    """``file:///srv/exchange/settle`` or ``sftp://user@host:22/settle``; nothing is connected yet.

    options  of the peer: ``password``, ``key``, ``known_hosts``, ``fingerprint`` for SFTP; ``work``, the hub's own
             folder, beside which it makes exchange folders itself
    """
    scheme = urlsplit(address).scheme
    if scheme == "file":
        from adapters.folders.local import LocalFolder

        return LocalFolder(address, options.get("work", ""))
    if scheme == "sftp":
        try:
            from adapters.folders.sftp import SftpFolder  # paramiko is an extra
        except ImportError:
            raise _refused("SFTP needs paramiko, which is not installed", "pip install 'mboss[sftp]'") from None
        return SftpFolder(address, options)
    what = f"no exchange folder can be opened there: {scheme or 'no scheme'}"
    raise _refused(what, "write file:///path/of/the/folder or sftp://user@host:22/path")


def _refused(what: str, advice: str) -> Failure:
    return Failure("invalid", what, where="the address of a file peer", advice=advice)
