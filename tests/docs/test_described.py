"""OpenAPI and AsyncAPI of what the hub serves: valid, whole, and read back by the contract readers as meant."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from fastapi.openapi.models import OpenAPI

from hub.cli.main import cli
from interfaces.contract.check import check
from interfaces.docs import asyncapi, is_amqp, is_rest, openapi
from interfaces.docs.schemas import example
from interfaces.spec.model import InterfaceSpec
from tests.systems.bundle import bundled

REST = [spec for spec in bundled().values() if is_rest(spec)]
QUEUES = [spec for spec in bundled().values() if is_amqp(spec)]
SERVERLESS = {"type": "object", "required": ["$ref"], "additionalProperties": False, "properties": {"$ref": {}}}
ASYNCAPI = {
    "type": "object",
    "additionalProperties": False,
    "required": ["asyncapi", "info"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "defaultContentType": {"type": "string"},
        "channels": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["address"],
                "properties": {
                    "messages": {"type": "object", "additionalProperties": SERVERLESS},
                    "bindings": {
                        "type": "object",
                        "properties": {
                            "amqp": {
                                "type": "object",
                                "required": ["is", "bindingVersion"],
                                "properties": {"is": {"enum": ["queue", "routingKey"]}},
                            }
                        },
                    },
                },
            },
        },
        "operations": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["action", "channel"],
                "properties": {
                    "action": {"enum": ["send", "receive"]},
                    "channel": SERVERLESS,
                    "messages": {"type": "array", "items": SERVERLESS},
                },
            },
        },
        "components": {"type": "object"},
    },
}
"""AsyncAPI 3.0.0 as far as it is used here."""


def references(thing: Any) -> Iterator[str]:
    if isinstance(thing, dict):
        yield from (thing["$ref"],) if isinstance(thing.get("$ref"), str) else ()
        for value in thing.values():
            yield from references(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from references(value)


def resolved(document: Any, reference: str) -> Any:
    """What a reference of a document leads to; KeyError."""
    found = document
    assert reference.startswith("#/"), reference
    for part in reference[2:].split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def judge_openapi(document: dict[str, Any]) -> None:
    OpenAPI.model_validate(document)
    for reference in references(document):
        resolved(document, reference)


def judge_asyncapi(document: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(ASYNCAPI).validate(document)
    for reference in references(document):
        resolved(document, reference)
    for operation in document["operations"].values():
        channel = resolved(document, operation["channel"]["$ref"])
        assert all(resolved(document, one["$ref"]) in channel["messages"].values() for one in operation["messages"])


def judge_examples(document: dict[str, Any], spec: InterfaceSpec) -> None:
    """What is shown keeps the schema beside it."""
    for op in spec.operations.values():
        for role in ("request", "reply"):
            name, shown = f"{spec.id}.{op.name}.{role}", example(spec, op, role)
            if name in document["components"]["schemas"] and shown is not None:
                whole = {**document, "$ref": f"#/components/schemas/{name}"}
                jsonschema.Draft202012Validator(whole).validate(shown)


@pytest.mark.parametrize("spec", REST, ids=lambda spec: spec.id)
def test_openapi_of_a_rest_agreement_is_valid_and_read_back_whole(spec: InterfaceSpec, tmp_path: Path) -> None:
    document = openapi(spec, "https://hub.example")
    judge_openapi(document)
    (tmp_path / "made.json").write_text(json.dumps(document), "utf-8")
    report = check(tmp_path / "made.json", tmp_path)
    assert (report.declared, report.operations, report.findings) == (len(spec.operations), len(spec.operations), [])
    for op in spec.operations.values():
        said = document["paths"][spec.transport.settings["base"] + op.wire["path"]][op.wire["method"].lower()]
        assert said["operationId"] == f"{spec.id}.{op.name}"
        assert str(op.wire["status"]) in said["responses"]


@pytest.mark.parametrize("spec", QUEUES, ids=lambda spec: spec.id)
def test_asyncapi_of_a_queue_agreement_is_valid_and_read_back_whole(spec: InterfaceSpec, tmp_path: Path) -> None:
    document = asyncapi([spec], spec.title["en"], spec.version)
    judge_asyncapi(document)
    judge_examples(document, spec)
    (tmp_path / "made.json").write_text(json.dumps(document), "utf-8")
    report = check(tmp_path / "made.json", tmp_path)
    assert (report.operations, report.findings) == (len(spec.operations), [])
    action = "receive" if spec.direction == "inbound" else "send"
    for op in spec.operations.values():
        said = document["operations"][f"{spec.id}.{op.name}"]
        channel = resolved(document, said["channel"]["$ref"])
        assert said["action"] == action
        assert channel["address"] == op.wire.get("routingKey", spec.transport.settings["queue"])


def test_the_whole_is_written_beside_the_pages(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["interface", "docs", "--to", str(tmp_path), "--address", "https://hub.example"])
    assert done.exit_code == 0, done.output
    rest, queues = (json.loads((tmp_path / f"{name}.json").read_text("utf-8")) for name in ("openapi", "asyncapi"))
    judge_openapi(rest)
    judge_asyncapi(queues)
    assert rest["servers"] == [{"url": "https://hub.example"}]
    assert {"/api/v1/orders", "/api/v1/interfaces"} <= rest["paths"].keys()
    assert {spec.id for spec in QUEUES} == {name.partition(".")[0] for name in queues["operations"]}
    order = rest["paths"]["/tmf-api/productOrderingManagement/v4/productOrder"]["post"]
    body = resolved(rest, order["requestBody"]["content"]["application/json"]["schema"]["$ref"])
    assert "productOrderItem" in body["properties"]
    assert {file.stem for file in tmp_path.glob("*.md")} == set(bundled())
    for spec in bundled().values():
        if spec.direction == "inbound" and spec.transport.contract.endswith(".wsdl"):
            assert f'location="https://hub.example/soap/{spec.id}"' in (tmp_path / f"{spec.id}.wsdl").read_text("utf-8")
