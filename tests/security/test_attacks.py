"""Every attack of the lists against a real hub: answered properly, with an incident to look up, and it lives on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.security import bodies, encoding_cases, json_cases, route_cases, soap_cases, transport_cases, xml_cases
from tests.security.answers import TRACES, told
from tests.security.bodies import CANARIES
from tests.security.case import XML, Case
from tests.security.figures import Figures
from tests.security.hub import INCIDENT, Hub
from tests.security.raw import Answer, Wire, ask, request
from tests.security.transport_cases import RAW, RawCase

GROUPS = {
    "xml": xml_cases.CASES,
    "soap": soap_cases.CASES,
    "encodings": encoding_cases.CASES,
    "json": json_cases.CASES,
    "routes": route_cases.CASES,
    "compression": transport_cases.CASES,
}
ALL = [pytest.param(group, case, id=case.id) for group, cases in GROUPS.items() for case in cases]

DOORS = (bodies.SOAP, bodies.HTTP, bodies.TMF)

GOOD = ("200 reply", "200 root 0000", "201 json", "200 definitions", "200")
"""What is no refusal."""


@pytest.mark.parametrize(("group", "case"), ALL)
def test_it_is_answered_properly(hub: Hub, figures: Figures, group: str, case: Case) -> None:
    answer = figures.measure(hub, group, case.id, case.bytes, lambda data: ask(hub.port, data))
    assert told(answer) == case.want, answer.text[:500]
    if case.want not in GOOD:
        check_refusal(hub, answer, bodyless=case.method == "HEAD")
    assert hub.alive


@pytest.mark.parametrize("case", RAW, ids=lambda case: case.id)
def test_bytes_are_answered_properly(hub: Hub, figures: Figures, case: RawCase) -> None:
    def send(data: bytes) -> list[Answer]:
        with Wire(hub.port) as wire:
            wire.send(data)
            answers = [wire.answer() for _ in case.want]
            assert wire.ended(), "the connection is closed after the last answer"
            return answers

    answers = figures.measure(hub, "transport", case.id, case.data, send)
    assert [told(answer) for answer in answers] == list(case.want)
    for answer in answers:
        if told(answer) not in GOOD:
            check_refusal(hub, answer)
    assert hub.alive


WORST = (
    "20000 namespaces",
    "a million less-than signs",
    "1 MB attribute",
    "unclosed CDATA",
    "multi-ref text copied",
    "150000 children",
    "unclosed brackets",
    "300000 elements",
)


def test_others_are_served_while_the_worst_are_refused(hub: Hub) -> None:
    """As many at once as a caller likes: honest messages find their answer among them."""
    cases = [case for group in GROUPS.values() for case in group if case.what in WORST and case.path in DOORS] * 3
    assert {case.what for case in cases} == set(WORST)
    with ThreadPoolExecutor(16) as pool:
        refused = [pool.submit(ask, hub.port, case.bytes()) for case in cases]
        honest = request(bodies.SOAP, bodies.soap(bodies.query()).encode(), {"Content-Type": XML})
        answers = {told(ask(hub.port, honest)) for _ in range(10)}
        health = {ask(hub.port, request("/healthz", method="GET")).status for _ in range(10)}
        assert [told(future.result()) for future in refused] == [case.want for case in cases]
    assert (answers, health) == ({"200 reply"}, {200})
    assert hub.alive


def check_refusal(hub: Hub, answer: Answer, bodyless: bool = False) -> None:
    """No trace of our inside, no echo of what was sent, and one incident that an operator finds."""
    assert [word for word in TRACES if word in answer.text] == []
    assert [value for value in CANARIES if value in answer.text] == []
    if not bodyless:
        (incident,) = set(INCIDENT.findall(answer.text))
        assert hub.knows(incident)
