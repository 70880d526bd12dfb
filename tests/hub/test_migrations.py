"""Revisions and schema say the same on both engines; files of before are taken over; what is newer is refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from hub.store import migrate, schema
from hub.store.engine import open_engine, sqlite_url
from hub.store.urls import database_url, in_schema
from hub.store.writer import Store
from interfaces.failure import Failure
from tests.services import Databases
from tests.stores import ENGINES


@pytest.fixture(params=ENGINES)
def engine(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty database of each engine."""
    url = str(sqlite_url(tmp_path / "hub.db"))
    if request.param == "postgres":
        databases: Databases = request.getfixturevalue("postgres")
        url = in_schema(database_url(databases.new()), "mboss")
    made = open_engine(url, writes=True)
    yield made
    made.dispose()


def differences(engine: Engine) -> list[object]:
    compare = engine.dialect.name == "postgresql"  # of SQLite's '' Alembic says that it differs from ''
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": compare})
        return list(compare_metadata(context, schema.metadata))


def test_the_revisions_make_the_schema(engine: Engine) -> None:
    migrate.upgrade(engine)
    assert differences(engine) == []


def test_what_was_made_before_there_were_revisions_is_taken_over_with_its_rows(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate.take_turn(connection)
        schema.metadata.create_all(connection)
        connection.execute(sa.insert(schema.setting).values(key="kept", value="1"))
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert list(connection.scalars(sa.select(schema.setting.c.key))) == ["kept"]
        assert migrate.standing(connection).revision == migrate.standing(connection).newest
    assert differences(engine) == []


def test_a_database_that_is_newer_is_refused_and_stays_as_it_is(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Failure, match="9999"):
        migrate.upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"


def test_several_may_start_at_the_same_time(engine: Engine) -> None:
    engines = [open_engine(engine.url, writes=True) for _ in range(4)]
    failed: list[Exception] = []

    def start(one: Engine) -> None:
        try:
            migrate.upgrade(one)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=start, args=(one,)) for one in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in engines:
        one.dispose()
    assert failed == []
    assert differences(engine) == []


@pytest.mark.parametrize("url", ["sqlite:////nowhere/hub.db", "postgresql+psycopg://nobody@127.0.0.1:9/none"])
def test_a_database_that_cannot_be_opened_is_said_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.store.errors.AWAY", 0.1)
    with pytest.raises(Failure, match="cannot be used"):
        Store(url)
