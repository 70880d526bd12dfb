"""How a partner proves who it is at a door: API key, SrcSysSign, UsernameToken; and what its messages may claim."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.doors.asgi import build
from hub.clock import StoreClock
from hub.config import load
from hub.identity import subscriptions
from hub.identity.gate import Gate
from hub.identity.subscriptions import Change, Proof
from hub.intake import Intake
from hub.store.writer import Store
from interfaces.clock import MINUTE, SECOND, real_now, to_rfc3339
from interfaces.codec import safe_xml
from interfaces.envelope import wsse
from interfaces.message import Message
from interfaces.spec.registry import BundledRegistry
from interfaces.wire import WireMessage
from tests.doors.parts import Intake as FakeIntake
from tests.doors.parts import fetch
from tests.identity.town import let_in

AREA = "8330100"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
REGISTRY = BundledRegistry()


class Hall:
    """The real doors and agreements with authentication on, before an intake that only writes down."""

    def __init__(self, store: Store, tmp_path: Path) -> None:
        self.store = store
        self.gate = Gate(store, on=True)
        self.intake = FakeIntake()
        self.intake.outcome = self._settle
        registry = SimpleNamespace(get=REGISTRY.get, specs=REGISTRY.specs, by_contract_root=REGISTRY.by_contract_root)
        hub: Any = SimpleNamespace(
            config=load(tmp_path), registry=registry, intake=self.intake, clock=StoreClock(store), gate=self.gate
        )
        self.doors = build(hub)
        nothing: Any = None
        self._real = Intake(store, hub.clock, nothing, nothing, nothing, {"1000000206": "PORTAL"}, guarded=True)

    def _settle(self, inbound: Any) -> Any:
        """As the intake does it: SysIDs are codes, and the message is its caller's."""
        settled = self._real._settled(self._real._by_code(inbound)).received.message
        body = {"externalId": settled.key or "x", "id": "ord_1", "state": "acknowledged"}
        return Message("msg_2", "ProductOrderResult", "HUB", body)

    def soap(self, body: str, header: str = "", key: str = "", interface: str = "order-intake", **more: str) -> Any:
        document = f'<s:Envelope xmlns:s="{SOAP}">{header}<s:Body>{body}</s:Body></s:Envelope>'
        headers = {"Content-Type": "text/xml; charset=utf-8"} | ({"X-API-Key": key} if key else {}) | more
        return fetch(self.doors["/soap"], "POST", f"/soap/{interface}", document.encode(), headers)

    def exchange(self, **changed: str) -> str:
        answer = fetch(self.doors["/http"], "POST", "/http/exchange", contract_root(**changed))
        return answer.text.partition("<RspCode>")[2].partition("<")[0]


def order(source: str = "CHAN") -> str:
    example = (REGISTRY.get("order-intake").spec.folder / "examples/install-voice.request.xml").read_bytes()
    inside = safe_xml.parse(example).find(f"{{{SOAP}}}Body")[0]
    text = safe_xml.serialize(inside).decode().partition("?>")[2]
    return text.replace(">CHAN<", f">{source}<", 1)


def contract_root(**changed: str) -> bytes:
    folder = REGISTRY.get("contractroot-order").spec.folder
    text = (folder / "examples/install-ftth.request.xml").read_text("utf-8")
    for name, value in changed.items():
        begin = text.index(f"<{name}>") + len(name) + 2
        text = text[:begin] + value + text[text.index("<", begin) :]
    return text.encode()


@pytest.fixture
def hall(store: Store, tmp_path: Path) -> Hall:
    return Hall(store, tmp_path)


def test_without_a_credential_nothing_is_read(hall: Hall) -> None:
    answer = hall.soap(order())
    assert (answer.status_code, "unauthenticated" in answer.text) == (500, True)
    assert hall.intake.submitted == []


def test_an_api_key_opens_its_own_interface_for_its_own_system(hall: Hall) -> None:
    key = let_in(hall.store, "CHAN", "order-intake")["key"]
    assert hall.soap(order(), key=key).status_code == 200
    assert hall.intake.submitted[-1].caller == "CHAN"
    assert "forbidden" in hall.soap(order("PORTAL"), key=key).text  # speaks for another
    assert "forbidden" in hall.soap(order(), key=key, interface="sps-orders").text
    assert hall.soap(order(), Authorization=f"Bearer {key}").status_code == 200


@pytest.mark.parametrize("wrong", ["mbk_unknown2_" + "a" * 32, "mbk_", "x", "mbk_" + "a" * 5000])
def test_a_wrong_key_is_refused_whatever_it_looks_like(hall: Hall, wrong: str) -> None:
    let_in(hall.store, "CHAN", "order-intake")
    assert "unauthenticated" in hall.soap(order(), Authorization=f"Bearer {wrong}").text


def test_a_key_is_renewed_with_an_overlap_and_revoked_at_once(hall: Hall, stores: list[Store]) -> None:
    made = let_in(hall.store, "CHAN", "order-intake")
    change = Change(made["id"], "test", 0, overlap=3600)
    new = stores[1].write(subscriptions.rotate, change)  # as the command line does it, from another process
    hall.gate.book.follow()
    assert [hall.soap(order(), key=k).status_code for k in (made["key"], new["key"])] == [200, 200]
    last = hall.store.write(subscriptions.rotate, Change(made["id"], "test", 0, overlap=0))
    hall.gate.book.follow()
    said = [hall.soap(order(), key=k).status_code for k in (made["key"], new["key"], last["key"])]
    assert said == [500, 500, 200]
    stores[1].write(subscriptions.revoke, Change(made["id"], "test", 0, reason="over"))
    hall.gate.book.follow()
    assert hall.soap(order(), key=last["key"]).status_code == 500


def test_a_key_ends_by_its_date(hall: Hall) -> None:
    made = let_in(hall.store, "CHAN", "order-intake", proof=Proof(lasts=3600))
    page = hall.gate.book.now()
    credential, _ = page.keys[made["key"].split("_")[1]]
    assert credential.valid(real_now())
    assert not credential.valid(real_now() + 3601 * SECOND)


def test_only_the_operations_and_networks_agreed(hall: Hall) -> None:
    key = let_in(hall.store, "CHAN", "order-intake", operations=("queryOrder",))["key"]
    assert "may not call submitOrder" in hall.soap(order(), key=key).text


# -- ContractRoot ---------------------------------------------------------------------------------------------


@pytest.fixture
def signed(hall: Hall, tmp_path: Path) -> Hall:
    (tmp_path / "sign").write_text("s3cret", "utf-8")
    let_in(hall.store, "PORTAL", "contractroot-order", proof=Proof("sign", f"file:{tmp_path}/sign"))
    return hall


def test_a_constant_sign(signed: Hall) -> None:
    assert signed.exchange(SrcSysSign="s3cret") == "0000"
    assert signed.intake.submitted[-1].caller == "PORTAL"
    assert signed.exchange(SrcSysSign="wrong") == "9001"
    assert signed.exchange(SrcSysSign="") == "9002"  # missing is a fault of the header
    assert signed.exchange(SrcSysSign="s3cret", SrcSysID="1000000020", SrcOrgID="100000") != "0000"


@pytest.mark.parametrize(
    "recipe",
    [
        "md5 {SrcSysID}{secret}",
        "sha256 {TransactionID}{ReqTime}{secret}",
        "hmac-sha256:base64 {TransactionID}|{BusCode}",
    ],
)
def test_a_digest_by_its_recipe(hall: Hall, tmp_path: Path, recipe: str) -> None:
    (tmp_path / "sign").write_text("s3cret", "utf-8")
    proof = Proof("sign", f"file:{tmp_path}/sign", recipe)
    let_in(hall.store, "PORTAL", "contractroot-order", proof=proof)
    text = contract_root().decode()

    def field(name: str) -> str:
        return text.partition(f"<{name}>")[2].partition("<")[0]

    by_hand = {
        "md5 {SrcSysID}{secret}": hashlib.md5(f"{field('SrcSysID')}s3cret".encode()).hexdigest().upper(),
        "sha256 {TransactionID}{ReqTime}{secret}": hashlib.sha256(
            f"{field('TransactionID')}{field('ReqTime')}s3cret".encode()
        ).hexdigest(),
        "hmac-sha256:base64 {TransactionID}|{BusCode}": base64.b64encode(
            hmac.digest(b"s3cret", f"{field('TransactionID')}|{field('BusCode')}".encode(), "sha256")
        ).decode(),
    }
    assert hall.exchange(SrcSysSign=by_hand[recipe]) == "0000"
    assert hall.exchange(SrcSysSign="s3cret") == "9001"
    if "ReqTime" in recipe:  # the sign of another message
        assert hall.exchange(SrcSysSign=by_hand[recipe], ReqTime="20260101000000") == "9001"


def test_flow_control_is_9017_and_a_fault_with_retry_after(hall: Hall, tmp_path: Path) -> None:
    (tmp_path / "sign").write_text("s3cret", "utf-8")
    proof = Proof("sign", f"file:{tmp_path}/sign")
    let_in(hall.store, "PORTAL", "contractroot-order", proof=proof, limits=("2/d",))
    assert [hall.exchange(SrcSysSign="s3cret") for _ in range(3)] == ["0000", "0000", "9017"]
    key = let_in(hall.store, "CHAN", "order-intake", limits=("1/d",))["key"]
    hall.gate.book.follow()
    assert hall.soap(order(), key=key).status_code == 200
    refused = hall.soap(order(), key=key)
    assert (refused.status_code, "throttled" in refused.text) == (500, True)
    assert int(refused.headers["retry-after"]) >= 1


# -- WS-Security ----------------------------------------------------------------------------------------------


@pytest.fixture
def tokened(hall: Hall, tmp_path: Path) -> Hall:
    (tmp_path / "word").write_text("pass-word", "utf-8")
    let_in(hall.store, "CHAN", "order-intake", proof=Proof("username-token", f"file:{tmp_path}/word"))
    return hall


def token(
    word: str = "pass-word", *, name: str = "CHAN", at: int = 0, digest: bool = True, must: bool = True, more: str = ""
) -> str:
    created = to_rfc3339((real_now() + at) // SECOND * SECOND)
    made = wsse.security(name, word, os.urandom(16), created, as_digest=digest)
    text = safe_xml.serialize(made).decode().partition("?>")[2]
    text = text.replace("</wsse:Security>", f"{more}</wsse:Security>")
    flag = f' xmlns:s="{SOAP}" s:mustUnderstand="1"' if must else ""
    return f"<s:Header>{text.replace('<wsse:Security', f'<wsse:Security{flag}', 1)}</s:Header>"


@pytest.mark.parametrize("digest", [True, False])
@pytest.mark.parametrize("must", [True, False])
def test_a_token_that_must_be_understood_is(tokened: Hall, digest: bool, must: bool) -> None:
    answer = tokened.soap(order(), token(digest=digest, must=must))
    assert answer.status_code == 200, answer.text
    assert tokened.intake.submitted[-1].caller == "CHAN"
    assert not any(name.startswith(wsse.MARK) for name in tokened.intake.submitted[-1].received.header)


def test_a_token_is_good_once_for_all_processes(tokened: Hall, stores: list[Store]) -> None:
    header = token()
    other = Gate(stores[1], on=True)
    assert tokened.soap(order(), header).status_code == 200
    assert "used before" in tokened.soap(order(), header).text
    said = wsse.token(REGISTRY.get("order-intake").peek(_wire(header)).header)
    assert said is not None
    error = other.by_token("order-intake", said).exception()
    assert error is not None
    assert "used before" in str(error)


def _wire(header: str) -> Any:
    return WireMessage(f'<s:Envelope xmlns:s="{SOAP}">{header}<s:Body><a/></s:Body></s:Envelope>'.encode(), "text/xml")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"word": "other"}, "not that of a subscriber"),
        ({"word": "other", "digest": False}, "not that of a subscriber"),
        ({"name": "PORTAL"}, "not that of a subscriber"),
        ({"at": -6 * MINUTE}, "older than 5 minutes"),
        ({"at": 2 * MINUTE}, "in the future"),
        ({"at": -6 * MINUTE, "digest": False}, "older than 5 minutes"),
        ({"more": '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'}, "Signature"),
        ({"more": f'<wsse:UsernameToken xmlns:wsse="{wsse.WSSE}"/>'}, "UsernameToken"),
    ],
)
def test_a_token_that_is_not_right(tokened: Hall, changed: dict[str, Any], why: str) -> None:
    answer = tokened.soap(order(), token(**changed))
    assert (answer.status_code, why in answer.text) == (500, True), answer.text
    assert tokened.intake.submitted == []


def test_a_token_beside_a_key_is_not_processed_and_so_not_understood(hall: Hall) -> None:
    key = let_in(hall.store, "CHAN", "order-intake")["key"]
    assert "MustUnderstand" in hall.soap(order(), token(), key=key).text
    assert hall.soap(order(), token(must=False), key=key).status_code == 200
