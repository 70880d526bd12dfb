"""Services that tests need: found once, in one place.

A test needs a service when it uses its fixture or is marked ``needs("postgres")``. Where a service is missing, those
tests are left out and one line says so; with CI=true they run, and fail.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store.engine import sqlite_url
from hub.store.writer import Store
from tests.services import POSTGRES, RABBITMQ, SERVICES, Databases, databases, own_vhost

FIXTURES = {"postgres": "postgres", "postgres_url": "postgres", "rabbitmq_url": "rabbitmq"}
LONGEST = ("crash/test_failpoints", "demo/test_day", "soak", "crash", "rabbitmq", "security", "flow", "clients", "demo")
"""Folders and modules, longest first: whoever begins them last would end alone."""
HERE = Path(__file__).parent
MISSING = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Asked once, by the process that starts the workers; they are told."""
    told = getattr(config, "workerinput", None)
    missing = told["missing"] if told else [name for name, service in SERVICES.items() if not service.answers()]
    config.stash[MISSING] = missing


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: pytest.Item) -> None:
    node.workerinput["missing"] = node.config.stash[MISSING]  # type: ignore[attr-defined]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    missing = set(config.stash[MISSING])
    if os.environ.get("CI") == "true" or not missing:
        return
    left_out = [item for item in items if missing & _needs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def _turn(item: pytest.Item) -> int:
    """When an item's module begins; workers take module by module (--dist loadscope)."""
    path = item.path.relative_to(HERE).as_posix()
    return next((n for n, begin in enumerate(LONGEST) if path.startswith(begin)), len(LONGEST))


def _needs(item: pytest.Item) -> set[str]:
    fixtures = getattr(item, "fixturenames", ())
    marked = {name for mark in item.iter_markers("needs") for name in mark.args}
    return marked | {service for fixture, service in FIXTURES.items() if fixture in fixtures}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    missing = [SERVICES[name].told for name in config.stash[MISSING]]
    if missing:
        said = "fail (CI=true)" if os.environ.get("CI") == "true" else "were left out"
        terminalreporter.write_line(
            f"not here: {', '.join(missing)}; tests that need them {said}; make services brings them"
        )


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    told = getattr(request.config, "workerinput", None)
    return str(told["workerid"]) if told else "main"


@pytest.fixture(scope="session")
def postgres(worker: str) -> Iterator[Databases]:
    with databases(POSTGRES.url, worker) as made:
        yield made


@pytest.fixture(scope="session")
def postgres_url(postgres: Databases) -> str:
    """A database of this worker's own, shared by its tests."""
    return postgres.new()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store's file, to be copied."""
    file = tmp_path_factory.mktemp("store") / "hub.db"
    Store(sqlite_url(file)).close()
    return file


@pytest.fixture(scope="session")
def rabbitmq_url(worker: str) -> Iterator[str]:
    """A virtual host of this worker's own, shared by its tests."""
    with own_vhost(RABBITMQ.url, worker) as url:
        yield url
