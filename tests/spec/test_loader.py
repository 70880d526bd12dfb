"""A spec file becomes records; what is wrong is told with file, line, path and what is allowed."""

import shutil
from pathlib import Path

import pytest
import yaml

from interfaces.failure import Failure
from interfaces.spec.loader import load_folder, load_spec, parse_spec, schema, seconds
from interfaces.spec.registry import bundled_folder
from tests.spec.sample import SPEC

FILE = Path("nowhere/sample.yaml")


def refusal(text: str) -> Failure:
    with pytest.raises(Failure) as caught:
        parse_spec(text, FILE)
    return caught.value


def test_a_spec_becomes_records():
    spec = parse_spec(SPEC, FILE)
    assert spec.ref == "rm-sample@1.0.0"
    assert spec.title["zh"] == "资源"
    reserve = spec.operations["reserve"]
    assert (reserve.timeout, reserve.reply_within, reserve.idempotent) == (5.0, 86400.0, True)
    assert reserve.errors.business[0].code == "rejected"
    assert reserve.errors.ok == ("0",)
    assert spec.code_lists["RES_TYPE"].codes == {"number": "1", "port": "2", "line": "3"}


def test_rows_know_their_number_and_line():
    rows = parse_spec(SPEC, FILE).operations["reserve"].request.mapping
    assert rows[3].number == 4
    assert SPEC.splitlines()[rows[3].line - 1].strip().startswith('- ["resource[0].type"')
    assert rows[5].canonical is None
    assert rows[5].options == {"const": "RSV"}


def test_a_group_holds_rows():
    group = parse_spec(SPEC, FILE).operations["reserve"].reply.mapping[2]
    assert [row.wire for row in group.rows] == ["resNo", "resType"]
    assert "each" not in group.options


WRONG = [
    ("timeout: 5s", "timeout: 5", "5 is not text: quote it"),
    ('number: "1"', "number: 1", "1 is not text: quote it"),
    ("code: RES_TYPE", "cod: RES_TYPE", "allowed: bool, code, const"),
    ("pattern: request-reply", "pattern: telepathy", "is not one of"),
    ("type: ResourceOrder@1", "type: ResourceOrder", "canonical type with version"),
    ("rm-sample.wsdl", "../../etc/passwd", "relative path"),
    ("rm-sample.wsdl", "http://peer/x.wsdl", "relative path"),
]


@pytest.mark.parametrize(("good", "bad", "said"), WRONG)
def test_a_fault_names_file_line_path_and_what_is_allowed(good, bad, said):
    text = SPEC.replace(good, bad)
    failure = refusal(text)
    assert failure.code == "invalid"
    assert said in failure.errors[0]["message"]
    file, _, line = failure.errors[0]["path"].rpartition(":")
    assert file == str(FILE)
    # the line is the value's own, or that of the thing around it
    nearby = "\n".join(text.splitlines()[max(0, int(line) - 2) : int(line) + 1])
    assert bad.split()[-1] in nearby


def test_all_faults_come_at_once():
    text = SPEC.replace("timeout: 5s", "timeout: 5").replace("direction: outbound", "direction: sideways")
    assert len(refusal(text).errors) == 2


NOT_YAML = {
    "unquoted brackets": ('["resource[0].id", resNo]', "[resource[0].id, resNo]", "quote paths"),
    "a tag": ("version: 1.0.0", "version: !!python/object/apply:os.system [ls]", "plain text, lists and maps only"),
    "a duplicate key": ("  direction: outbound\n", "  direction: outbound\n  direction: inbound\n", "stands twice"),
    "a merge key": ("  direction: outbound\n", "  <<: {a: 1}\n  direction: outbound\n", "<< is not allowed"),
    "a control character": ("title:", "\x00title:", "YAML"),
}


@pytest.mark.parametrize(("good", "bad", "said"), NOT_YAML.values(), ids=NOT_YAML)
def test_yaml_is_read_safely(good, bad, said):
    assert said in str(refusal(SPEC.replace(good, bad)))


def test_an_alias_bomb_is_refused_at_once():
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    assert "too many" in str(refusal(bomb))


def test_an_alias_that_holds_itself_is_refused():
    assert refusal("a: &a [*a]\n").code == "invalid"


def test_deep_nesting_is_refused():
    assert refusal("[" * 2000 + "]" * 2000).code == "invalid"


def test_aliases_repeat_rows():
    text = SPEC.replace(
        "mapping:\n          - [externalId, requestNo]\n          - [state",
        "mapping:\n          - &key [externalId, requestNo]\n          - [state",
    )
    assert parse_spec(text, FILE).operations["reserve"].reply.mapping[0].wire == "requestNo"


@pytest.mark.parametrize("text", ["", "just text", "[]", "apiVersion: mboss/v9"])
def test_what_is_no_spec_is_refused(text):
    assert refusal(text).code == "invalid"


def test_leading_zeros_and_words_stay_text():
    text = SPEC.replace('number: "1"', "number: 01, yes: no, when: 2026-11-01")
    codes = parse_spec(text, FILE).code_lists["RES_TYPE"].codes
    assert (codes["number"], codes["yes"], codes["when"]) == ("01", "no", "2026-11-01")


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(Failure) as caught:
        load_spec(tmp_path / "spec.yaml")
    assert caught.value.code == "not_found"


def test_bytes_that_are_not_utf8_are_refused(tmp_path):
    (tmp_path / "spec.yaml").write_bytes(SPEC.encode("gbk"))
    with pytest.raises(Failure, match="UTF-8"):
        load_spec(tmp_path)


def test_the_hash_changes_with_the_spec_and_with_its_contract(tmp_path):
    file = tmp_path / "spec.yaml"
    file.write_text(SPEC, "utf-8")
    (tmp_path / "rm-sample.wsdl").write_text("one")
    first = load_spec(tmp_path).hash
    file.write_text("# a comment\n" + SPEC, "utf-8")
    assert load_spec(file).hash == first
    (tmp_path / "rm-sample.wsdl").write_text("two")
    second = load_folder(tmp_path)[0].hash
    file.write_text(SPEC.replace("5s", "6s"), "utf-8")
    assert len({first, second, load_spec(tmp_path).hash}) == 3


def test_durations():
    assert [seconds(t) for t in ("500ms", "5s", "10m", "4h", "1d")] == [0.5, 5.0, 600.0, 14400.0, 86400.0]
    with pytest.raises(ValueError, match="not a duration"):
        seconds("soon")


def test_the_published_schema_is_plain_json_schema_and_accepts_the_sample():
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(yaml.safe_load(SPEC))


def test_a_schema_that_a_message_names_counts_where_there_is_no_contract(tmp_path):
    folder = tmp_path / "it"
    shutil.copytree(bundled_folder() / "TMF" / "tmf622-order", folder)
    first = load_spec(folder).hash
    (folder / "notes.json").write_text("{}", "utf-8")
    assert load_spec(folder).hash == first
    with (folder / "product-order.schema.json").open("a") as file:
        file.write("\n")
    assert load_spec(folder).hash != first
