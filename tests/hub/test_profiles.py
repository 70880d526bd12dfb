"""Topology profiles are checked on load: every fault with file and line."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from hub import topology
from interfaces.failure import Failure
from interfaces.spec.checked import read_checked

SCHEMA = json.loads(files("hub").joinpath("profiles/schema.json").read_text("utf-8"))


def test_the_bundled_profile_is_good() -> None:
    assert topology.bundled("first-day").find("SPS", "8330300").system == "97"  # type: ignore[union-attr]


def test_an_unknown_profile_names_those_there_are() -> None:
    with pytest.raises(Failure) as refused:
        topology.bundled("nope")
    assert "first-day" in refused.value.advice
    assert "systems" not in refused.value.advice


def test_mistyped_keys_and_times_are_named_with_their_line() -> None:
    text = """name: x
bindings:
  - {function: RM, area: "1", system: RM, interfaces: [rm-resource], capabilites: []}
  - {function: RM, area: "2", system: RM, interfaces: [rm-resource], valid_from: tomorrow}
"""
    with pytest.raises(Failure) as refused:
        read_checked(text, "x.yaml", SCHEMA, "topology profile")
    assert [e["path"] for e in refused.value.errors] == ["x.yaml:3", "x.yaml:4"]
    assert "capabilites" in refused.value.errors[0]["message"]
