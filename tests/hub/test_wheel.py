"""What is installed from the wheel brings its migrations along: a new store on each engine is made by ``mboss serve``,
and one that a newer release has migrated is refused and left alone. Nothing of the checkout is on the path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.demo.hubs import pause
from hub.demo.processes import await_hub, child
from hub.store import migrate
from hub.store.engine import open_engine
from hub.store.urls import database_url, in_schema
from tests.services import Databases
from tests.stores import ENGINES

ROOT = Path(__file__).parents[2]
PACKAGES = ("interfaces", "hub", "adapters", "crm_core", "mocks")
SCHEMA = "from_a_wheel"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which what the wheel holds is imported, and not the checkout."""
    source, site = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    _run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(source / "dist"), str(source))
    (wheel,) = (source / "dist").glob("*.whl")
    _run("-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--no-index", "--target", str(site), wheel)
    environment = {"PYTHONPATH": str(site)}
    where = _run("-P", "-c", "import hub, interfaces; print(hub.__file__, interfaces.__file__)", env=environment)
    assert all(file.startswith(str(site)) for file in where.split())
    return environment


def _run(*arguments: str | Path, env: dict[str, str] | None = None) -> str:
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=os.environ | (env or {}), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(params=ENGINES)
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hub.db"
    databases: Databases = request.getfixturevalue("postgres")
    return databases.new()


def test_a_new_store_is_made_and_one_that_is_newer_is_refused(
    installed: dict[str, str], url: str, tmp_path: Path
) -> None:
    environment = installed | {"MBOSS_DB": url, "MBOSS_DB_SCHEMA": SCHEMA}
    arguments = ["hub.cli.main", "serve", "--data", str(tmp_path), "--port", "0"]
    with child(arguments, tmp_path / "hub.log", environment) as hub:
        await_hub(tmp_path, hub, tmp_path / "hub.log")
    assert hub.returncode == 0
    engine = open_engine(_place(url), writes=True)
    with engine.begin() as connection:
        found = migrate.standing(connection)
        assert found.revision == found.newest
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with child(arguments, tmp_path / "second.log", environment) as refused:
        while refused.poll() is None:
            pause(0.05)
    assert refused.returncode == 1
    said = (tmp_path / "second.log").read_text("utf-8")
    assert "9999" in said
    assert "nothing was changed" in said
    assert "Traceback" not in said
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9999"
    engine.dispose()


def _place(url: str) -> str:
    return url if url.startswith("sqlite") else in_schema(database_url(url), SCHEMA)
