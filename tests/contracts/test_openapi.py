"""OpenAPI documents: what is read, what is named, and that a drafted spec really calls a server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from adapters.channels.rest import RestChannel
from hub.cli.main import cli
from interfaces.agreement import Agreement
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.contract.check import Report, check
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.skeleton import Options, drafts
from interfaces.spec.loader import load_spec
from tests.contracts.parts import write

OK: dict[str, Any] = {"responses": {"200": {"description": "done"}}}
NUMBER = {"type": "object", "required": ["no"], "properties": {"no": {"type": "string"}, "area": {"type": "string"}}}


def body(schema: Any, kind: str = "application/json") -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}, **OK}


def parameter(name: str, place: str, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": schema or {"type": "string"}}


def document(path: str = "/numbers", version: str = "3.0.3", schemas: Any = None, **methods: Any) -> dict[str, Any]:
    parts = {"components": {"schemas": schemas}} if schemas else {}
    return {"openapi": version, "info": {"title": "Stock", "version": "1"}, "paths": {path: methods}, **parts}


def old(**operation: Any) -> dict[str, Any]:
    return {"swagger": "2.0", "info": {"title": "Stock"}, "paths": {"/numbers": {"post": operation | OK}}}


def judged(folder: Path, data: Any, name: str = "api.json") -> Report:
    return check(write(folder, name, data if isinstance(data, str) else json.dumps(data)), folder)


RING = {"Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}}
ENDLESS = {"Node": {**RING["Node"], "required": ["next"]}}
REF = {"$ref": "#/components/schemas/Node"}
TWINS = {"Node": {"type": "object", "required": ["a", "b"], "properties": {"a": REF, "b": REF}}}
DEEP = {"Node": {"type": "array", "items": REF}}
BACK = {"callbacks": {"done": {"{$request.body#/url}": {"post": body(NUMBER)}}}}

SHAPES: dict[str, tuple[Any, int, int, set[str]]] = {
    "get": (document(get=OK), 1, 1, set()),
    "no operationId and no responses": (document(get={}), 1, 1, set()),
    "body 3.0": (document(post=body(NUMBER)), 1, 1, set()),
    "body 2.0": (old(parameters=[{"in": "body", "name": "b", "schema": NUMBER}]), 1, 1, set()),
    "plain parameter 2.0": (old(parameters=[{"in": "query", "name": "n", "type": "integer"}]), 1, 1, set()),
    "form 2.0": (old(parameters=[{"in": "formData", "name": "f", "type": "file"}]), 1, 0, {"operation-content-type"}),
    "xml": (document(post=body(NUMBER, "application/xml")), 1, 0, {"operation-content-type"}),
    "recursive": (document(post=body(REF), schemas=RING), 1, 1, set()),
    "endless": (document(post=body(REF), schemas=ENDLESS), 1, 1, {"message-untested"}),
    "endless twice": (document(post=body(REF), schemas=TWINS), 1, 1, {"message-untested"}),
    "lists of lists": (document(post=body({**NUMBER, "required": ["deep"], "properties": {"deep": REF}}), schemas=DEEP),
                       1, 1, set()),
    "lists of anything": (document(post=body({"type": "array", "items": True})), 1, 1, set()),
    "list of one schema": (document(post=body({"type": "array", "items": [NUMBER]})), 1, 1, set()),
    "list of two schemas": (document(post=body({"type": "array", "items": [NUMBER, NUMBER]})), 1, 1, set()),
    "body that is no object": (document(post={"requestBody": "x", **OK}), 1, 1, set()),
    "parameters that are none": (document(get={"parameters": ["x", 7, None], **OK}), 1, 1, {"parameter-unserved"}),
    "value that looks like a reference": (document(post=body({"const": {"$ref": "#/gone"}})), 1, 1, set()),
    "missing schema": (document(post=body(REF)), 1, 1, {"reference-missing"}),
    "reference to the network": (
        document(post=body({"$ref": "http://peer.example.cn/a.json"})), 1, 1, {"reference-missing"}
    ),
    "reference out of the folder": (document(post=body({"$ref": "../a.json"})), 1, 1, {"reference-missing"}),
    "parameter in a circle": (document(get={"parameters": [{"$ref": "#/paths/~1numbers/get/parameters/0"}]}), 1, 0,
                              {"operation-reference"}),
    "nullable 3.0": (document(post=body({"type": "string", "nullable": True})), 1, 1, set()),
    "types 3.1": (document(version="3.1.0", post=body({"type": ["string", "null"]})), 1, 1, set()),
    "exclusive 3.0": (document(post=body({"type": "integer", "minimum": 5, "exclusiveMinimum": True})), 1, 1, set()),
    "all of": (document(post=body({"allOf": [NUMBER, {"properties": {"x": {"type": "integer"}}}]})), 1, 1, set()),
    "one of": (document(post=body({"oneOf": [NUMBER, {"type": "integer"}]})), 1, 1, set()),
    "type that is none": (document(post=body({"type": "datetime"})), 1, 1, {"schema-invalid"}),
    "pattern that is none": (document(post=body({"type": "string", "pattern": "(("})), 1, 1, {"schema-invalid"}),
    "head": (document(head=OK), 1, 0, {"operation-method"}),
    "cookie": (document(get={"parameters": [parameter("c", "cookie")]}), 1, 0, {"operation-parameter"}),
    "optional cookie": (document(get={"parameters": [parameter("c", "cookie", False)]}), 1, 1, {"parameter-unserved"}),
    "callback": (document(post=body(NUMBER) | BACK), 2, 2, set()),
    "two callbacks to one address": (document(post=body(NUMBER) | BACK, put=body(NUMBER) | BACK), 4, 4, set()),
    "callback by reference": (
        document(post=OK | {"callbacks": {"a": {"$ref": "#/components/callbacks/A"}}})
        | {"components": {"callbacks": {"A": {"$url": {"post": OK}}}}}, 2, 2, set()),
    "callback in xml": (document(post=OK | {"callbacks": {"a": {"/a": {"post": body(NUMBER, "text/xml")}}}}), 2, 1,
                        {"operation-content-type"}),
    "webhook": (document(version="3.1.0", get=OK) | {"webhooks": {"n": {"post": OK}}}, 2, 2, set()),
    "webhook alone": ({"openapi": "3.1.0", "webhooks": {"n": {"post": body(NUMBER)}}}, 1, 1, set()),
    "operation that is no object": (document(get="x"), 1, 0, {"operation-schema"}),
    "paths that is a list": (document() | {"paths": []}, 0, 0, set()),
    "broken": ("{", 0, 0, {"file-not-xml"}),
    "deep": ('{"openapi":"3.0.0","x":' + "[" * 5000 + "]" * 5000 + "}", 0, 0, {"file-too-large"}),
    "unknown version": ({"openapi": "4.0.0", "paths": {}}, 0, 0, {"file-not-a-contract"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_document_is_judged_as_the_table_says(name: str, tmp_path: Path) -> None:
    data, declared, operations, codes = SHAPES[name]
    report = judged(tmp_path, data)
    assert (report.declared, report.operations) == (declared, operations)
    assert {finding.code for finding in report.findings} == codes
    named = [finding for finding in report.findings if finding.code.startswith("operation-")]
    assert report.declared == report.operations + len(named)


@pytest.mark.parametrize("text", ["openapi: 3.0.0\na: &a !!python/name:os.x ''\n", "openapi: 3.0.0\na: [\n"])
def test_yaml_that_is_not_plain_is_refused_with_its_line(text: str, tmp_path: Path) -> None:
    (found,) = judged(tmp_path, text, "api.yaml").findings
    assert found.where.rpartition(":")[2].isdecimal()


def test_an_alias_bomb_is_too_much(tmp_path: Path) -> None:
    lines = ["openapi: 3.0.0", "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert not judged(tmp_path, "\n".join(lines), "api.yaml").ok


class Stock(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_POST(self) -> None:
        held = self.rfile.read(int(self.headers.get("content-length", 0)))
        lost = "/numbers/gone" in self.path
        told = {"asked": self.path, "tenant": self.headers.get("X-Tenant", ""), "body": json.loads(held or b"null")}
        answer = json.dumps(
            {"detail": "no such number"} if lost else [told] if self.command == "GET" else told
        ).encode()
        self.send_response(404 if lost else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Stock) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


TOLD = {"type": "object", "required": ["asked", "tenant"], "properties": {
    "asked": {"type": "string"}, "tenant": {"type": "string"},
    "body": {"type": ["object", "array", "null"]}}}  # fmt: skip


def told(schema: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}


CALLED = {
    "openapi": "3.1.0",
    "info": {"title": "Stock", "version": "1"},
    "servers": [{"url": "https://stock.example.cn/api/v2"}],
    "paths": {
        "/numbers/{no}": {
            "post": {**body({"type": "object", "required": ["no"], "properties": {"no": {"type": "integer"}}}),
                     **told(TOLD), "operationId": "hold",
                     "parameters": [parameter("no", "path"), parameter("dry-run", "query", type="boolean"),
                                    parameter("X-Tenant", "header")]},
            "get": {**told({"type": "array", "items": TOLD}), "operationId": "list",
                    "parameters": [parameter("no", "path"), parameter("page", "query", type="integer")]},
        },
        "/batch": {"post": {**body({"type": "array", "items": {"type": "string"}}), **told(TOLD),
                            "operationId": "many"}},
    },
}  # fmt: skip


def called(folder: Path, address: str, operation: str, **content: Any) -> Any:
    source = write(folder / "in", "api.yaml", yaml.safe_dump(CALLED))
    (made,) = drafts(source, source.parent, Options(system="RM", wanted=frozenset({"body"})))
    assert not [todo for todo in made.todos if "example" in todo or "row-path" in todo or "compile" in todo]
    for name, data in made.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    spec = load_spec(folder)
    assert "stock.example.cn" not in (folder / "spec.yaml").read_text("utf-8")
    agreement, request = Agreement(spec), Message("msg_1", "Draft", "HUB", content)
    channel = RestChannel(spec, Peer("RM", address))
    wire = channel.call(agreement.operation(operation), agreement.write_request(operation, request), Deadline.after(10))
    return agreement.read_reply(operation, wire, request).body


def test_path_query_header_and_body_of_one_name_each_reach_the_server(server: str, tmp_path: Path) -> None:
    got = called(tmp_path, server, "hold", no=7, path_no="a/b", dry_run=True, X_Tenant="t1")
    wanted = {"asked": "/api/v2/numbers/a%2Fb?dry-run=true", "tenant": "t1", "body": {"no": 7}}
    assert {name: got[name] for name in wanted} == wanted


def test_a_list_that_comes_back_stands_under_items(server: str, tmp_path: Path) -> None:
    (one,) = called(tmp_path, server, "list", no="8", page=2)["items"]
    assert one["asked"] == "/api/v2/numbers/8?page=2"


def test_a_body_that_is_a_list_is_sent_as_one(server: str, tmp_path: Path) -> None:
    assert called(tmp_path, server, "many", body=["x", "y"])["body"] == ["x", "y"]


def test_a_refusal_goes_through_the_error_table(server: str, tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        called(tmp_path, server, "list", no="gone", page=1)
    assert caught.value.code == "not_found"


LATE = {
    "openapi": "3.1.0",
    "info": {"title": "Port orders"},
    "paths": {"/orders": {"post": {
        **body(NUMBER), **BACK, "operationId": "order",
        "responses": {"202": {"description": "taken"}, "default": {"description": "other"}, "503": {"description": ""},
                      "4XX": {"description": ""}, "404": {"$ref": "#/components/responses/NoPort"}}}}},
    "components": {"responses": {"NoPort": {"description": "no such\n port"}}},
    "webhooks": {"port-changed": {"post": body(NUMBER)}},
}  # fmt: skip


@pytest.mark.parametrize(("direction", "ids"), [("outbound", ("port-orders", "port-orders-callbacks")),
                                                ("inbound", ("port-orders", "port-orders-sent"))])  # fmt: skip
def test_callbacks_and_webhooks_are_a_spec_of_the_other_direction(
    direction: str, ids: tuple[str, str], tmp_path: Path
) -> None:
    source = write(tmp_path / "in", "api.json", json.dumps(LATE))
    specs = {}
    for made in drafts(source, source.parent, Options(system="RM", direction=direction)):
        for name, text in made.files.items():
            write(tmp_path / made.id, name, text.decode())
        specs[made.id] = load_spec(tmp_path / made.id)
        assert not [todo for todo in made.todos if "example" in todo or "invalid" in todo or "compile" in todo]
    there, back = (specs[name] for name in ids)
    assert there.direction == direction != back.direction
    assert there.operations["order"].pattern == "async-request-reply"
    assert {name: op.wire["path"] for name, op in back.operations.items()} == {
        "done": "/done",
        "portChanged": "/port-changed",
    }
    assert [op.role for op in back.operations.values()] == ["event" if direction == "outbound" else None, None]


def test_answers_that_are_no_success_are_rows_of_the_error_table(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "api.json", json.dumps(LATE))
    made = drafts(source, source.parent, Options(system="RM"))[0]
    for name, text in made.files.items():
        write(tmp_path / "out", name, text.decode())
    rows = load_spec(tmp_path / "out").operations["order"].errors.exchange
    assert [(row.match, row.code, row.note) for row in rows] == [
        ("404", "not_found", "no such port"),
        ("503", "unavailable", "response 503 of the contract"),
    ]


def test_the_command_judges_a_folder_and_drafts_a_file(tmp_path: Path) -> None:
    write(tmp_path / "in", "api.json", json.dumps(CALLED))
    write(tmp_path / "in", "other.json", "{}")
    result = CliRunner().invoke(cli, ["interface", "import-openapi", str(tmp_path / "in"), "--check", "--json"])
    (line,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, line["ok"], line["declared"], line["operations"]) == (0, True, 3, 3)
    words = ["interface", "import-openapi", str(tmp_path / "in/api.json"), "--to", str(tmp_path / "out"), "--json"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out/stock/spec.yaml").exists()
