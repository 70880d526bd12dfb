"""Every figure is measured, at a tiny size; how fast is not judged here."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from adapters.bench import FIGURES, accept, agreement, amqp, codec, mapping, mock
from adapters.bench.figure import Figure
from hub.cli.main import cli
from tests.channels.parts import free_port


def test_acceptance_is_measured_beside_the_echo() -> None:
    (figure,) = accept.run(seconds=0.2, rounds=1)
    assert figure.bench == "accept"
    assert figure.value > 0
    assert "spyne" in figure.against


def test_the_mocks_are_measured_beside_the_echo() -> None:
    figures = list(mock.run(seconds=0.2, rounds=1))
    assert [figure.bench for figure in figures] == ["mock.generic", "mock.spyne"]
    assert all(figure.value > 0 and "spyne echo" in figure.against for figure in figures)


def test_publishing_is_measured_beside_one_after_the_other(rabbitmq_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(amqp.VARIABLE, rabbitmq_url)
    figures = list(amqp.run(times=200))
    assert [figure.bench for figure in figures] == ["amqp.threads", "amqp.batches"]
    assert all(figure.value > 0 and "one by one" in figure.against for figure in figures)


def test_without_a_broker_one_line_says_that_the_figure_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(amqp.VARIABLE, f"amqp://127.0.0.1:{free_port()}/")
    assert list(amqp.run()) == []
    assert "left out" in capsys.readouterr().err


@pytest.mark.parametrize("bench", [agreement, codec, mapping])
def test_what_needs_no_server_is_measured(bench: object) -> None:
    found = list(bench.run(times=1))  # type: ignore[attr-defined]
    assert len(found) == 2
    assert all(figure.value > 0 and figure.ratio > 0 for figure in found)


def test_a_figure_is_one_json_line() -> None:
    line = Figure("codec", 0.01234567, "ms/order", "zeep 0.4 ms", 31.234).line()
    assert json.loads(line) == {
        "bench": "codec",
        "value": 0.0123,
        "unit": "ms/order",
        "against": "zeep 0.4 ms",
        "ratio": 31.23,
    }


def test_the_command_prints_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FIGURES, "codec", f"{__name__}:one")  # type: ignore[arg-type]
    answer = CliRunner().invoke(cli, ["bench", "codec", "--json"])
    assert [json.loads(line)["bench"] for line in answer.output.splitlines()] == ["one"]


def test_an_unknown_bench_is_refused_naming_those_there_are() -> None:
    answer = CliRunner().invoke(cli, ["bench", "speed"])
    assert answer.exit_code == 2
    assert "accept, agreement, amqp, codec, mapping, mock" in answer.output


def one() -> list[Figure]:
    return [Figure("one", 1.0, "ms", "nothing", 1.0)]
