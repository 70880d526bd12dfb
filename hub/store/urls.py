"""URLs of databases: the forms people write, and the PostgreSQL schema as part of the URL."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

DRIVERS: Final = {"sqlite": "sqlite"} | dict.fromkeys(
    ("postgres", "postgresql", "postgresql+psycopg"), "postgresql+psycopg"
)
"""What a URL begins with -> SQLAlchemy's dialect and driver."""


def database_url(url: str) -> str:
    """The URL with its driver; ValueError for what cannot be the store."""
    kind, _, rest = url.partition("://")
    if kind not in DRIVERS or not rest:
        raise ValueError(f"{kind[:40]!r} is no store; write sqlite:////path/hub.db or postgresql://user@host:5432/name")
    return f"{DRIVERS[kind]}://{rest}"


def in_schema(url: str, schema: str) -> str:
    """The URL of a database whose tables are those of ``schema``; a SQLite file has only one."""
    if url.startswith("sqlite"):
        return url
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query["options"] = f"{query.get('options', '')} -csearch_path={schema}".strip()
    return urlunsplit(parts._replace(query=urlencode(query)))
