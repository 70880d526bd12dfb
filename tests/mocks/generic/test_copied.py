"""What people copy from ``mboss interface show`` runs as it stands, at a generic mock of the same interface."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stdout

import pytest
from click.testing import CliRunner

from hub.cli.interface import group
from interfaces.spec.registry import bundled
from mocks import runner

SPECS = {spec.id: spec for spec in bundled() if spec.transport.envelope in ("soap-plain", "rest")}
ALL = [(id, name) for id, spec in SPECS.items() for name in spec.operations]
SOAP = [(id, name) for id, name in ALL if SPECS[id].transport.envelope == "soap-plain"]


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    running = runner.up((), tmp_path_factory.mktemp("copied"), interfaces=list(SPECS))
    yield running.urls
    running.stop()


def shown(interface: str, option: str, operation: str, url: str) -> str:
    address = url if SPECS[interface].transport.envelope == "rest" else f"{url}/{interface}"
    done = CliRunner().invoke(group, ["show", interface, option, operation, "--at", address])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(("interface", "operation"), ALL)
def test_the_curl_command_is_answered(urls: dict[str, str], interface: str, operation: str) -> None:
    command = shown(interface, "--curl", operation, urls[interface])

    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=True).stdout

    assert said
    assert "Fault" not in said
    assert "urn:mboss:problem" not in said


@pytest.mark.parametrize(("interface", "operation"), SOAP)
def test_the_zeep_snippet_is_answered(urls: dict[str, str], interface: str, operation: str) -> None:
    code, said = shown(interface, "--zeep", operation, urls[interface]), io.StringIO()

    with redirect_stdout(said):
        exec(compile(code, f"{interface}-{operation}", "exec"), {})

    assert said.getvalue().strip()
