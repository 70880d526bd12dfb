"""VAS takes, suspends, resumes and cancels subscriptions by its REST API, each request once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import yaml

from mocks.peers.vas_api import SERVICE
from mocks.spyne_side import FIELD
from tests.mocks.conftest import SYSTEMS, Play

BASE = "/vsop/v1"
NUMBER = "0571-81000001"


class Api:
    def __init__(self, world: Play) -> None:
        self._world = world

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self._world.http.post(f"{self._world.urls['VAS']}{BASE}{path}", json={"lanId": "8330100", **body})

    def get(self, path: str, **query: str) -> dict[str, Any]:
        url = f"{self._world.urls['VAS']}{BASE}{path}"
        found: dict[str, Any] = self._world.http.get(url, params={"lanId": "8330100", **query}).json()
        return found

    def subscribe(self, request: str, id: str = "PI-1", service: str = "VAS-RINGTONE") -> dict[str, Any]:
        body = {"requestId": request, "subscriptionId": id, "serviceId": service, "accNbr": NUMBER}
        found: dict[str, Any] = self.post("/subscriptions", **body).json()
        return found

    def change(self, what: str, request: str, **more: str) -> str:
        return str(self.post(f"/subscriptions/PI-1/{what}", requestId=request, **more).json()["resultCode"])


@pytest.fixture
def world(play: Callable[..., Play]) -> Play:
    return play("VAS")


@pytest.fixture
def api(world: Play) -> Api:
    return Api(world)


def test_a_subscription_is_taken_suspended_resumed_and_cancelled(world: Play, api: Api) -> None:
    assert api.subscribe("r1")["subState"] == "A"
    assert [api.change(*step) for step in (("suspension", "r2"), ("resumption", "r3"), ("cancellation", "r4"))] == [
        "0"
    ] * 3
    assert world.look("VAS", "state")["subscriptions"]["PI-1"]["state"] == "cancelled"
    steps = {("r1", "subscribe"): 1, ("r2", "suspend"): 1, ("r3", "resume"): 1, ("r4", "cancel"): 1}
    assert world.effects("VAS") == steps


def test_the_same_request_again_gets_the_first_answer_and_does_nothing(world: Play, api: Api) -> None:
    assert api.subscribe("r1") == api.subscribe("r1")
    assert world.effects("VAS") == {("r1", "subscribe"): 1}
    assert api.get("/requests/r1")["requestState"] == "DONE"
    assert api.get("/requests/r2")["requestState"] == "NONE"


@pytest.mark.parametrize(
    ("before", "asked", "code"),
    [
        ([], "suspension", "5003"),
        (["cancellation"], "suspension", "5004"),
        ([], "resumption", "5003"),
        (["cancellation"], "resumption", "5004"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(api: Api, before: list[str], asked: str, code: str) -> None:
    if before:
        api.subscribe("r0")
    for number, step in enumerate(before):
        api.change(step, f"b{number}")
    assert api.change(asked, "r1") == code


def test_a_resume_while_something_else_bars_lifts_nothing(world: Play, api: Api) -> None:
    api.subscribe("r1")
    for request, step, bars in (("r2", "suspension", "2"), ("r3", "suspension", "2"), ("r4", "resumption", "2")):
        assert api.change(step, request, barLevel=bars) == "0"
    assert world.look("VAS", "state")["subscriptions"]["PI-1"]["state"] == "suspended"
    assert api.change("resumption", "r5", barLevel="0") == "0"
    assert world.look("VAS", "state")["subscriptions"]["PI-1"]["state"] == "active"


def test_a_change_that_takes_an_earlier_one_back_brings_back_what_was(world: Play, api: Api) -> None:
    api.subscribe("r1")
    api.change("suspension", "r2", barLevel="2")
    api.change("suspension", "r3", barLevel="2")
    api.change("resumption", "r4", origRequestId="r3")
    assert world.look("VAS", "state")["subscriptions"]["PI-1"]["state"] == "suspended"
    api.change("resumption", "r5", origRequestId="r2")
    assert world.look("VAS", "state")["subscriptions"]["PI-1"]["state"] == "active"


def test_unknown_services_and_second_subscriptions_are_refused(api: Api) -> None:
    assert api.subscribe("r1", service="VAS-HOROSCOPE")["resultCode"] == "5001"
    assert api.subscribe("r2")["resultCode"] == "0"
    assert api.subscribe("r3")["resultCode"] == "5002"


def test_what_a_number_has_can_be_asked(api: Api) -> None:
    api.subscribe("r1")
    (found,) = api.get("/subscriptions", accNbr=NUMBER)["subscription"]
    assert (found["subscriptionId"], found["serviceId"], found["subState"]) == ("PI-1", "VAS-RINGTONE", "A")
    assert api.get("/subscriptions", accNbr="0571-1")["subscription"] == []
    assert api.get("/subscriptions")["resultCode"] == "5005"


def test_one_service_twice_for_one_number_is_a_finding(world: Play, api: Api) -> None:
    api.subscribe("r1")
    assert world.look("VAS", "verify")["ok"]
    api.subscribe("r2", "PI-2")
    (finding,) = world.look("VAS", "verify")["findings"]
    assert NUMBER in finding


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"requestId": "r1"}, "accNbr is required"),
        ({"requestId": 7}, "requestId must be text"),
        ({"requestId": "r" * 41}, "requestId has more than 40 characters"),
        ({"colour": "red"}, "colour is not known"),
        ({"param": [{"name": "x"}]}, "param[0].value is required"),
    ],
)
def test_a_request_that_breaks_the_contract_is_told_where(api: Api, body: dict[str, Any], said: str) -> None:
    refused = api.post("/subscriptions", **body)
    assert refused.status_code == 400
    assert said in refused.json()["detail"]


def test_faults_spoil_rest_answers_too(world: Play, api: Api) -> None:
    world.fault("VAS", "http_503")
    assert api.post("/subscriptions/PI-1/suspension", requestId="r1").status_code == 503
    world.fault("VAS", "fault")
    assert (
        api.post("/subscriptions/PI-1/suspension", requestId="r1").headers["content-type"] == "application/problem+json"
    )
    world.fault("VAS", "timeout_but_done", seconds=0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        api.subscribe("r2")
    assert world.effects("VAS") == {("r2", "subscribe"): 1}


def test_the_vendors_own_description_has_the_operations_and_fields_of_the_agreed_one() -> None:
    file = SYSTEMS / "VAS" / "vas-subscription" / "vas-subscription.openapi.yaml"
    agreed = yaml.safe_load(file.read_text("utf-8"))
    there = {}
    for path, methods in agreed["paths"].items():
        for method, operation in methods.items():
            there[operation["operationId"]] = (f"{method.upper()} {path}", _fields(agreed, operation))
    ours = {name: (place, set(_required(fields))) for name, (place, fields) in SERVICE.operations.items()}
    assert ours == there


def _required(fields: str) -> list[tuple[str, bool]]:
    return [(m["name"], bool(m["required"])) for m in map(FIELD.fullmatch, fields.split()) if m]


def _fields(agreed: dict[str, Any], operation: dict[str, Any]) -> set[tuple[str, bool]]:
    found = {(p["name"], bool(p.get("required"))) for p in operation.get("parameters", ())}
    if "requestBody" in operation:
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        schema = agreed["components"]["schemas"][name]
        found |= {(field, field in schema["required"]) for field in schema["properties"]}
    return found
