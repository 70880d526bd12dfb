"""A hub with authentication on: the invented store, two partners, one person of each role."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from fastapi.testclient import TestClient

from hub.api.app import build as build_api
from hub.app import REST
from hub.identity import password, people, subscriptions
from hub.identity.gate import Gate
from hub.identity.subscriptions import Change, Proof, Wanted
from hub.identity.who import ROLES
from hub.pages.app import build as build_pages
from hub.runtime import Hub
from hub.store.writer import Store
from tests.api.fakes import fake_hub
from tests.api.world import AREA

WORD = "correct horse 8"
CHEAP = (16, 8, 1)
"""A cost that tests can pay; it stands in the hash, so that it is verified like any other."""


def let_in(store: Store, system: str, interface: str, **terms: Any) -> dict[str, Any]:
    """A subscription's record; ``key`` is its API key."""
    done = store.write(subscriptions.add, Change(Wanted(system, interface, **terms), "test", 0))
    assert isinstance(done, dict), done
    return done


def person(store: Store, name: str, *roles: str, areas: tuple[str, ...] = ()) -> dict[str, Any]:
    kept = password.hash_password(WORD, CHEAP)
    done = store.write(people.change, people.Change(name, "test", 0, "add", kept, roles, areas))
    assert isinstance(done, dict), done
    return done


def basic(name: str, word: str = WORD) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{name}:{word}".encode()).decode()}


class Town:
    """``who``: name -> the headers that name sends; CHAN and PORTAL are the two partners."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.chan = let_in(store, "CHAN", "tmf622-order")
        self.portal = let_in(store, "PORTAL", "contractroot-order")
        for role in ROLES:
            person(store, role, role)
        person(store, "local-operator", "operator", areas=("8330300",))
        self.hub: Hub = fake_hub(store)
        self.hub.gate = Gate(store, on=True)
        self.who: dict[str, Mapping[str, str]] = {
            "nobody": {},
            "CHAN": {"X-API-Key": self.chan["key"]},
            "PORTAL": {"Authorization": f"Bearer {self.portal['key']}"},
            **{role: basic(role) for role in ROLES},
        }
        self._api = build_api(self.hub)
        self._pages = build_pages(self.hub)

    def client(self, path: str) -> TestClient:
        """A browser without cookies at the app that serves ``path``."""
        served = any(path == prefix or path.startswith(f"{prefix}/") for prefix in REST)
        app = self._api if served else self._pages
        return TestClient(app, "http://localhost:8080", raise_server_exceptions=False, follow_redirects=False)

    def asks(self, who: str, method: str, path: str, **more: Any) -> Any:
        headers = {"Origin": "http://localhost:8080", **self.who.get(who, basic(who)), **more.pop("headers", {})}
        return self.client(path).request(method, path, headers=headers, **more)

    def logged_in(self, name: str) -> TestClient:
        """A browser at the pages with the person's session."""
        browser = TestClient(
            self._pages, "http://localhost:8080", raise_server_exceptions=False, follow_redirects=False
        )
        form = {"name": name, "password": WORD, "next": "/"}
        answer = browser.post("/login", data=form, headers={"Origin": "http://localhost:8080"})
        assert answer.status_code == 303, answer.text
        return browser


__all__ = ["AREA", "Proof", "Town", "Wanted", "basic", "let_in", "person"]
