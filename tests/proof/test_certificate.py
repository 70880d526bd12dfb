"""What a certificate says, and that the bundled agreements have one."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cli.interface import group
from interfaces.canonical.validation import FastValidator
from interfaces.proof import prove
from interfaces.proof.samples import Samples
from tests.proof.parts import proved, rules
from tests.systems.bundle import bundled

SOUND = """
- [note, A]
- [appointment.date, B, date: yyyyMMdd]
- [~, Box.C, const: HUB]
- [parentOrder, Box.D, text: {max: 12, over: truncate}, lossy: they show twelve bytes]
"""


@pytest.mark.parametrize("id", sorted(bundled()))
def test_every_bundled_agreement_is_proved(id):
    certificate = prove(bundled()[id], documents=60)
    assert certificate.ok, [finding for finding in certificate.findings if finding.severity == "error"]
    assert certificate.whole in ("iso", "lossy")


def test_a_row_is_proved_tested_lossy_or_forward_only(tmp_path):
    (side,) = proved(tmp_path, SOUND).sides
    verdicts = {row.wire: row.verdict for row in side.rows}
    assert verdicts == {
        "No": "tested",
        "Lan": "proved",
        "A": "proved",
        "B": "tested",
        "Box.C": "forward-only",
        "Box.D": "lossy",
        "Act": "proved",
    }
    assert next(row.reason for row in side.rows if row.wire == "Box.D") == "they show twelve bytes"
    assert side.documents == 200
    assert side.whole == "lossy"


def test_the_same_seed_gives_the_same_certificate(tmp_path):
    assert proved(tmp_path, SOUND, seed=7) == proved(tmp_path, SOUND, seed=7)
    assert proved(tmp_path, SOUND, seed=7).seed == 7


def test_a_finding_names_file_line_row_and_what_to_do(tmp_path):
    certificate = proved(tmp_path, '- [service.id, A, pad: {to: 80, with: "0"}]')
    (found,) = [finding for finding in certificate.findings if finding.rule == "row-refuses"]
    line = (tmp_path / "spec.yaml").read_text().splitlines()[int(found.where.rpartition(":")[2]) - 1]
    assert "pad:" in line
    assert "row 3 service.id <-> A refuses" in found.message
    assert "partial" in found.fix


def test_what_is_masked_is_not_shown(tmp_path):
    proved(tmp_path, '- [service.id, A, pad: {to: 80, with: "0"}]')
    spec = tmp_path / "spec.yaml"
    spec.write_text(spec.read_text() + "  masked: [service.id]\n")
    from interfaces.spec.loader import load_spec

    (found,) = [f for f in prove(load_spec(spec)).findings if f.rule == "row-refuses"]
    assert "(masked)" in found.message
    assert "007" not in found.message


def test_a_spec_that_does_not_compile_has_no_proof(tmp_path):
    certificate = proved(tmp_path, "- [note, A, converter: nobody]")
    assert certificate.whole == "broken"
    assert "spec-does-not-compile" in rules(certificate)
    assert certificate.sides == ()


LEAVES = [
    {"type": "string", "minLength": 1, "maxLength": 3},
    {"type": "string", "pattern": "^[0-9A-Za-z-]{1,16}$"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "date-time"},
    {"type": "integer", "minimum": 3, "maximum": 9},
    {"type": "integer", "multipleOf": 1000},
    {"type": "number", "minimum": 0},
    {"type": "boolean"},
    {"enum": ["a", "b"]},
]


@settings(max_examples=40, deadline=None)
@given(schema=st.sampled_from(LEAVES), seed=st.integers(0, 10**6))
def test_samples_are_what_the_schema_allows(schema, seed):
    values = Samples(seed).values(schema, 50)
    validator = FastValidator(schema)
    assert values
    assert [value for value in values if validator.check(value)] == []


def test_the_command_prints_the_certificate_and_fails_for_a_broken_spec(tmp_path):
    proved(tmp_path, "- [note, Short]")
    run = CliRunner().invoke(group, ["prove", str(tmp_path), "bill-reply", "--documents", "50", "--json"])
    broken, sound = (json.loads(line) for line in run.stdout.splitlines())
    assert run.exit_code == 1
    assert (broken["ok"], broken["whole"]) == (False, "broken")
    assert (sound["ok"], sound["whole"], sound["spec"]) == (True, "iso", "bill-reply@1.0.1")
    assert sound["sides"][0]["documents"] == 50
    assert sound["rows"]["proved"] > 0
    text = CliRunner().invoke(group, ["prove", "bill-reply"])
    assert text.exit_code == 0
    assert "bill-reply@1.0.1: iso, seed 20261015" in text.stdout
    assert "200 documents carried" in text.stdout


def test_a_draft_is_tried_with_what_the_contract_takes(tmp_path):
    """Its type allows anything: values that the wire refuses would say nothing of the rows."""
    rows = "- [no, No]\n- [lan, Lan]\n- [short, Short]\n- [digits, Digits]\n- [oneTwo, OneTwo]\n- [box.c, Box.C]"
    for direction in ("outbound", "inbound"):
        certificate = proved(tmp_path, rows, type="Draft@1", direction=direction, whole=True)
        assert rules(certificate) - {"dead-letter-missing"} == {"draft-type"}
        assert {row.verdict for side in certificate.sides for row in side.rows} == {"proved"}


def test_what_a_draft_cannot_write_is_still_found(tmp_path):
    certificate = proved(tmp_path, "- [no, No]\n- [oneTwo, OneTwo]", type="Draft@1", whole=True)
    assert {"nothing-carried", "mandatory-target-without-row"} <= rules(certificate)
