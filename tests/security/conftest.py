"""One hub for all attacks of a worker, and the figures of ``make conformance``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.security.figures import Figures
from tests.security.hub import Hub, serving


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Attacked by every test, and expected to be none the worse for it."""
    with serving(tmp_path_factory.mktemp("attacked")) as served:
        yield served


@pytest.fixture(scope="session")
def figures(hub: Hub, pytestconfig: pytest.Config) -> Iterator[Figures]:
    """Where tests put what a hostile request cost; a warm hub is what they are compared with, before and after."""
    kept: Figures = pytestconfig.stash.setdefault(KEPT, Figures())
    kept.warm_up(hub)
    yield kept
    if pytestconfig.getoption("--figures", False):
        kept.rest(hub)


KEPT = pytest.StashKey[Figures]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--figures", action="store_true", help="fail when a hostile request costs more than its bound")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Workers hand their figures to the session that prints; that one judges them."""
    config, kept = session.config, session.config.stash.get(KEPT, None)
    if kept is None:
        return
    if hasattr(config, "workeroutput"):
        config.workeroutput["figures"] = json.dumps(kept.told())
    elif config.getoption("--figures", False) and kept.over() and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    given = getattr(node, "workeroutput", {}).get("figures")
    if given:
        node.config.stash.setdefault(KEPT, Figures()).take(json.loads(given))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    kept = config.stash.get(KEPT, None)
    if kept is not None and config.getoption("--figures", False):
        terminalreporter.section("what hostile requests cost")
        for line in kept.lines():
            terminalreporter.line(line)
