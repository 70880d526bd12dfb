"""Registering asks a spec's own mock once for every operation."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hub import wiring
from hub.register.desk import _examine
from interfaces.failure import Failure
from interfaces.spec.registry import bundled_folder

FOLDER = bundled_folder() / "WFM" / "wfm-dispatch"


def test_a_mock_that_answers_leaves_no_finding() -> None:
    assert "mock-smoke" not in {one.rule for one in _examine((FOLDER, None, "hub-first")).findings}


def test_an_operation_that_its_mock_cannot_be_asked_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    failure = Failure("invalid", "the reply breaks the contract", errors=[{"path": "woNo", "message": "is required"}])
    asked = [SimpleNamespace(operation="dispatch", failure=failure), SimpleNamespace(operation="cancel", failure=None)]
    monkeypatch.setattr(wiring, "named", lambda name: {wiring.SMOKE: lambda spec: asked}[name])
    (found,) = [one for one in _examine((FOLDER, None, "hub-first")).findings if one.rule == "mock-smoke"]
    assert (found.severity, found.where) == ("error", "operation dispatch")
    assert "the reply breaks the contract: woNo is required" in found.message
