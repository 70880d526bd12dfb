"""Every bundled agreement lives by the rules: linted without a finding, proved, and documented."""

from __future__ import annotations

import pytest

from interfaces.agreement import Agreement
from interfaces.docs import page
from interfaces.proof import prove
from interfaces.spec.lint import lint
from tests.systems.bundle import bundled

SAID: dict[str, set[str]] = {}
"""id -> rules of findings that are known and let stand; none at present."""


@pytest.mark.parametrize("id", sorted(bundled()))
def test_a_bundled_agreement_is_linted_clean(id):
    assert {finding.rule for finding in lint(bundled()[id])} == SAID.get(id, set())


@pytest.mark.parametrize("id", sorted(bundled()))
def test_its_proof_has_no_doubts_and_its_page_shows_every_operation_and_example(id):
    spec = bundled()[id]
    certificate = prove(spec, documents=20)
    assert {finding.rule for finding in certificate.findings} == SAID.get(id, set())
    text = page(Agreement(spec), certificate)
    assert all(f"## Operation 操作: {name}\n" in text for name in spec.operations)
    assert text.count("## Example 样例:") == len(spec.examples) > 0
    assert "broken" not in {proof.verdict for side in certificate.sides for proof in side.rows}
