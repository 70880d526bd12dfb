"""Which spec a command means: a file or folder, a version kept by a hub, or a bundled one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from hub.cli.output import data_option
from interfaces.failure import Failure

if TYPE_CHECKING:
    from hub.register.kept import Registration
    from interfaces.spec.model import InterfaceSpec

Command = TypeVar("Command", bound=Callable[..., Any])

MEANT: Final = (
    "A spec is a file, a folder, or an id: ID (the version in force) or ID@VERSION. Ids are looked up at the hub of "
    "--url (or MBOSS_URL), or in the store of --data (or the usual one, if there is any), then among the bundled specs."
)


def where_options(command: Command) -> Command:
    """``--data`` and ``--url``: where ids are looked up."""
    url = click.option("--url", metavar="URL", help="Base URL of a hub that knows the interface.")
    return data_option(url(command))


def find(name: str, data: Path | None = None, url: str | None = None) -> InterfaceSpec:
    """The spec that ``name`` means; Failure(not_found) says what there is."""
    from interfaces.spec.loader import SPEC_FILE, load_spec
    from interfaces.spec.registry import bundled

    known = {spec.id: spec for spec in bundled()}
    path = Path(name)
    if (path / SPEC_FILE).is_file() or (path.exists() and name not in known):  # a folder may be called like an id
        return load_spec(path)
    id_, _, version = name.partition("@")
    if (registered := registration(id_, version, data, url)) is not None:
        from hub.registry import unpack

        folder = click.get_current_context().with_resource(tempfile.TemporaryDirectory(prefix="mboss-spec-"))
        return load_spec(unpack(Path(folder), registered))
    if id_ in known and version in ("", known[id_].version):
        return known[id_]
    advice = f"a file, a folder, what is registered (--data, --url), or one of {', '.join(sorted(known))}"
    raise Failure("not_found", f"no interface {name!r}", advice=advice)


def registration(id_: str, version: str, data: Path | None = None, url: str | None = None) -> Registration | None:
    """A version that a hub keeps; None when no hub or store is named and there is none here, or it has no such version.

    Failure(unavailable) when the hub of --url does not answer.
    """
    if url:
        return _at_hub(id_, version, url)
    found = _at_hub(id_, version, None) if data is None and os.environ.get("MBOSS_URL") else None
    return found or _in_store(id_, version, data)


def _at_hub(id_: str, version: str, url: str | None) -> Registration | None:
    from hub.cli.client import Target, find_url
    from hub.register.kept import Registration, content_hash
    from interfaces.spec.archive import read_zip
    from interfaces.spec.loader import SPEC_FILE, parse_spec

    hub = Target(find_url(url, None), as_json=False)
    try:
        content = read_zip(hub.read("interfaces", id_, "versions", version or "active", "files"))
    except Failure as failure:
        if failure.code == "not_found" or (failure.code == "unavailable" and url is None):
            return None
        raise
    spec = parse_spec(content[SPEC_FILE].decode(), Path(SPEC_FILE))
    return Registration(spec.id, spec.version, content_hash(content), content)


def _in_store(id_: str, version: str, data: Path | None) -> Registration | None:
    """None where there is no store yet: looking makes none."""
    from hub.config import load
    from hub.register.kept import kept_version
    from hub.store.writer import Store

    config = load(data)
    if config.db.startswith("sqlite") and not (config.data / "hub.db").exists():
        return None
    store = Store(config.store)
    try:
        with store.read() as connection:
            return kept_version(connection, id_, version)
    except Failure as failure:
        if failure.code != "not_found":
            raise
        return None
    finally:
        store.close()
