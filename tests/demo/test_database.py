"""The day's store in a database that holds other things: they stay, and what the day made goes with it."""

from __future__ import annotations

import psycopg
import pytest

from hub.demo.database import own_schemas
from hub.store.urls import in_schema
from hub.store.writer import Store
from interfaces.failure import Failure
from tests.services import Databases


@pytest.mark.parametrize("keep", [True, False])
def test_only_what_the_day_made_goes_with_it(postgres: Databases, keep: bool) -> None:
    url = postgres.new()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE orders (mine text)")
        with own_schemas(url, keep) as place:
            Store(in_schema(place.url, place.schema)).close()
            connection.execute(f"CREATE SCHEMA {place.schema}_crm")
        found = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'mboss%' ORDER BY 1").fetchall()
        assert found == ([(place.schema,), (f"{place.schema}_crm",)] if keep else [])
        assert connection.execute("SELECT mine FROM orders").fetchall() == []


@pytest.mark.parametrize(
    ("db", "code"),
    [("sqlite:////x.db", "invalid"), ("mysql://x/y", "invalid"), ("postgresql://n@127.0.0.1:9/n", "unavailable")],
)
def test_a_database_that_cannot_serve_is_said_so_before_anything_starts(db: str, code: str) -> None:
    with pytest.raises(Failure) as caught, own_schemas(db, keep=False):
        pass
    assert caught.value.code == code
