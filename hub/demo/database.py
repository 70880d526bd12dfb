"""The day's store in a PostgreSQL database that may hold other things: schemas of its own, nothing else is touched."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from hub.secrets import open_secret
from hub.store.engine import open_engine
from hub.store.errors import translate
from hub.store.urls import database_url
from interfaces.failure import Failure

DROP = """DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname = '{schema}' OR starts_with(nspname, '{schema}_') LOOP
    EXECUTE 'DROP SCHEMA ' || quote_ident(name) || ' CASCADE';
  END LOOP; END $$"""
"""The day's schemas, whatever stands in them; the name is one that we made."""


@dataclass(frozen=True)
class Place:
    """url: of the database; schema: of the hub's tables, those of peers in its process are in ``<schema>_<peer>``."""

    url: str
    schema: str


@contextmanager
def own_schemas(db: str, keep: bool) -> Iterator[Place]:
    """A place for one day, which goes with it unless ``keep``. ``db``: a PostgreSQL URL, ``env:NAME`` or ``file:PATH``.

    Failure(invalid) when it is none, (unavailable) when it does not answer.
    """
    place = Place(_postgres(db), f"mboss_demo_{secrets.token_hex(3)}")
    _run(place, "SELECT 1")
    try:
        yield place
    finally:
        if not keep:
            _run(place, DROP.format(schema=place.schema))


def _postgres(db: str) -> str:
    try:
        url = database_url(open_secret(db))
    except ValueError as error:
        raise Failure("invalid", str(error), where="--db") from None
    if url.startswith("sqlite"):
        raise Failure("invalid", "a day on SQLite keeps its file in --data", where="--db", advice="leave --db out")
    return url


def _run(place: Place, statement: str) -> None:
    engine = open_engine(place.url, writes=True)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
    except sa.exc.SQLAlchemyError as error:
        raise _said(translate(error), error) from error
    finally:
        engine.dispose()


def _said(failure: BaseException, error: sa.exc.SQLAlchemyError) -> BaseException:
    if isinstance(failure, Failure):
        lines = str(getattr(error, "orig", error)).splitlines()
        failure.where = f"--db: {lines[0] if lines else type(error).__name__}"
        failure.advice = "start it, or give the URL of a database that there is and that may be written"
    return failure
