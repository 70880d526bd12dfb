"""Attacks 30, 37, 49 to 54 and 59 to 61: what stands in a value is a value, wherever it ends up."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest

from interfaces.failure import Failure
from interfaces.spec.loader import load_spec
from interfaces.spec.yaml_lines import read_yaml
from tests.security import bodies
from tests.security.answers import TRACES, told
from tests.security.bodies import EXCHANGE, SOAP, TMF
from tests.security.case import JSON, XML
from tests.security.hub import Hub
from tests.security.raw import Answer, ask, request
from tests.security.test_attacks import check_refusal

VALUES = {
    "SQL": "x'); DROP TABLE orders; --",
    "SQL in one line": "' OR '1'='1",
    "XPath": "' or count(//*)>0 or '",
    "LDAP": "*)(uid=*))(|(uid=*",
    "shell": "$(touch /tmp/x); `id` | cat /etc/passwd",
    "format string": "{0.__class__.__mro__} %s %n {self}",
    "Jinja": "{{ 987654*7 }}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "template": "${jndi:ldap://127.0.0.1:9/x} #{7*7}",
    "path": "../../../../etc/passwd",
    "script": "<script>alert(1)</script>",
    "event handler": "\"><img src=x onerror=alert(1)>'",
    "formula": '=HYPERLINK("http://127.0.0.1:9","x")',
    "bidi": "\u202eabc\u202c\u2066x\u2069",
    "homoglyph": "аdmin",
    "rare characters": "喆镕\U00020bb7龘",
    "line ends": "a\nb",
    "ANSI": "[31mred",
    "JSON": '{"$gt": ""}',
    "a placeholder of ours": "$number ~ &resource",
}
"""Kind -> a customer's name."""


def post(hub: Hub, path: str, body: str, **headers: str) -> Answer:
    kind = JSON if path == TMF else XML
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(hub.port, request(path, body.encode(), {"Content-Type": kind, **given}))


@pytest.mark.parametrize("kind", VALUES)
def test_a_value_is_kept_as_it_is_and_shown_as_text(hub: Hub, kind: str) -> None:
    value = VALUES[kind]
    body = json.loads(bodies.tmf())
    body["description"] = value
    answer = post(hub, TMF, json.dumps(body))
    assert told(answer) == "201 json"
    order = json.loads(answer.text)
    assert order["description"] == value
    ((kept,),) = hub.rows(f"SELECT body FROM orders WHERE id = '{order['id']}'")
    assert json.loads(kept)["description"] == value
    page = ask(hub.port, request(f"/orders/{order['id']}", method="GET")).text
    assert "<script" not in page
    assert "<img" not in page
    assert "6913578" not in page


@pytest.mark.parametrize("kind", VALUES)
def test_the_same_by_soap(hub: Hub, kind: str) -> None:
    number = f"INJ-{list(VALUES).index(kind)}"
    answer = post(hub, SOAP, bodies.soap(bodies.order(name=escape(VALUES[kind]), number=number)))
    assert told(answer) == "200 reply", answer.text
    ((kept,),) = hub.rows(f"SELECT body FROM orders WHERE external_id = '{number}'")
    names = {party.get("name") for party in json.loads(kept)["relatedParty"]}
    assert names == {VALUES[kind]}


ODD = [
    "%0d%0aSet-Cookie:%20a=b",
    "%0aSet-Cookie:a",
    "%00",
    "%1b[31m",
    "%e2%80%ae",
    "..%2f..%2fetc%2fpasswd",
    "%ff%fe",
    "'",
    "{{7*7}}",
    "%25s",
    "a" * 3000,
]
PLACES = [
    "/api/v1/orders/{}",
    "/api/v1/messages/{}/raw",
    "/api/v1/peers/{}/state",
    "/orders/{}",
    "/messages/{}",
    "/static/{}",
    "/{}",
    TMF + "/{}",
    "/docs/{}",
    "/soap/{}",
    "/http/{}",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:12])
def test_a_path_is_only_a_name(hub: Hub, place: str, odd: str) -> None:
    answer = ask(hub.port, request(place.format(quote(odd, safe="%'[]:")), method="GET"))
    assert answer.status in (400, 404, 405), answer.text
    assert "set-cookie" not in answer.headers
    assert "root:" not in answer.text
    assert [word for word in TRACES if word in answer.text] == []


QUERIES = {
    "/api/v1/orders?limit=-1": 400,
    "/api/v1/orders?limit=0": 400,
    "/api/v1/orders?limit=999999999": 400,
    "/api/v1/orders?limit=1e3": 400,
    "/api/v1/orders?limit=": 400,
    f"/api/v1/orders?cursor={'A' * 300}": 400,
    "/api/v1/orders?cursor=W10": 400,
    "/api/v1/orders?cursor=" + "W1s" * 100: 400,
    "/api/v1/orders?state=%27%3BDROP%20TABLE%20orders--": 200,
    "/api/v1/orders?text=%25%25%25%5F%5C": 200,
    "/api/v1/orders?text=%00": 200,
    "/api/v1/orders?external_id=%ed%a0%80": 200,
    f"/api/v1/orders?text={'a' * 201}": 400,
    "/api/v1/orders?order_by=body": 200,
    "/api/v1/messages?outcome[$ne]=ok": 200,
    "/api/v1/fallout?state=everything": 400,
    f"{TMF}?offset=-1": 400,
    f"{TMF}?offset=99999999999999999999": 400,
    f"{TMF}?limit=100000": 400,
    f"{TMF}?fields=__class__,body": 200,
    "/?cursor=x": 400,
    "/messages?cursor=%00": 400,
    "/?lang=%22%3E%3Cscript%3E": 200,
    "/?text=%22%3E%3Cscript%3E": 200,
}


@pytest.mark.parametrize("target", QUERIES)
def test_absurd_queries_are_refused_or_find_nothing(hub: Hub, target: str) -> None:
    answer = ask(hub.port, request(target, method="GET"))
    assert answer.status == QUERIES[target], answer.text
    assert "<script" not in answer.text
    if answer.status == 400:
        check_refusal(hub, answer)


def test_one_event_is_one_line_of_printable_text(hub: Hub) -> None:
    ask(hub.port, request("/a%0d%0atimestamp='x'%20level='error'%1b[2J", method="GET"))
    ask(hub.port, request(SOAP, b"<a", {"SOAPAction": '"\x1b[31mx"', "Content-Type": "a\x1b[31m"}))
    lines = [line for line in hub.log().splitlines() if not line.startswith("mboss serves")]
    assert all(line.startswith("timestamp='20") and line.isprintable() for line in lines)


# -- what is kept apart, and what is never dialled ---------------------------------------------------------------------


def test_a_host_header_is_in_no_contract_and_opens_no_page(hub: Hub) -> None:
    evil = {"Host": "evil.example.cn"}
    for path in (SOAP, EXCHANGE, "/soap/hub"):
        assert b"evil" not in ask(hub.port, request(f"{path}?wsdl", method="GET", headers=evil)).body
        assert b"evil" not in ask(hub.port, request(f"{path}?wsdl", method="GET")).body
    for path in ("/", "/orders/x", "/api/v1/orders", TMF):
        assert ask(hub.port, request(path, method="GET", headers=evil)).status == 403


@contextmanager
def nobody_calls() -> Iterator[str]:
    """An address; fails when somebody connects to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        called: list[object] = []

        def wait() -> None:
            try:
                called.append(server.accept())
            except OSError:
                return

        thread = threading.Thread(target=wait)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        thread.join()
    assert called == []


def test_no_address_in_a_message_is_dialled(hub: Hub) -> None:
    wsa = "http://www.w3.org/2005/08/addressing"
    with nobody_calls() as url:
        address = f'<a:Address xmlns:a="{wsa}">{url}</a:Address>'
        header = "".join(f'<a:{n} xmlns:a="{wsa}">{address}</a:{n}>' for n in ("ReplyTo", "FaultTo", "From"))
        located = bodies.order().replace(
            "<c:submitOrder", f'<c:submitOrder xmlns:i="{XSI}" i:schemaLocation="urn:x {url}"', 1
        )
        assert told(post(hub, SOAP, bodies.soap(located, header))) == "200 reply"
        post(hub, SOAP, bodies.soap(bodies.query(), prolog=f'<!DOCTYPE x SYSTEM "{url}">'))
        post(hub, SOAP, bodies.soap(bodies.order().replace(">CHAN<", f">{url}<")))
        links = json.dumps({"@schemaLocation": url, "@type": "ProductOrder", "href": url})[1:-1]
        post(hub, TMF, bodies.tmf(f", {links}"))
        post(hub, TMF, bodies.tmf(f', "callback": "{url}", "notificationContact": "{url}"'))


XSI = "http://www.w3.org/2001/XMLSchema-instance"


# -- one key, one effect -----------------------------------------------------------------------------------------------


def test_one_key_is_one_order(hub: Hub) -> None:
    body = bodies.tmf(number="ONE-KEY")
    first, again = post(hub, TMF, body), post(hub, TMF, body)
    assert json.loads(first.text)["id"] == json.loads(again.text)["id"]
    other = post(hub, TMF, body.replace("FTTH-300M", "VOICE-BASIC"))
    assert told(other) == "409 tmf conflict"
    check_refusal(hub, other)


@pytest.mark.parametrize("key", ["a" * 65, "a" * 5000])
def test_a_key_has_a_length(hub: Hub, key: str) -> None:
    assert told(post(hub, TMF, bodies.tmf(), Idempotency_Key=key)) == "400 tmf invalid"


def test_twenty_at_once_make_one_order(hub: Hub) -> None:
    for number in range(5):
        body = bodies.tmf(number=f"AT-ONCE-{number}")
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _, body=body: post(hub, TMF, body), range(20)))
        assert {answer.status for answer in answers} == {201}
        assert len({json.loads(answer.text)["id"] for answer in answers}) == 1


# -- the status page ---------------------------------------------------------------------------------------------------


def test_a_payload_runs_nowhere(hub: Hub) -> None:
    evil = '"><script>alert(1)</script>'
    answer = post(hub, SOAP, bodies.soap(bodies.order(name=escape(evil)).replace("submitOrder", "x")))
    (incident,) = set(re.findall(r"msg_\w{26}", answer.text))
    raw = ask(hub.port, request(f"/api/v1/messages/{incident}/raw", method="GET"))
    assert raw.headers["content-type"].startswith("text/plain")
    assert (raw.headers["x-content-type-options"], raw.headers["content-security-policy"]) == (
        "nosniff",
        "default-src 'none'; sandbox",
    )
    page = ask(hub.port, request(f"/messages/{incident}", method="GET"))
    assert "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]


# -- files that people bring -------------------------------------------------------------------------------------------

BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join(['*' + a] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
YAML = {
    "alias bomb": BOMB,
    "a loop": "a: &a [*a]",
    "python object": "a: !!python/object/apply:os.system ['true']",
    "python name": "a: !!python/name:os.system",
    "own tag": "a: !evil x",
    "binary tag": "a: !!binary aGk=",
    "merge key": "a: &a {x: 1}\nb: {<<: *a}",
    "a name twice": "a: 1\na: 2",
    "depth": "[" * 500 + "]" * 500,
    "2 MiB": "a: " + "x" * (2 << 20),
    "control character": "a: \x08",
    "NUL": "a: \0",
    "two documents": "a: 1\n---\nb: 2",
}


@pytest.mark.parametrize("kind", YAML)
def test_yaml_is_data_and_bounded(kind: str) -> None:
    with pytest.raises(Failure):
        read_yaml(YAML[kind], "spec.yaml")


@pytest.mark.parametrize(
    "contract",
    ["../../../../../../etc/passwd", "/etc/passwd", "..\\x.wsdl", "http://127.0.0.1:9/x.wsdl", "file:///etc/passwd"],
)
def test_a_contract_stands_beside_its_spec(tmp_path: Path, contract: str) -> None:
    from interfaces.agreement import Agreement
    from interfaces.spec.registry import bundled_folder

    text = (bundled_folder() / "RM/rm-resource/spec.yaml").read_text("utf-8")
    (tmp_path / "spec.yaml").write_text(text.replace("rm-resource.wsdl", json.dumps(contract)), "utf-8")
    with pytest.raises(Failure) as refused:
        Agreement(load_spec(tmp_path / "spec.yaml"))
    assert "root:" not in str(refused.value)
