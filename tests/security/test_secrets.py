"""Attack 63: an ID number, a phone number, a name and credentials through every door and many faults, then a search.

They stand where an order needs them (its body, its tasks, the journal) and nowhere else: no log, no file beside the
store, no other column, no metric, no page, no answer to a refusal. A peer that quotes our request brings none in.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.registry import BundledRegistry, bundled_folder
from interfaces.wire import WireMessage
from tests.security import bodies
from tests.security.answers import told
from tests.security.bodies import CANARIES, CERT, EXCHANGE, HTTP, NAME, PHONE, SOAP, TMF
from tests.security.case import JSON, XML
from tests.security.hub import Hub, serving
from tests.security.raw import ask, request

PASSWORD, TOKEN = "Pa55-canary-4711", "Bearer-canary-4712"
SECRETS = (*CANARIES, PASSWORD, TOKEN)

NEEDED = {
    ("message", "raw"),
    ("message", "canonical"),
    ("orders", "body"),
    ("task", "body"),
    ("task", "undo"),
    ("task", "output"),
}
"""Columns that hold what an order is about."""

CREDENTIALS = {
    "Authorization": TOKEN,
    "Cookie": f"session={PASSWORD}",
    "X-Api-Key": TOKEN,
    "Proxy-Authorization": TOKEN,
}
SECURITY = f'<w:Security xmlns:w="urn:wsse"><w:Password>{PASSWORD}</w:Password></w:Security>'


def messages() -> Iterator[tuple[str, str, str]]:
    """(path, type, body): honest ones first, then one for each step at which a message can fail."""
    yield SOAP, XML, bodies.soap(bodies.order(), SECURITY)
    yield TMF, JSON, bodies.tmf()
    yield HTTP, XML, bodies.contract_root(f"<CustName>{NAME}</CustName>")
    yield EXCHANGE, XML, bodies.wrapped(bodies.contract_root(f"<CustName>{NAME}</CustName>"))
    for broken in _broken(bodies.order()):
        yield SOAP, XML, bodies.soap(broken, SECURITY)
    yield SOAP, XML, bodies.soap(bodies.order(), SECURITY.replace("<w:Security", '<w:Security s:mustUnderstand="1"'))
    for cut in (-60, -200, -400):
        yield SOAP, XML, bodies.soap(bodies.order())[:cut]
        yield TMF, JSON, bodies.tmf()[:cut]
    for field in ("SrcSysSign", "BusCode", "ReqTime"):
        yield HTTP, XML, bodies.contract_root(**{field: PASSWORD})
        yield EXCHANGE, XML, bodies.wrapped(bodies.contract_root(**{field: PASSWORD}))
    yield HTTP, JSON, bodies.contract_root_json(f', "CustName": "{NAME}"')
    for member in (f', "area": "{CERT}"', f', "x": "{NAME}"', f', "state": {{"phone": "{PHONE}"}}', ', "area": 1e400'):
        yield TMF, JSON, bodies.tmf(member)
    for name, value in (("phone", PHONE), ("name", NAME), ("number", CERT), ("externalId", NAME)):
        wrong = bodies.tmf().replace(f'"{name}": "', f'"{name}": ["{value}"], "_{name}": "')
        yield TMF, JSON, wrong
    yield TMF, JSON, bodies.tmf().replace('"add"', f'"{NAME}"').replace("FTTH-300M", CERT)


def _broken(order: str) -> Iterator[str]:
    yield order.replace(f"<c:certNo>{CERT}", f"<c:certNo>{CERT * 20}")
    yield order.replace("<c:certType>1", f"<c:certType>{CERT}")
    yield order.replace("<c:custKind>PERSON", f"<c:custKind>{NAME}")
    yield order.replace("<c:itemAction>ADD", f"<c:itemAction>{NAME}")
    yield order.replace("<c:custName>", f'<c:custName x="{CERT}">')
    yield order.replace("</c:custName>", f"<c:{'x'}>{CERT}</c:{'x'}></c:custName>")
    yield order.replace("<c:contactPhone>", f"<c:surprise>{PHONE}</c:surprise><c:contactPhone>")
    yield order.replace("c:submitOrder", "c:queryOrder")
    yield order.replace("<c:orderItem>", f"<c:priority>{CERT}</c:priority><c:orderItem>")


@pytest.fixture(scope="module")
def told_everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with serving(tmp_path_factory.mktemp("secrets")) as hub:
        for path, kind, body in messages():
            answer = ask(hub.port, request(path, body.encode(), {"Content-Type": kind, **CREDENTIALS}))
            assert answer.status, body
            if answer.status != 201:  # a TMF order is answered with itself
                assert [s for s in SECRETS if s in answer.text] == [], told(answer)
        for target in (
            f"/api/v1/orders?text={CERT}&limit=abc",
            f"/messages?key={PHONE}&cursor={CERT}",
            f"/x?{PASSWORD}",
        ):
            ask(hub.port, request(target, method="GET", headers=CREDENTIALS))
        ask(hub.port, f"GET /\0{CERT} {PASSWORD}\r\n\r\n".encode())
        yield hub


def test_no_log_and_no_file_beside_the_store_holds_them(told_everything: Hub) -> None:
    files = [f for f in told_everything.data.rglob("*") if f.is_file() and not f.name.startswith(("hub.db", "crm.db"))]
    assert any(f.name == "hub.log" for f in files)
    assert [(f.name, s) for f in files for s in SECRETS if s.encode() in f.read_bytes()] == []


def test_only_columns_that_need_them_hold_them(told_everything: Hub) -> None:
    found = set(found_in(told_everything.data / "hub.db"))
    assert {(table, column) for table, column, _ in found} <= NEEDED
    assert {s for _, _, s in found} >= set(CANARIES), "they did go through"
    assert {(t, c) for t, c, s in found if s in (PASSWORD, TOKEN)} <= {("message", "raw")}, "as sent, nowhere else"


def found_in(store: Path) -> Iterator[tuple[str, str, str]]:
    """(table, column, secret), as text, as JSON with escapes, and as bytes."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')
            for row in rows.fetchall():
                for (column, *_), value in zip(rows.description, row, strict=True):
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    yield from ((table, column, s) for s in SECRETS if any(form in raw for form in _forms(s)))


def _forms(secret: str) -> tuple[bytes, ...]:
    return secret.encode(), json.dumps(secret)[1:-1].encode(), secret.encode("gb18030"), secret.encode("utf-16-le")


API = ("balance", "peers", "orders", "messages", "fallout", "tasks", "topology", "interfaces")
SEEN = [*(f"/api/v1/{name}" for name in API), "/metrics", "/docs", "/", "/messages", "/fallout", "/peers"]
OF_ORDER = ("/api/v1/orders/{}", "/api/v1/orders/{}/timeline", "/orders/{}")
OF_MESSAGE = ("/api/v1/messages/{}", "/messages/{}")


def test_what_people_and_collectors_see_is_masked(told_everything: Hub) -> None:
    hub = told_everything
    found = {name: [one["id"] for one in hub.get(f"/api/v1/{name}?limit=200")["items"]] for name in API[2:4]}
    assert all(found.values())
    paths = SEEN + [path.format(one) for path in OF_ORDER for one in found["orders"]]
    paths += [path.format(one) for path in OF_MESSAGE for one in found["messages"]]
    shown = {path: ask(hub.port, request(path, method="GET")).text for path in paths}
    assert [(path, s) for path, text in shown.items() for s in CANARIES if s in text] == []


@pytest.fixture(scope="module")
def sps() -> Agreement:
    return BundledRegistry().get("sps-service")


def test_what_a_peer_quotes_of_our_request_is_masked(sps: Agreement) -> None:
    example = next((bundled_folder() / "SPS/sps-service/examples").glob("*.canonical.json"))
    body = json.loads(example.read_text("utf-8"))
    body["relatedParty"] = [{"role": "contact", "name": NAME, "phone": PHONE}]
    asked = Message("msg_1", "ServiceOrder", "CRM", body, key="K", area="8330100")
    quoting = (
        f'<s:Envelope xmlns:s="{bodies.S}"><s:Body><s:Fault><faultcode>s:Client</faultcode>'
        f"<faultstring>contact {NAME} ({PHONE}) is no customer</faultstring></s:Fault></s:Body></s:Envelope>"
    )
    wire = WireMessage(quoting.encode(), "text/xml", {":status": "500"})
    with pytest.raises(Failure) as refused:
        sps.read_reply("provision", wire, asked)
    said = json.dumps(refused.value.to_json(), ensure_ascii=False)
    assert [s for s in CANARIES if s in said] == []
    assert "is no customer" in said
