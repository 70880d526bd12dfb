"""The day with authentication on: its outside systems subscribe like any partner, and its driver is a user.

What proves them stands in DATA/keys.json, which only we can read; a folder without it is a day where nobody is asked.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import httpx

from hub.clock import StoreClock
from hub.config import load
from hub.identity.book import Book
from hub.identity.office import Office
from hub.identity.subscriptions import Proof, Wanted
from hub.store.writer import Store
from hub.topology import speaks_as
from interfaces.spec.registry import bundled

FILE: Final = "keys.json"
USER: Final = "demo"
SIGN: Final = "123"
"""The constant that the day's ContractRoot senders agreed on (hub/demo/wire.py)."""
KEYED: Final = {
    "CHAN": "order-intake",
    "TMF": "tmf622-order",
    "SPS": "sps-orders",
    "NA": "na-orders",
    "FAULT": "fault-result",
    "CC": "cc-service",
    "KA": "ka-order",
    "BILL": "order-intake",
    "CRM": "hub",
}
SIGNED: Final = {"PORTAL": "contractroot-order", "GROUP": "contractroot-query", "CRM-GROUP": "group-order"}
DOORS: Final = {
    "/soap/order-intake": "CHAN",
    "/soap/hub": "CRM",
    "/tmf-api/productOrderingManagement/v4/productOrder": "TMF",
}
"""Where the driver speaks as an outside system; elsewhere it is the user, or signs in the message itself."""
BILL: Final = "BILL"
"""The driver orders for billing too, by the channels' door: its mocks need no key."""

Keys = Mapping[str, str]


def provision(data: Path, peers: Mapping[str, str]) -> None:
    """Subscribe everybody, once, before the hub starts; nothing where authentication is off."""
    config = load(data)
    if config.security.authentication == "off" or (data / FILE).exists():
        return
    sign = _only_ours(data / "sign", SIGN)
    store = Store(config.store)
    try:
        office = Office(store, StoreClock(store), Book(store), [*KEYED.values(), *SIGNED.values()])
        keys = {code: office.add(Wanted(code, name), USER)["key"] for code, name in _callers(peers)}
        for system, name in SIGNED.items():
            office.add(Wanted(system, name, proof=Proof("sign", f"file:{sign}")), USER)
        keys["password"] = secrets.token_urlsafe(24)
        office.user("add", USER, USER, keys["password"], ["supervisor"])
    finally:
        store.close()
    _only_ours(data / FILE, json.dumps(keys))
    for system in [code for code in peers if code in keys and not speaks_as(code, BILL)]:
        _tell(peers[system], {"hub_key": keys[system]})


def _callers(peers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """System instance and interface of everybody who calls with a key: each system, and further instances of it."""
    systems = {spec.system for spec in bundled()}  # CRM-GROUP has agreements of its own: no instance of CRM
    for system, name in KEYED.items():
        yield system, name
        yield from ((code, name) for code in peers if code not in systems and speaks_as(code, system))


def read(data: Path) -> Keys:
    """System -> its API key, and the driver's ``password``; {} where nobody is asked."""
    file = data / FILE
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def proof(keys: Keys, method: str, path: str, speaker: str = "") -> dict[str, str]:
    """The headers that say who sends a ``method`` to ``path``; ``speaker``: where a door has several."""
    if not keys:
        return {}
    if method == "POST" and (system := speaker or DOORS.get(path)):
        return {"X-API-Key": keys[system]}
    word = base64.b64encode(f"{USER}:{keys['password']}".encode()).decode()
    return {} if path.endswith("/exchange") else {"Authorization": f"Basic {word}"}


def _only_ours(file: Path, text: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    return file


def _tell(peer: str, setting: Mapping[str, str]) -> None:
    httpx.post(f"{peer}/__mock__/config", json=dict(setting), trust_env=False).raise_for_status()
