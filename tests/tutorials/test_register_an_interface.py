"""docs/tutorials/register-an-interface.md, every command of it as it stands, in its order, with real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import httpx
import pytest
from click.testing import CliRunner

from hub.cli.main import cli
from tests.demo import readme
from tests.demo.day import MBOSS, free_port
from tests.flow.house import until

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "tutorials" / "register-an-interface.md"
LONG = (["mocks", "up"], ["serve"])
"""What stays until it is stopped."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class Walk:
    """One reader at his terminals: a folder of his own, the page's ports as free ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {"9400": str(free_port()), "8080": str(free_port())}
        self.said: dict[str, str] = {}
        self.running: list[subprocess.Popen[str]] = []
        shutil.copytree(DOCS / "tutorials", folder / "docs" / "tutorials")
        hub = {"MBOSS_PORT": self.ports["8080"], "MBOSS_URL": f"http://127.0.0.1:{self.ports['8080']}"}
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MBOSS_")}
        self.at_hub = self.environment | hub

    def run(self, words: list[str]) -> None:
        """One command of the page; it must end well and say something, or stay and answer."""
        words = [self._here(word) for word in words]
        given = dict(word.split("=", 1) for word in words if word.startswith("MBOSS_"))
        name, *arguments = [word for word in words if not word.startswith("MBOSS_")]
        if name == "curl":
            self.said["curl"] = httpx.get(arguments[-1], trust_env=False).raise_for_status().text
            return
        assert name == "mboss", words
        if any(arguments[: len(long)] == long for long in LONG):
            self._start(arguments, given)
            return
        environment = self.at_hub if arguments[:2] == ["interface", "call"] else self.environment
        done = subprocess.run(
            [*MBOSS, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        assert done.stdout.strip(), words
        key = " ".join(arguments[:3])
        self.said[key] = self.said.get(key, "") + done.stdout

    def _here(self, word: str) -> str:
        for usual, own in self.ports.items():
            word = word.replace(usual, own)
        return word

    def _start(self, arguments: list[str], given: dict[str, str]) -> None:
        log: IO[str] = (self.folder / f"{arguments[0]}.log").open("w")
        environment = (self.at_hub if arguments[0] == "serve" else self.environment) | given
        process = subprocess.Popen([*MBOSS, *arguments], cwd=self.folder, env=environment, stdout=log, stderr=log)
        self.running.append(process)
        port, path = (
            (self.ports["9400"], "/__mock__/state") if arguments[0] == "mocks" else (self.ports["8080"], "/healthz")
        )
        until(lambda: self._answers(f"http://127.0.0.1:{port}{path}", process), bool)

    def _answers(self, url: str, process: Any) -> bool:
        assert process.poll() is None, [file.read_text("utf-8") for file in self.folder.glob("*.log")]
        try:
            return httpx.get(url, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        for process in self.running:
            process.send_signal(signal.SIGINT)
        for process in self.running:
            process.wait(30)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    walk = Walk(tmp_path_factory.mktemp("reader"))
    try:
        for words in readme.all_commands(PAGE):
            if words[0] != ".":
                walk.run(words)
        yield walk
    finally:
        walk.stop()


def test_three_commands_lead_to_an_active_interface_and_a_peer_that_answers_through_the_hub(walk: Walk) -> None:
    assert "field-visits@0.1.0: active, proof iso" in walk.said["interface register specs/field-visits"]
    assert "2 of 2 operations" in walk.said["interface import-wsdl docs/tutorials/field-visits/contract"]
    assert "0 open" in walk.said["interface import-sheet docs/tutorials/field-visits/mapping.xlsx"]
    assert '"state": "cancelled"' in walk.said["interface call field-visits"]
    seen = [row["operation"] for row in json.loads(walk.said["curl"])["items"] if row["outcome"] == "done"]
    assert seen == ["bookVisit", "cancelVisit"]


def test_what_the_hub_said_and_heard_is_in_its_journal_and_audit(walk: Walk) -> None:
    url = f"http://127.0.0.1:{walk.ports['8080']}/api/v1"
    items = httpx.get(f"{url}/messages", params={"peer": "FIELDCO"}, trust_env=False).raise_for_status().json()["items"]
    audit = httpx.get(f"{url}/audit", trust_env=False).raise_for_status().json()["items"]
    assert sorted((row["operation"], row["direction"]) for row in items) == [
        ("bookVisit", "in"), ("bookVisit", "out"), ("cancelVisit", "in"), ("cancelVisit", "out"),
    ]  # fmt: skip
    calls = [row for row in audit if row["action"] == "interface.call"]
    assert [(row["object"], row["reason"]) for row in calls] == [("field-visits@0.1.0", "does FieldCo answer?")] * 2


def test_the_page_says_what_each_side_must_change_and_what_the_fields_are(walk: Walk) -> None:
    page = (walk.folder / "pages" / "field-visits.md").read_text("utf-8")
    assert "Visit.Item" in page
    assert "recover" in page


@pytest.mark.parametrize(("ref", "where"), [("field-visits", "--data"), ("field-visits@0.1.0", "--url")])
def test_a_registered_version_is_known_by_its_id_at_the_store_and_at_the_hub(walk: Walk, ref: str, where: str) -> None:
    place = str(walk.folder / "mboss-data") if where == "--data" else f"http://127.0.0.1:{walk.ports['8080']}"
    more = str(walk.folder / "more")
    for command in (["show", ref], ["prove", ref], ["diff", ref, ref], ["docs", ref, "--to", more, "--since", ref]):
        done = CliRunner().invoke(cli, ["interface", *command, where, place])
        assert done.exit_code == 0, (command, done.output)
        assert "field-visits" in done.stdout
    unknown = CliRunner().invoke(cli, ["interface", "show", "field-visits@9.9.9", where, place])
    assert unknown.exit_code == 1
    assert "no interface 'field-visits@9.9.9'" in unknown.stderr


def test_a_call_that_cannot_be_made_says_why(walk: Walk) -> None:
    url = f"http://127.0.0.1:{walk.ports['8080']}/api/v1/interfaces"
    wrong = [
        ("field-visits", "bookVisit", {"body": {"action": "dispatch"}, "reason": "x"}, "WorkOrder@1 is wrong"),
        ("field-visits", "bookVisit", {"example": "none", "reason": "x"}, "no example 'none'"),
        ("field-visits", "bookVisit", {}, "needs a reason"),
        ("field-visits", "other", {"reason": "x"}, "no operation 'other'"),
        ("order-intake", "submitOrder", {"reason": "x"}, "CHAN calls the hub by order-intake"),
        ("sps-service", "provision", {"reason": "x"}, "no address is configured for SPS"),
    ]
    for id_, operation, body, said in wrong:
        answer = httpx.post(f"{url}/{id_}/operations/{operation}/call", json=body, trust_env=False)
        assert answer.status_code >= 400, (id_, operation)
        assert said in answer.json()["detail"], answer.text
