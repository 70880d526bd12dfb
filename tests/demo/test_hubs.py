"""A hub that dies: the outside waits for one that lives and sends again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hub.demo import hubs as module
from hub.demo.hubs import Hubs
from interfaces.failure import Failure
from tests.demo.stub import Stub, says, stub_hub


def test_an_unanswered_request_is_made_anew_for_the_hub_that_took_over(tmp_path: Path) -> None:
    hubs, attempts = Hubs(tmp_path), iter((b"first", b"second", b"third"))
    with stub_hub(tmp_path, says(200, {})):
        hubs.find()
    with stub_hub(tmp_path, says(200, {"ok": True})) as second:
        assert hubs.post("/x", lambda: next(attempts), {}).json() == {"ok": True}
    assert second.received == [("/x", b"second")]


def test_a_hub_may_come_back_later(tmp_path: Path) -> None:
    hubs, come_back, answers = Hubs(tmp_path), threading.Event(), []
    asking = threading.Thread(target=lambda: answers.append(hubs.get("/api/v1/orders")))
    asking.start()
    with stub_hub(tmp_path, says(200, {"items": []})):
        asking.join(10)
    assert answers == [{"items": []}]
    come_back.set()


def test_a_busy_hub_is_asked_again(tmp_path: Path) -> None:
    said = iter(((503, b"busy"), (200, b"{}")))
    hubs = Hubs(tmp_path)
    with stub_hub(tmp_path, lambda *_: next(said)) as stub:
        assert hubs.get("/x") == {}
    assert len(stub.received) == 2


def test_no_hub_for_too_long_says_how_to_start_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    with pytest.raises(Failure, match="mboss serve --data"):
        Hubs(tmp_path).get("/x")


def test_an_error_answer_is_a_failure(tmp_path: Path) -> None:
    with stub_hub(tmp_path, says(404, {"detail": "no"})), pytest.raises(Failure, match="answered 404"):
        Hubs(tmp_path).get("/x")


def test_nobody_waits_once_the_day_is_over(tmp_path: Path) -> None:
    hubs = Hubs(tmp_path)
    hubs.close()
    with pytest.raises(Failure, match="no hub answered"):
        hubs.get("/x")


def test_a_stub_counts_what_it_was_sent() -> None:
    stub = Stub(says(200, {}))
    assert stub.received == []
    stub.stop()
