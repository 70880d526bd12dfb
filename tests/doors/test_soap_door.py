from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from adapters.doors.asgi import build
from interfaces.failure import Failure
from interfaces.message import Message
from tests.doors.parts import fake_hub, fetch

XML = {"content-type": "text/xml; charset=utf-8"}


@pytest.fixture
def hub() -> Any:
    return fake_hub()


def post(hub: Any, body: bytes = b"order", /, **headers: str) -> Any:
    return fetch(build(hub)["/soap"], "POST", "/soap/order-intake", body, {**XML, **headers})


def test_an_order_is_submitted_with_its_original_bytes_and_answered(hub: Any) -> None:
    answer = post(hub, b"order 7")
    assert (answer.status_code, answer.text) == (200, "<done>order 7</done>")
    (inbound,) = hub.intake.submitted
    assert (inbound.wire.body, inbound.endpoint) == (b"order 7", "soap:/soap/order-intake")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_cannot_be_read_is_journalled_and_answered_with_its_incident(hub: Any) -> None:
    answer = post(hub, b"broken")
    assert answer.status_code == 500
    assert answer.text == "<fault code='Client' incident='msg_refused1'>unread: not well-formed</fault>"
    (wire, failure, endpoint) = hub.intake.refused[0]
    assert (wire.body, failure.reason, endpoint) == (b"broken", "xml", "soap:/soap/order-intake")


def test_what_the_intake_refuses_is_answered_with_the_row_it_has_in_the_journal(hub: Any) -> None:
    def refuse(_: object) -> Message:
        raise Failure("conflict", "another order is in transit")

    hub.intake.outcome = refuse
    answer = post(hub)
    assert "incident='msg_1'>read: another order" in answer.text
    assert hub.intake.refused == []


def test_when_not_even_the_refusal_can_be_journalled_the_caller_still_gets_a_number(hub: Any) -> None:
    def down(*_: object) -> Any:
        raise Failure("unavailable", "the store is down")

    hub.intake.refuse = down
    answer = post(hub, b"broken")
    assert answer.status_code == 500
    assert "incident='inc_" in answer.text


@pytest.mark.parametrize("fails", ["reading", "submitting"])
def test_a_fault_of_our_own_is_never_a_bare_500_and_tells_nothing(
    hub: Any, fails: str, capfd: pytest.CaptureFixture[str]
) -> None:
    def bug(_: object) -> Message:
        raise KeyError("a customer's name")

    hub.intake.outcome = bug
    answer = post(hub, b"bug" if fails == "reading" else b"order")
    assert answer.status_code == 500
    assert "code='Server' incident='msg_refused1'" in answer.text
    assert "customer" not in answer.text + "".join(capfd.readouterr())


def test_the_wsdl_has_the_configured_address_whatever_the_caller_calls_us(hub: Any) -> None:
    answer = fetch(build(hub)["/soap"], "GET", "/soap/order-intake?wsdl", headers={"host": "evil.example.cn"})
    assert answer.text == "<definitions location='http://hub.example.cn:8080/soap/order-intake'/>"


@pytest.mark.parametrize("path", ["/soap/nothing", "/soap/rm-resource", "/soap/contractroot-query", "/soap/"])
@pytest.mark.parametrize("query", ["", "?wsdl"])
def test_an_interface_that_is_not_served_here_is_a_404_and_still_a_fault(hub: Any, path: str, query: str) -> None:
    answer = fetch(build(hub)["/soap"], "GET" if query else "POST", path + query, b"order", XML)
    assert answer.status_code == 404
    assert "<faultcode>soap:Client</faultcode>" in answer.text
    assert "msg_refused1" in answer.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_other_methods_are_refused_in_words(hub: Any, method: str) -> None:
    answer = fetch(build(hub)["/soap"], method, "/soap/order-intake", b"order", XML)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")


def test_the_404_names_what_is_served_by_soap_and_nothing_else(hub: Any) -> None:
    told = fetch(build(hub)["/soap"], "POST", "/soap/nothing", b"order", XML)
    assert "order-intake" in told.text
    assert "rm-resource" not in told.text


def test_an_address_with_characters_xml_cannot_carry_is_no_bare_500(hub: Any) -> None:
    answer = fetch(build(hub)["/soap"], "POST", "/soap/order%00intake%01", b"order", XML)
    assert answer.status_code == 404
    assert "Fault>" in answer.text


def test_a_body_beyond_the_limit_is_refused_unread(hub: Any) -> None:
    answer = post(hub, b"x" * 200_000)
    assert answer.status_code == 413
    assert hub.intake.refused[0][0].body == b""


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/related; boundary=x", ""])
def test_other_content_types_than_soap_1_1_are_refused(hub: Any, content_type: str) -> None:
    answer = post(hub, **{"content-type": content_type})
    assert answer.status_code == 415
    assert "served here" in answer.text or "content type" in answer.text


def test_who_speaks_soap_1_2_is_told_so(hub: Any) -> None:
    answer = post(hub, **{"content-type": "application/soap+xml; charset=utf-8"})
    assert answer.status_code == 500
    assert "SOAP 1.2 is not served here" in answer.text


def test_methods_can_be_asked_for(hub: Any) -> None:
    answer = fetch(build(hub)["/soap"], "OPTIONS", "/soap/order-intake")
    assert (answer.status_code, answer.headers["allow"]) == (200, "POST, OPTIONS")


def test_a_compressed_body_is_refused(hub: Any) -> None:
    assert "compressed" in post(hub, **{"content-encoding": "gzip"}).text


@pytest.mark.parametrize("action", ["", '""', '"urn:submitOrder"', "urn:submitOrder"])
def test_a_soapaction_that_agrees_or_says_nothing_passes(hub: Any, action: str) -> None:
    assert post(hub, soapaction=action).status_code == 200


@pytest.mark.parametrize("action", ['"urn:queryOrder"', '"submitOrder"', "x" * 65_000])
def test_a_soapaction_of_another_operation_is_refused(hub: Any, action: str) -> None:
    answer = post(hub, soapaction=action)
    assert answer.status_code == 500
    assert "SOAPAction" in answer.text
    assert hub.intake.submitted == []


def test_credentials_in_headers_never_reach_the_message(hub: Any) -> None:
    post(hub, authorization="Basic c2VjcmV0", cookie="a=b")
    assert set(hub.intake.submitted[0].wire.headers) == {":method", ":path", ":query"}


@pytest.mark.parametrize(
    ("size", "stages"),
    [(100, "peek peek read_opened read_opened"), (20_000, "peek read_opened peek read_opened")],
    ids=["small ones go abreast", "a large one's tree is gone before the next one is parsed"],
)
def test_requests_that_come_together(hub: Any, size: int, stages: str) -> None:
    agreement, told = hub.registry.get("order-intake"), []
    for stage in ("peek", "read_opened"):
        setattr(agreement, stage, _telling(stage, getattr(agreement, stage), told.append))
    door = build(hub)["/soap"]

    async def both() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://x") as client:
            posts = [client.post("/soap/order-intake", content=b"x" * size, headers=XML) for _ in range(2)]
            return await asyncio.gather(*posts)

    assert [answer.status_code for answer in asyncio.run(both())] == [200, 200]
    assert " ".join(told) == stages


def _telling(stage: str, work: Callable[[Any], Any], tell: Callable[[str], None]) -> Callable[[Any], Any]:
    def told(given: Any) -> Any:
        tell(stage)
        return work(given)

    return told
