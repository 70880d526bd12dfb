"""A hub process that died lets its tasks go at once; one that lives keeps them, whatever else befalls it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.presence import FOLDER, Presence, free_leases, new_owner
from tests.hub.house import House

HERE = "import sys, pathlib; from hub.presence import *; Presence(pathlib.Path(sys.argv[1]), name := new_owner());"
TELL = "print(name, flush=True); sys.stdin.read()"


@contextmanager
def process(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that is present on ``data``, and its name."""
    command = [sys.executable, "-c", HERE.replace("Presence(", "here = Presence(", 1) + TELL, str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout
            yield other, other.stdout.readline().strip()
        finally:
            other.kill()


def buried(here: Presence) -> list[str]:
    found: list[str] = []
    here.bury(found.append)
    return found


@pytest.fixture
def here(tmp_path: Path) -> Presence:
    return Presence(tmp_path, new_owner())


def test_who_is_killed_is_buried_once(here: Presence, tmp_path: Path) -> None:
    with process(tmp_path) as (other, name):
        assert buried(here) == []
        other.kill()
        other.wait()
        assert buried(here) == [name]
        assert buried(here) == []


def test_who_stands_still_is_not_dead(here: Presence, tmp_path: Path) -> None:
    with process(tmp_path) as (other, name):
        os.kill(other.pid, signal.SIGSTOP)
        assert buried(here) == []
        os.kill(other.pid, signal.SIGCONT)
        assert name


def test_who_left_in_good_order_leaves_nothing_behind(here: Presence, tmp_path: Path) -> None:
    other = Presence(tmp_path, new_owner())
    assert buried(here) == []
    other.leave()
    here.leave()
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_what_could_not_be_freed_is_tried_again(here: Presence, tmp_path: Path) -> None:
    with process(tmp_path) as (other, name):
        other.kill()
        other.wait()

        def away(_owner: str) -> None:
            raise OSError("the database is away")

        with pytest.raises(OSError, match="away"):
            here.bury(away)
        assert buried(here) == [name]


def test_a_process_of_another_machine_is_not_looked_at(here: Presence, tmp_path: Path) -> None:
    (tmp_path / FOLDER / "elsewhere:7:abcdef.lock").touch()
    assert buried(here) == []


def test_its_tasks_may_be_taken_at_once_and_nobody_elses(house: House) -> None:
    house.accept("A")
    (dead,) = house.claim(owner="dead")
    house.accept("B")
    (alive,) = house.claim(owner="alive")
    assert all(house.send(row) for row in (dead, alive))
    assert house.claim(owner="third") == []
    assert house.store.write(free_leases, "dead") == 1
    (taken,) = house.claim(owner="third")
    assert (taken["id"], taken["crashed"]) == (dead["id"], True)
    assert not house.end(dead)
    assert house.end(alive)
