"""Bringing a database to the schema of this release, at every start: Alembic's revisions, in one transaction.

Several processes may start together: on PostgreSQL one migrates under an advisory lock while the others wait, on SQLite
the write lock does it. A database that is newer than this release is refused and left as it is.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from interfaces.failure import Failure

if TYPE_CHECKING:
    from alembic.config import Config

TURN: Final = 0x6D626F7373
"""Number of the advisory lock: whoever holds it changes the schema (or a demo's schemas)."""


class Standing(NamedTuple):
    """Where a database stands: ``revision`` "" = no tables of ours; ``newest`` of this release; ``known`` to it."""

    revision: str
    newest: str
    known: bool

    @property
    def behind(self) -> bool:
        return self.known and self.revision != self.newest


def upgrade(engine: Engine) -> None:
    """Bring the database to this release. Failure ``conflict`` when it is newer."""
    from alembic import command

    with engine.begin() as connection:
        take_turn(connection)
        found = standing(connection)
        if not found.known:
            raise too_new(found)
        if found.behind:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def take_turn(connection: sa.Connection) -> None:
    """Until the end of the transaction nobody else changes schemas."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
        # made only where it is missing: an administrator may have made it, and given us no right to make schemas
        if connection.scalar(sa.select(sa.func.current_schema())) is None:
            connection.execute(sa.schema.CreateSchema(str(connection.scalar(sa.text("SHOW search_path")))))


def standing(connection: sa.Connection) -> Standing:
    """Where the database stands; changes nothing."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_config())
    revision = MigrationContext.configure(connection).get_current_revision() or ""
    known = {step.revision for step in script.walk_revisions()}
    return Standing(revision, script.get_current_head() or "", revision in known | {""})


def look(url: str) -> Standing | None:
    """Where the database at ``url`` stands, None when there is nothing yet. Makes nothing, not even a file.

    Failure ``unavailable`` when it does not answer.
    """
    from hub.store.engine import open_engine
    from hub.store.errors import translate

    file = sa.make_url(url).database or ""
    if url.startswith("sqlite") and not Path(file).exists():
        return None
    engine = open_engine(url, writes=False)
    try:
        with engine.connect() as connection:
            found = standing(connection)
    except sa.exc.SQLAlchemyError as error:
        raise translate(error) from error
    finally:
        engine.dispose()
    return found if found.revision else None


def too_new(found: Standing) -> Failure:
    return Failure(
        "conflict",
        f"the hub's database is at revision {found.revision}, this mboss knows it up to {found.newest} only",
        advice="use the mboss that the database was last used with, or a newer one; nothing was changed",
    )


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("hub.store") / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
