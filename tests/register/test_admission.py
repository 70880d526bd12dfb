"""What a version must show: findings of lint, proof and comparison as one list, and what waivers do to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from interfaces.admission import Waiver, examine, judge, parse_waiver
from interfaces.admission.waivers import refused
from interfaces.clock import from_rfc3339
from interfaces.failure import Failure
from interfaces.proof.certificate import ERROR, Finding
from interfaces.spec.registry import bundled_folder

FIRST = bundled_folder() / "WFM" / "wfm-dispatch"
SWAPPED = ('AM: "09-12", PM: "14-18"', 'AM: "14-18", PM: "09-12"')
TODAY = from_rfc3339("2026-11-25T12:00:00Z")
STOPS = Finding("row-law-broken", ERROR, "spec.yaml:3", "told", "mend it")
Changed = Callable[..., Path]


def stops(folder: Path, rollout: str = "hub-first") -> set[str]:
    found = examine(folder, FIRST, rollout)  # type: ignore[arg-type]
    return {one.rule for one in found.findings if one.severity == ERROR}


def test_a_new_version_that_only_says_more_passes(changed: Changed) -> None:
    found = examine(changed("WFM/wfm-dispatch", ("version: 1.0.1", "version: 1.0.2")), FIRST)
    assert [one for one in found.findings if one.severity == ERROR] == []
    assert (found.spec, found.against, found.step) == ("wfm-dispatch@1.0.2", "wfm-dispatch@1.0.1", "patch")


def test_what_breaks_in_the_order_of_roll_out_stops_it_and_so_does_a_number_that_hides_it(changed: Changed) -> None:
    remapped = changed("WFM/wfm-dispatch", ("version: 1.0.1", "version: 1.0.2"), SWAPPED)
    assert {"code-remapped", "version-too-small"} <= stops(remapped)
    assert "code-remapped" not in stops(remapped, "together")
    assert "version-too-small" in stops(remapped, "together"), "the number must tell the truth in any order"


def test_a_spec_that_cannot_be_read_names_every_place_and_no_folder(changed: Changed) -> None:
    broken = changed("WFM/wfm-dispatch", ("direction: outbound", "direction: sideways"))
    found = examine(broken)
    assert found.proof == "broken"
    assert {one.rule for one in found.findings} == {"spec-invalid"}
    assert all(one.where.startswith("spec.yaml:") and str(broken) not in one.message for one in found.findings)


def test_a_waiver_covers_its_rule_until_its_day_and_stays_visible() -> None:
    (record,) = judge([STOPS], [parse_waiver("row-law-broken=the peer mends it @ the end@2026-11-25")], TODAY)
    assert record["waived"] == {"reason": "the peer mends it @ the end", "until": "2026-11-25"}
    assert refused([record]) == []
    assert len(refused(judge([STOPS], [Waiver("another", "why", "2099-01-01")], TODAY))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "rule",
        "rule=reason",
        "rule=@2099-01-01",
        "=why@2099-01-01",
        "rule=why@tomorrow",
        "rule=why@2099-02-30",
        "r=\0@2099-01-01",
    ],
)
def test_a_waiver_without_reason_or_date_is_refused(text: str) -> None:
    with pytest.raises(Failure) as refusal:
        parse_waiver(text)
    assert refusal.value.code == "invalid"


@pytest.mark.parametrize(("rule", "until"), [("row-law-broken", "2026-11-24"), ("spec-invalid", "2099-01-01")])
def test_a_waiver_that_is_over_or_of_what_cannot_run_is_refused(rule: str, until: str) -> None:
    with pytest.raises(Failure):
        judge([STOPS], [Waiver(rule, "why", until)], TODAY)
