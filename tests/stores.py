"""A store on each engine, new for every test: a copied SQLite file, or an emptied schema of the worker's database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from hub.store.engine import sqlite_url
from hub.store.schema import metadata
from hub.store.urls import database_url, in_schema
from hub.store.writer import Store

ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))]
SCHEMA = "mboss"


def store_url(engine: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """Where an empty store of this engine is."""
    if engine == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "hub.db")
        return str(sqlite_url(folder / "hub.db"))
    url = in_schema(database_url(request.getfixturevalue("postgres_url")), SCHEMA)
    empty(url)
    return url


def empty(url: str) -> None:
    """Leave nothing in the tables there are."""
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = %s"
    with psycopg.connect(psycopg_url(url), autocommit=True) as connection:
        there = {name for (name,) in connection.execute(tables, [SCHEMA])}
        for name in there & metadata.tables.keys():
            connection.execute(f'DELETE FROM "{name}"')


def empty_schema(url: str, schema: str) -> str:
    """The URL of a schema that is not there yet."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
    return in_schema(database_url(url), schema)


def psycopg_url(url: str) -> str:
    """The URL as PostgreSQL's own tools take it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = Store(url)
    try:
        yield store
    finally:
        store.close()
