"""Every figure is measured, at a tiny size; how fast is not judged here."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from adapters.bench import FIGURES, accept, codec, mapping
from adapters.bench.figure import Figure
from hub.cli.main import cli


def test_acceptance_is_measured_beside_the_echo() -> None:
    (figure,) = accept.run(seconds=0.2, rounds=1)
    assert figure.bench == "accept"
    assert figure.value > 0
    assert "spyne" in figure.against


@pytest.mark.parametrize("bench", [codec, mapping])
def test_codec_and_mapping_are_measured(bench: object) -> None:
    found = list(bench.run(times=2))  # type: ignore[attr-defined]
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
    assert "accept, codec, mapping" in answer.output


def one() -> list[Figure]:
    return [Figure("one", 1.0, "ms", "nothing", 1.0)]
