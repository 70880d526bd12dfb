"""The day's processes: started, told where to find each other, ended whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub import runfile
from hub.config import load
from hub.demo import processes
from hub.demo.hubs import pause
from interfaces.failure import Failure

SLEEPER = "import signal\nsignal.pause()\n"
IGNORING = "import pathlib, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)"


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules the child processes can run."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_a_child_is_ended_on_leaving_even_after_an_error(modules: Path) -> None:
    (modules / "sleeper.py").write_text(SLEEPER)
    with pytest.raises(RuntimeError), processes.child(["sleeper"], modules / "log") as process:
        raise RuntimeError
    assert process.poll() is not None


def test_a_child_that_does_not_listen_is_killed(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP", 0.1)
    deaf = f"{IGNORING}\npathlib.Path('up').touch()\nsignal.pause()"
    (modules / "deaf.py").write_text(deaf.replace("'up'", repr(str(modules / "up"))))
    with processes.child(["deaf"], modules / "log") as process:
        while not (modules / "up").exists():
            pause(0.02)
    assert process.returncode == -9


def test_what_a_process_said_last_is_in_the_failure(modules: Path) -> None:
    (modules / "mocks.py").write_text("raise SystemExit('no room here')")
    with pytest.raises(Failure, match="no room here"), processes.house(modules / "day", 1):
        pass


def test_the_configuration_joins_hub_and_peers(tmp_path: Path) -> None:
    told = {
        "peers": {"RM": "http://127.0.0.1:5", "97": "http://127.0.0.1:6", "BILL-PHS": "http://127.0.0.1:7"},
        "amqp": f"amqp+file://{tmp_path}/amqp.db",
        "places": {"97": {"table": f"sqlite:///{tmp_path}/97.db"}, "BILL-PHS": {"queues": "bill-phs."}},
    }
    processes.write_config(tmp_path, 8123, told)
    config = load(tmp_path)
    assert config.port == 8123
    assert config.peer("RM", "soap", "rm-resource").address == "http://127.0.0.1:5/rm-resource"
    assert config.peer("97", "table").address == f"sqlite:///{tmp_path}/97.db"
    assert config.peer("BILL-PHS", "amqp").options["queues"] == "bill-phs."
    assert config.amqp == told["amqp"]


def test_the_run_file_forgets_processes_that_are_gone(tmp_path: Path) -> None:
    with processes.child(["this"], tmp_path / "log") as process:
        process.wait()
    gone = {"pid": process.pid, "url": "http://127.0.0.1:1"}
    runfile.change(tmp_path, lambda run: run["hubs"].append(gone))
    assert runfile.read(tmp_path)["hubs"] == []
    with runfile.hub_listed(tmp_path, "http://127.0.0.1:2"):
        assert [hub["url"] for hub in runfile.read(tmp_path)["hubs"]] == ["http://127.0.0.1:2"]
    assert runfile.read(tmp_path)["hubs"] == []
