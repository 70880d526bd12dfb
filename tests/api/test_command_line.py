"""``mboss order | fallout | topology`` against a hub that is really served."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from click.testing import CliRunner, Result

from hub import runfile
from hub.api.app import build
from hub.cli.main import cli
from hub.runtime import Hub


@pytest.fixture
def url(hub: Hub) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build(hub), log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def mboss(*words: str, **environment: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["mboss", *words])
        return CliRunner().invoke(cli, list(words), env=environment)


def lines(result: Result) -> list[Any]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_an_order_is_shown_with_why_it_waits(url: str) -> None:
    shown = mboss("order", "show", "ord_retry", "--url", url)
    assert shown.exit_code == 0
    assert "waits: do.tk_retry waits: RM has been out of reach since" in shown.stdout


def test_an_order_is_found_by_the_senders_number(url: str) -> None:
    (order,) = lines(mboss("order", "show", "WEB-1", "--url", url, "--json"))
    assert order["id"] == "ord_done"


def test_an_unknown_order_is_a_readable_no(url: str) -> None:
    shown = mboss("order", "show", "NO/SUCH?", "--url", url)
    assert (shown.exit_code, "not_found" in shown.stderr) == (1, True)


def test_lists_print_one_json_line_each(url: str) -> None:
    orders = lines(mboss("order", "list", "--area", "8330300", "--json", MBOSS_URL=url))
    assert [o["id"] for o in orders] == ["ord_stuck"]
    assert [c["id"] for c in lines(mboss("fallout", "list", "--json", "--url", url))] == ["fo_1"]
    bindings = lines(mboss("topology", "show", "--area", "8330300", "--function", "SPS", "--json", "--url", url))
    assert [(b["system"], b["topology"], b["version"]) for b in bindings] == [("97", "first-day", 1)]
    assert mboss("topology", "show", "--history", "--json", "--url", url).stdout == "", "this one was never kept"


def test_tables_are_readable(url: str) -> None:
    assert "external id" in mboss("order", "list", "--url", url).stdout.splitlines()[0]
    assert "BILL gave an unknown code" in mboss("fallout", "list", "--url", url).stdout
    bindings = mboss("topology", "show", "--url", url).stdout
    assert bindings.splitlines()[0] == "Topology first-day, version 1"
    assert "8330300" in bindings


def test_a_trace_tells_messages_and_states(url: str) -> None:
    trace = mboss("order", "trace", "ord_retry", "--url", url)
    assert "CHAN -> hub  submitOrder WorkOrder" in trace.stdout
    assert "order ProductOrder: accepted" in trace.stdout


def test_a_trace_is_also_a_sequence_diagram(url: str) -> None:
    trace = mboss("order", "trace", "ord_retry", "--mermaid", "--url", url).stdout.splitlines()
    assert trace[:3] == ["sequenceDiagram", "  participant hub", "  participant p_CHAN as CHAN"]
    assert "  p_CHAN->>hub: submitOrder WorkOrder" in trace


@pytest.mark.parametrize("action", ["retry", "skip", "complete", "cancel"])
def test_fallout_is_worked(url: str, hub: Any, action: str) -> None:
    done = mboss("fallout", action, "fo_1", "--reason", "by phone", "--url", url)
    assert (done.exit_code, done.stdout) == (0, f"fo_1: {action} done\n")
    assert hub.fallout.asked == [("fo_1", action, "by phone", "local", None)]


def test_an_outcome_is_read_from_a_file(url: str, hub: Any, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text('{"state": "completed"}', encoding="utf-8")
    words = ("fallout", "complete", "fo_1", "--reason", "paper", "--output", str(answer), "--url", url)
    assert mboss(*words).exit_code == 0
    assert hub.fallout.asked[0][-1] == {"state": "completed"}
    answer.write_text("{", encoding="utf-8")
    assert mboss(*words).exit_code == 2


def test_the_hub_is_found_by_its_data_folder(url: str, tmp_path: Path) -> None:
    runfile.change(tmp_path, lambda run: run["hubs"].append({"pid": os.getpid(), "url": url}))
    assert lines(mboss("order", "list", "--limit", "1", "--json", "--data", str(tmp_path)))


def test_a_data_folder_without_a_hub_is_a_usage_error(tmp_path: Path) -> None:
    shown = mboss("order", "list", "--data", str(tmp_path))
    assert (shown.exit_code, "no hub runs on" in shown.stderr) == (2, True)


def test_nobody_there_is_said_as_json_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    shown = mboss("order", "list", "--json", "--url", f"http://127.0.0.1:{free}")
    assert shown.exit_code == 1
    assert json.loads(shown.stdout)["error"]["code"] == "unavailable"


COMMANDS = ("order show", "order list", "order trace", "fallout list", "fallout retry", "fallout skip")
MORE = ("fallout complete", "fallout cancel", "topology show", "order", "fallout", "topology")


@pytest.mark.parametrize("command", [*COMMANDS, *MORE])
def test_help_has_an_example_of_that_command(command: str) -> None:
    text = mboss(*command.split(), "--help").stdout
    assert f"mboss {command}" in text.partition("Example:")[2]
