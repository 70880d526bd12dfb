"""Every lint rule finds its defect at its place, and the sound twin passes."""

from pathlib import Path

import pytest

from interfaces.docs.lint_cases import CASES, written
from interfaces.spec.lint import RULES, lint, lint_file
from interfaces.spec.loader import parse_spec
from interfaces.spec.registry import bundled_folder

E, W = "error", "warning"
AGREED = {
    "identity-owner": E,
    "version-semver": E,
    "system-known": E,
    "pattern-needs-correlation": E,
    "correlation-not-guid-only-in-body": W,
    "no-secret-in-spec": E,
    "no-host-in-spec": E,
    "timeout-missing": E,
    "timeout-below-sla-p95": W,
    "retry-without-idempotency": E,
    "retry-on-unknown-outcome-without-probe": E,
    "reply-timeout-missing": E,
    "fault-unmapped": W,
    "error-catch-all": E,
    "codelist-not-bijective-undeclared": E,
    "codelist-missing-canonical-value": E,
    "row-path-not-in-schema": E,
    "row-target-written-twice": E,
    "row-target-is-prefix-of-another": E,
    "mandatory-target-without-row": E,
    "mandatory-canonical-without-reverse": W,
    "optional-to-mandatory-without-default": E,
    "type-mismatch-no-convert": E,
    "maxlength-overflow": E,
    "charset-narrower": W,
    "tz-missing": W,
    "decimal-precision-loss": W,
    "unit-unspecified": W,
    "repeating-group-without-key": W,
    "conditional-not-exhaustive": W,
    "conditional-not-invertible": E,  # such a row does not compile
    "pii-not-marked": W,
    "example-missing": W,
    "example-invalid": E,
    "example-not-round-tripping": E,
    "mock-delay-over-timeout": "info",
    "sunset-passed": E,
    "unused-codelist": W,
    "dead-letter-missing": W,
    "publisher-confirm-off": E,  # such a spec is not loaded: the hub always confirms
    "soap-rpc-encoded": W,
    "xsd-any-without-policy": W,
    "wsdl-import-unresolved": E,
}
"""The first set of rules that interfaces are agreed by, and how grave each is."""

SOUND = """\
apiVersion: mboss/v1
kind: Interface
metadata: {id: sample, version: 1.0.0, system: RM, owner: "team:x", lifecycle: production, title: {en: Sample}}
spec:
  direction: outbound
  transport: {kind: amqp, envelope: amqp, contract: wire.json, settings: {queue: rm.in}}
  codeLists:
    TYPE: {number: "1", port: "2", line: "3", splitter: "4", circuit: "5", vlan: "6", device: "7"}
  errors:
    result: {code: code, ok: ["0"]}
    business: [{match: "*", code: rejected}]
  operations:
    reserve:
      pattern: request-reply
      request:
        type: ResourceOrder@1
        mapping:
          - [externalId, no]
          - [area, lan]
          - [action, ~, const: reserve]
          - ["resource[key=id]", "res[key=no]", each: [[id, no], [type, type, code: TYPE]]]
          - [holdUntil, hold, date: "yyyyMMddHHmmss@Asia/Shanghai"]
      reply:
        type: ResourceOrderResult@1
        mapping: [[externalId, no], [state, ~, const: completed], [~, code, const: "0"]]
      timing: {timeout: 5s}
      idempotent: true
  examples: [{name: one, operation: reserve, request: request.json, canonical: canonical.json, reply: reply.json}]
"""
WIRE = """{"type": "object", "additionalProperties": false, "required": ["no", "lan"], "properties": {
  "no": {"type": "string"}, "lan": {"type": "string"}, "hold": {"type": "string"}, "phone": {"type": "string"},
  "res": {"type": "array", "items": {"type": "object", "additionalProperties": false,
          "properties": {"no": {"type": "string"}, "type": {"type": "string"}}}}}}"""


@pytest.fixture
def findings(tmp_path):
    """Lint a spec text beside its contract and example."""
    (tmp_path / "wire.json").write_text(WIRE)
    (tmp_path / "request.json").write_text('{"no": "R1", "lan": "8330100", "res": [{"no": "5", "type": "1"}]}')
    body = '{"externalId": "R1", "area": "8330100", "action": "reserve", "resource": [{"id": "5", "type": "number"}]}'
    (tmp_path / "canonical.json").write_text(body)
    (tmp_path / "reply.json").write_text('{"no": "R1", "code": "0"}')

    def found(text):
        (tmp_path / "spec.yaml").write_text(text, "utf-8")
        return lint_file(tmp_path / "spec.yaml")

    return found


def test_a_sound_spec_has_no_findings(findings):
    assert findings(SOUND) == []


INBOUND = ("direction: outbound", "direction: inbound")


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_example_of_a_rule_has_exactly_that_finding(tmp_path, rule):
    found = lint_file(written(CASES[rule], CASES[rule].bad, tmp_path))
    assert {one.rule for one in found} == {rule}
    assert found[0].severity == RULES[rule].severity
    assert found[0].fix
    file, _, line = found[0].where.rpartition(":")
    assert file == str(tmp_path / "spec.yaml")
    assert 1 <= int(line) <= len((tmp_path / "spec.yaml").read_text("utf-8").splitlines())


@pytest.mark.parametrize("rule", RULES)
def test_its_good_example_has_none(tmp_path, rule):
    assert lint_file(written(CASES[rule], CASES[rule].good, tmp_path)) == []


@pytest.mark.parametrize(("rule", "severity"), AGREED.items())
def test_the_agreed_rules_are_there_and_as_grave(rule, severity):
    assert RULES[rule].severity == severity


# more defects of some rules: where else they are looked for
DEFECTS = [
    ("todo-left", [("system: RM", "system: TODO")]),
    ("role-missing", [INBOUND]),
    ("pattern-needs-correlation", [INBOUND, ("idempotent: true", "role: event")]),
    (
        "pattern-needs-correlation",
        [INBOUND, ("idempotent: true", "role: event\n      correlate: nowhere\n      final: [completed]")],
    ),
    ("row-path-not-in-schema", [("[area, lan]", "[area, lan]\n          - [service.id, nowhere]")]),
    ("row-path-not-in-schema", [("[area, lan]", "[colour, lan]")]),
    ("row-path-not-in-schema", [("[type, type, code: TYPE]", "[type, kind, code: TYPE]")]),
    (
        "pii-not-marked",
        [
            (
                "[area, lan]",
                '[area, lan]\n          - ["relatedParty[key=id]", "res[key=no]", each: [[id, no], [name, type]]]',
            )
        ],
    ),
    ("example-missing", [("operation: reserve, request", "operation: other, request")]),
    ("example-invalid", [("request: request.json", "request: nowhere.json")]),
    ("type-mismatch-no-convert", [("[area, lan]", "[area, lan, number: int]")]),
    ("type-mismatch-no-convert", [("[externalId, no]", "[externalId, no, date: yyyyMMdd]")]),
]


@pytest.mark.parametrize(("rule", "changes"), DEFECTS, ids=[f"{i}-{rule}" for i, (rule, _) in enumerate(DEFECTS)])
def test_a_defect_is_found_wherever_it_stands(findings, rule, changes):
    text = SOUND
    for good, bad in changes:
        assert good in text
        text = text.replace(good, bad)
    assert rule in {f.rule for f in findings(text)}


def test_a_system_is_known_to_the_hub_that_is_asked_for():
    folder = bundled_folder() / "RM" / "rm-resource"
    assert lint_file(folder, frozenset({"RM", "BILL"})) == []
    assert [f.rule for f in lint_file(folder, frozenset({"BILL"}))] == ["system-known"]


def test_a_condition_lets_two_rows_write_one_target(findings):
    two = "[area, lan, when: \"action == 'reserve'\"]\n          - [service.id, lan, when: \"action != 'reserve'\"]"
    rules = {f.rule for f in findings(SOUND.replace("[area, lan]", two))}
    assert "row-target-written-twice" not in rules


def test_a_list_that_is_only_read_need_not_have_every_value(findings):
    read = SOUND.replace(', device: "7"', "").replace(*INBOUND)
    assert "codelist-missing-canonical-value" not in {f.rule for f in findings(read)}


def test_a_masked_path_covers_the_rows_of_a_group(findings):
    group = '[area, lan]\n          - ["relatedParty[key=id]", "res[key=no]", each: [[id, no], [name, type]]]'
    marked = SOUND.replace("[area, lan]", group).replace("  examples:", "  masked: [relatedParty.name]\n  examples:")
    assert "pii-not-marked" not in {f.rule for f in findings(marked)}


def test_a_declared_lossy_list_passes(findings):
    lossy = SOUND.replace(
        'TYPE: {number: "1", port: "2"', 'TYPE: {lossy: agreed, codes: {number: "1", port: "1"'
    ).replace('device: "7"}', 'device: "7"}}')
    assert "codelist-not-bijective-undeclared" not in {f.rule for f in findings(lossy)}


def test_a_spec_in_memory_is_linted_too():
    spec = parse_spec(SOUND.replace(", contract: wire.json", ""), Path("nowhere/sample.yaml"))
    assert {f.rule for f in lint(spec)} == {"example-invalid"}
