"""Every lint rule finds its defect at its place, and the sound twin passes."""

from pathlib import Path

import pytest

from interfaces.spec.lint import RULES, lint, lint_file
from interfaces.spec.loader import parse_spec
from tests.spec.test_lint_files import FILE_DEFECTS

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
      idempotent: true
  examples: [{name: one, operation: reserve, request: request.json, canonical: canonical.json}]
"""
WIRE = """{"type": "object", "additionalProperties": false, "required": ["no", "lan"], "properties": {
  "no": {"type": "string"}, "lan": {"type": "string"}, "hold": {"type": "string"}, "phone": {"type": "string"},
  "res": {"type": "array", "items": {"type": "object", "additionalProperties": false, "required": ["no"],
          "properties": {"no": {"type": "string"}, "type": {"type": "string"}}}}}}"""


@pytest.fixture
def findings(tmp_path):
    """Lint a spec text beside its contract and example."""
    (tmp_path / "wire.json").write_text(WIRE)
    (tmp_path / "request.json").write_text('{"no": "R1", "lan": "8330100", "res": [{"no": "5", "type": "1"}]}')
    body = '{"externalId": "R1", "area": "8330100", "action": "reserve", "resource": [{"id": "5", "type": "number"}]}'
    (tmp_path / "canonical.json").write_text(body)

    def found(text):
        (tmp_path / "spec.yaml").write_text(text, "utf-8")
        return lint_file(tmp_path / "spec.yaml")

    return found


def test_a_sound_spec_has_no_findings(findings):
    assert findings(SOUND) == []


INBOUND = ("direction: outbound", "direction: inbound")
DEFECTS = [
    ("spec-invalid", [("pattern: request-reply", "pattern: magic")]),
    ("todo-left", [("system: RM", "system: TODO")]),
    ("draft-type", [("type: ResourceOrder@1", "type: Draft@1")]),
    ("spec-does-not-compile", [("code: TYPE", "code: NONE")]),
    ("role-missing", [INBOUND]),
    ("route-missing", [INBOUND, ("idempotent: true", "role: order")]),
    ("pattern-needs-correlation", [INBOUND, ("idempotent: true", "role: event")]),
    (
        "retry-without-idempotency",
        [
            ("idempotent: true", "probe: ask"),
            ("    result:", '    exchange: [{match: "*", code: unavailable}]\n    result:'),
        ],
    ),
    ("retry-on-unknown-outcome-without-probe", [("idempotent: true", "idempotent: false")]),
    ("error-catch-all", [('match: "*"', 'match: "1001"')]),
    ("codelist-not-bijective-undeclared", [('port: "2"', 'port: "1"')]),
    ("codelist-unknown-canonical-value", [('port: "2"', 'moon: "2"')]),
    ("codelist-missing-canonical-value", [(', device: "7"', "")]),
    ("no-host-in-spec", [("queue: rm.in", 'queue: "10.0.0.5"')]),
    ("no-secret-in-spec", [("queue: rm.in", 'as: {SrcSysSign: "123"}')]),
    ("row-path-not-in-schema", [("[area, lan]", "[area, lan]\n          - [service.id, nowhere]")]),
    ("row-path-not-in-schema", [("[area, lan]", "[colour, lan]")]),
    ("row-path-not-in-schema", [("[type, type, code: TYPE]", "[type, kind, code: TYPE]")]),
    ("row-target-written-twice", [("[area, lan]", "[area, lan]\n          - [service.id, lan]")]),
    (
        "row-target-is-prefix-of-another",
        [("[area, lan]", "[area, lan]\n          - [service, phone]\n          - [service.id, hold]")],
    ),
    ("mandatory-target-without-row", [("          - [area, lan]\n", "")]),
    ("repeating-group-without-key", [('"resource[key=id]", "res[key=no]"', "resource, res")]),
    ("truncation-not-declared", [("[area, lan]", "[area, lan, text: {max: 9, over: truncate}]")]),
    ("tz-missing", [("@Asia/Shanghai", "")]),
    (
        "pii-not-marked",
        [
            (
                "[area, lan]",
                '[area, lan]\n          - ["relatedParty[role=contact].phone", phone]',
            )
        ],
    ),
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
    ("example-invalid", [("request: request.json", "request: canonical.json")]),
    ("example-invalid", [("request: request.json", "request: nowhere.json")]),
]


@pytest.mark.parametrize(("rule", "changes"), DEFECTS, ids=[f"{i}-{rule}" for i, (rule, _) in enumerate(DEFECTS)])
def test_a_defect_is_found_with_place_and_advice(findings, rule, changes):
    text = SOUND
    for good, bad in changes:
        assert good in text
        text = text.replace(good, bad)
    found = [f for f in findings(text) if f.rule == rule]
    assert found, f"{rule} was not found"
    assert found[0].severity == RULES[rule][0]
    assert found[0].fix
    file, _, line = found[0].where.rpartition(":")
    assert file.endswith("spec.yaml")
    assert 1 <= int(line) <= len(text.splitlines())


OF_A_WSDL = {"contract-finding", "fault-unmapped"}
"""Shown by the contracts of tests/contracts/test_draft.py."""


def test_every_rule_has_a_defect_that_shows_it():
    assert {rule for rule, _ in DEFECTS} | FILE_DEFECTS.keys() | OF_A_WSDL == set(RULES)


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
