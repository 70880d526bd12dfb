"""Tests that need a service fail in CI without it, and elsewhere are left out with one line; nothing stays behind."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from interfaces.clock import DAY, SECOND, real_now
from tests.services import POSTGRES, Databases, is_leftover, place_name

ROOT = Path(__file__).parent.parent
NOBODY = "postgresql://nobody@127.0.0.1:9/none"


def run(ci: str) -> subprocess.CompletedProcess[str]:
    test = f"{Path(__file__).relative_to(ROOT)}::test_a_database_of_our_own_is_empty"
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", test]
    env = os.environ | {"CI": ci, POSTGRES.variable: NOBODY}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=100, check=False)


def test_a_database_of_our_own_is_empty(postgres_url: str) -> None:
    with closing(psycopg.connect(postgres_url)) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_without_the_service_its_tests_are_left_out_and_one_line_says_so() -> None:
    done = run(ci="")
    assert "1 deselected" in done.stdout
    assert done.stdout.count("not here: PostgreSQL (MBOSS_TEST_POSTGRES)") == 1


def test_in_ci_a_missing_service_fails_the_run() -> None:
    done = run(ci="true")
    assert done.returncode == 1
    assert "1 error" in done.stdout


@pytest.mark.needs("postgres")
def test_a_database_left_behind_is_swept_and_a_neighbours_is_not() -> None:
    made = Databases(POSTGRES.url, "sweep")
    old, new = f"mboss_t_sweep_{(real_now() - DAY) // SECOND:08x}0000", place_name("sweep")
    try:
        with closing(made.admin()) as connection:
            for name in (old, new):
                connection.execute(f'CREATE DATABASE "{name}"')
            made.sweep()
            left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'mboss_t_sweep_%'").fetchall()
        assert (old,) not in left
        assert (new,) in left
    finally:
        made.made = [old, new]
        made.close()


def test_only_what_is_old_is_a_leftover() -> None:
    assert not is_leftover(place_name("gw0"))
    assert is_leftover("mboss_t_gw0_0000000a1234")
    assert not is_leftover("somebody_elses")
