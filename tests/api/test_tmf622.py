"""TMF622: the bundled schema below is ours, written after the official document's ProductOrder."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
from fastapi.testclient import TestClient

from interfaces.agreement import Agreement
from interfaces.spec.loader import load_spec

JSON = "application/json"
PATH = "/tmf-api/productOrderingManagement/v4/productOrder"
STATES = ["acknowledged", "rejected", "pending", "held", "inProgress", "cancelled", "completed", "failed", "partial"]
TEXT = {"type": "string", "minLength": 1}
REF = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "name": TEXT}}
ORDER = {
    "type": "object",
    "required": ["id", "href", "state", "productOrderItem"],
    "properties": {
        "id": TEXT,
        "href": {"type": "string", "format": "uri-reference"},
        "externalId": TEXT,
        "state": {"enum": STATES},
        "orderDate": {"type": "string", "format": "date-time"},
        "completionDate": {"type": "string", "format": "date-time"},
        "cancellationDate": {"type": "string", "format": "date-time"},
        "cancellationReason": TEXT,
        "category": TEXT,
        "description": TEXT,
        "priority": TEXT,
        "requestedStartDate": TEXT,
        "requestedCompletionDate": TEXT,
        "note": {"type": "array"},
        "billingAccount": REF,
        "channel": {"type": "array", "items": REF},
        "@type": {"const": "ProductOrder"},
        "relatedParty": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "@referredType"],
                "properties": {"id": TEXT, "name": TEXT, "role": TEXT, "@referredType": TEXT},
            },
        },
        "productOrderItem": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "action"],
                "properties": {
                    "id": TEXT,
                    "action": {"enum": ["add", "modify", "delete", "noChange"]},
                    "state": {"enum": STATES},
                    "productOffering": REF,
                    "billingAccount": REF,
                    "product": {"type": "object"},
                    "@type": TEXT,
                },
            },
        },
    },
    "additionalProperties": False,
}
ERROR = {
    "type": "object",
    "required": ["code", "reason", "status"],
    "additionalProperties": {"type": "string"},
}


def check(order: Any) -> None:
    jsonschema.validate(order, ORDER, format_checker=jsonschema.FormatChecker())


def test_an_order_is_created_and_read_back(client: TestClient) -> None:
    made = client.post(PATH, json={"externalId": "T-1", "productOrderItem": []})
    assert made.status_code == 201
    check(made.json())
    again = client.get(made.headers["location"])
    assert again.json() == made.json()


def test_orders_are_listed_by_offset_with_their_total(client: TestClient) -> None:
    page = client.get(PATH, params={"offset": 1, "limit": 2})
    assert (page.headers["x-total-count"], page.headers["x-result-count"]) == ("5", "2")
    for order in page.json():
        check(order)


def test_orders_are_filtered_by_number_and_state(client: TestClient) -> None:
    assert [o["id"] for o in client.get(PATH, params={"externalId": "WEB-1"}).json()] == ["ord_done"]
    assert [o["id"] for o in client.get(PATH, params={"state": "failed"}).json()] == ["ord_undone"]
    assert client.get(PATH, params={"state": "nonsense"}).json() == []


def test_only_the_attributes_asked_for_are_given(client: TestClient) -> None:
    order = client.get(f"{PATH}/ord_done", params={"fields": "state,externalId"}).json()
    assert set(order) == {"id", "href", "state", "externalId"}


def test_the_bundled_agreement_reads_what_is_posted(client: TestClient, hub: Any) -> None:
    folder = files("interfaces") / "systems" / "TMF" / "tmf622-order"
    agreement = Agreement(load_spec(Path(str(folder)) / "spec.yaml"))
    hub.registry.get = lambda spec_id, version="": agreement
    posted = json.loads((folder / "examples" / "install-ftth.request.json").read_text("utf-8"))
    wanted = json.loads((folder / "examples" / "install-ftth.canonical.json").read_text("utf-8"))
    assert client.post(PATH, json=posted).status_code == 201
    assert hub.intake.taken[0].received.message.body == wanted
    refused = client.post(PATH, json=posted | {"productOrderItem": [{"id": "1", "action": "explode"}]})
    jsonschema.validate(refused.json(), ERROR)
    assert refused.status_code == 400


def bundled_agreement() -> Agreement:
    return Agreement(load_spec(Path(str(files("interfaces") / "systems/TMF/tmf622-order/spec.yaml"))))


def unnumbered() -> dict[str, Any]:
    example = files("interfaces") / "systems/TMF/tmf622-order/examples/install-ftth.request.json"
    return {name: value for name, value in json.loads(example.read_text("utf-8")).items() if name != "externalId"}


def test_an_order_without_a_number_has_the_idempotency_key_for_one(client: TestClient, hub: Any) -> None:
    hub.registry.get = lambda spec_id, version="": bundled_agreement()
    for _ in range(2):
        assert client.post(PATH, json=unnumbered(), headers={"Idempotency-Key": "K-1"}).status_code == 201
    messages = [inbound.received.message for inbound in hub.intake.taken]
    assert [(message.key, message.exchange_id) for message in messages] == [("K-1", "K-1")] * 2


def test_an_order_with_neither_is_a_new_one_each_time(client: TestClient, hub: Any) -> None:
    hub.registry.get = lambda spec_id, version="": bundled_agreement()
    for _ in range(2):
        assert client.post(PATH, json=unnumbered()).status_code == 201
    first, second = (inbound.received.message.key for inbound in hub.intake.taken)
    assert first
    assert first != second


def test_an_idempotency_key_longer_than_a_number_may_be_is_refused(client: TestClient, hub: Any) -> None:
    hub.registry.get = lambda spec_id, version="": bundled_agreement()
    answer = client.post(PATH, json=unnumbered(), headers={"Idempotency-Key": "k" * 65})
    assert (answer.status_code, "Idempotency-Key" in answer.text) == (400, True)


def test_credentials_of_the_caller_never_reach_the_journal(client: TestClient, hub: Any) -> None:
    headers = {"Authorization": "Bearer secret", "Cookie": "s=1", "Idempotency-Key": "K-2"}
    client.post(PATH, json={"externalId": "A", "productOrderItem": []}, headers=headers)
    kept = {name for name in hub.intake.taken[0].wire.headers if not name.startswith(":")}
    assert kept == {"idempotency-key"}


def test_a_compressed_body_is_refused_in_words(client: TestClient) -> None:
    answer = client.post(PATH, content=b"\x1f\x8b", headers={"Content-Type": JSON, "Content-Encoding": "gzip"})
    assert answer.status_code == 415
    assert "compressed" in answer.json()["reason"]


def test_a_refusal_tells_no_folder_of_this_machine(client: TestClient, hub: Any) -> None:
    hub.registry.get = lambda spec_id, version="": bundled_agreement()
    order = unnumbered()
    answer = client.post(PATH, json=order | {"productOrderItem": order["productOrderItem"] * 2})
    assert answer.status_code == 400
    assert "spec.yaml:" in answer.json()["message"]
    assert "/spec.yaml" not in answer.json()["message"]


def test_identity_documents_are_not_given(client: TestClient) -> None:
    assert "identification" not in client.get(f"{PATH}/ord_done").text


def test_an_order_of_another_type_is_not_found(client: TestClient) -> None:
    answer = client.get(f"{PATH}/ord_child")
    jsonschema.validate(answer.json(), ERROR)
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (404, "not_found", "404")


def test_a_malformed_order_is_refused_and_journalled(client: TestClient, hub: Any) -> None:
    answer = client.post(PATH, json={"productOrderItem": []})
    jsonschema.validate(answer.json(), ERROR)
    assert (answer.status_code, answer.json()["referenceError"]) == (400, "urn:mboss:incident:msg_refused")
    assert "externalId: is missing" in answer.json()["message"]
    assert len(hub.intake.refused) == 1


def test_other_content_under_one_number_is_a_conflict(client: TestClient) -> None:
    answer = client.post(PATH, json={"externalId": "OTHER", "productOrderItem": []})
    jsonschema.validate(answer.json(), ERROR)
    assert (answer.status_code, answer.json()["referenceError"]) == (409, "urn:mboss:incident:msg_1")


def test_absurd_paging_and_unknown_paths_get_tmf_errors(client: TestClient) -> None:
    for answer in (
        client.get(PATH, params={"offset": -1}),
        client.get(PATH, params={"limit": 10**30}),
        client.get(f"{PATH}/a/b"),
        client.put(PATH),
        client.post(PATH, content=b"<xml/>", headers={"Content-Type": "text/xml"}),
    ):
        jsonschema.validate(answer.json(), ERROR)
        assert 400 <= answer.status_code < 500


def test_the_docs_page_shows_no_marks_of_the_source(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "Orders, the newest first" in page
    assert "`" not in page
