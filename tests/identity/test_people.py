"""People: passwords, sessions, guessing, forms; nothing of it in logs or answers."""

from __future__ import annotations

from typing import Any

import pytest

from hub.identity import password, people
from hub.identity.people import People
from hub.pages.login import local
from hub.store.writer import Store
from interfaces.failure import Failure
from tests.identity.town import WORD, Town, person

OURS = {"Origin": "http://localhost:8080"}


def code_of(anyone: People, name: str, word: str) -> str:
    with pytest.raises(Failure) as refused:
        anyone.known(name, word)
    return refused.value.code


def test_the_right_password_is_known_and_the_wrong_is_not(store: Store) -> None:
    person(store, "li", "viewer", areas=("8330100",))
    who = People(store).known("li", WORD)
    assert (who.name, set(who.roles), set(who.areas)) == ("li", {"viewer"}, {"8330100"})
    assert code_of(People(store), "li", "wrong") == "unauthenticated"
    assert code_of(People(store), "nobody", WORD) == "unauthenticated"


def test_guessing_is_slowed_down_in_every_process(stores: list[Store]) -> None:
    person(stores[0], "li", "viewer")
    known = People(stores[0])
    known.known("li", WORD)
    for n in range(people.FREE):
        assert code_of(People(stores[n % 2]), "li", f"guess {n}") == "unauthenticated"
    assert [code_of(People(store), "li", "guess again") for store in stores] == ["throttled", "throttled"]
    assert [code_of(People(store), "li", WORD) for store in stores] == ["throttled", "throttled"]
    assert known.known("li", WORD).name == "li"  # who was in is not locked out by a guesser


def test_a_disabled_user_is_out_at_once_in_every_process(stores: list[Store]) -> None:
    person(stores[0], "li", "viewer")
    all_known = [People(store) for store in stores]
    login = all_known[0].login("li", WORD)
    assert all(known.of_session(login.token) is not None for known in all_known)
    stores[1].write(people.change, people.Change("li", "test", 0, "disable"))
    for known in all_known:
        assert known.of_session(login.token) is None
        assert code_of(known, "li", WORD) == "unauthenticated"


def test_a_session_ends_at_logout_and_a_new_password_ends_all(stores: list[Store]) -> None:
    person(stores[0], "li", "viewer")
    here, there = (People(store) for store in stores)
    one, two = here.login("li", WORD), there.login("li", WORD)
    there.logout(one.token)
    assert [[known.of_session(s.token) is None for s in (one, two)] for known in (here, there)] == [[True, False]] * 2
    kept = password.hash_password("another word 9", (16, 8, 1))
    stores[1].write(people.change, people.Change("li", "test", 0, "password", kept))
    assert here.of_session(two.token) is None
    assert code_of(here, "li", WORD) == "unauthenticated"


@pytest.mark.parametrize("word", ["short", "aaaaaaaaaaaaaa", "x" * 201])
def test_a_password_that_nobody_should_have(word: str) -> None:
    with pytest.raises(Failure, match="password"):
        password.check_new(word)


def test_the_hash_holds_its_cost_and_no_password() -> None:
    kept = password.hash_password(WORD)
    assert kept.startswith("scrypt$32768$8$3$")
    assert WORD not in kept
    assert password.verify(WORD, kept)
    assert not password.verify(WORD + " ", kept)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_sites(town: Town) -> None:
    form = {"name": "viewer", "password": WORD, "next": "/peers"}
    answer = town.client("/login").post("/login", data=form, headers=OURS)
    cookie = answer.headers["set-cookie"].lower()
    assert answer.headers["location"] == "/peers"
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))


def test_a_form_needs_what_its_page_gave_it(town: Town) -> None:
    browser = town.logged_in("operator")
    page = browser.get("/fallout").text
    given = page.partition('name="form" value="')[2].partition('"')[0]
    data = {"action": "retry", "reason": "phone"}
    assert browser.post("/fallout/fo_1", data=data, headers=OURS).status_code == 403
    assert browser.post("/fallout/fo_1", data=data | {"form": "0" * 64}, headers=OURS).status_code == 403
    assert browser.post("/fallout/fo_1", data=data | {"form": given}, headers=OURS).status_code == 303
    assert town.hub.fallout.asked[-1][3] == "operator"  # type: ignore[attr-defined]


def test_a_cookie_only_reads_outside_the_pages(town: Town) -> None:
    cookies = dict(town.logged_in("operator").cookies)
    api: Any = town.client("/api/v1/orders")
    api.cookies.update(cookies)
    assert api.get("/api/v1/orders").status_code == 200
    assert api.post("/api/v1/fallout/fo_1/retry", json={"reason": "x"}).status_code == 401


def test_a_viewer_is_shown_no_buttons(town: Town) -> None:
    assert "<button name" not in town.logged_in("viewer").get("/fallout").text
    assert "<button name" in town.logged_in("operator").get("/fallout").text


def test_login_answers_the_same_for_a_wrong_name_and_a_wrong_password(town: Town) -> None:
    bodies = [{"name": "tester", "password": "wrong word 1"}, {"name": "no-one", "password": WORD}]
    said = [town.asks("nobody", "POST", "/api/v1/login", json=body) for body in bodies]
    assert {(a.status_code, a.json()["detail"]) for a in said} == {(401, "the name or the password is wrong")}
    assert all(a.headers["www-authenticate"] for a in said)


def test_a_token_of_the_login_opens_the_api_until_logout(town: Town) -> None:
    made = town.asks("nobody", "POST", "/api/v1/login", json={"name": "viewer", "password": WORD}).json()
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert town.asks("nobody", "GET", "/api/v1/me", headers=bearer).json()["name"] == "viewer"
    assert town.asks("nobody", "POST", "/api/v1/logout", headers=bearer).status_code == 200
    assert town.asks("nobody", "GET", "/api/v1/me", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Digest x", "Bearer", "Bearer eyJhbGciOiJub25lIn0.e30."]
)
def test_a_credential_of_no_known_form_is_refused(town: Town, header: str) -> None:
    assert town.asks("nobody", "GET", "/api/v1/orders", headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "", None, "/a\r\nb"])
def test_no_login_leads_elsewhere(path: str | None) -> None:
    assert local(path) == "/"


def test_a_supervisor_lets_people_and_partners_in(town: Town) -> None:
    user = {"name": "wang", "password": "a good long one", "roles": ["viewer"], "areas": ["8330100"]}
    assert town.asks("supervisor", "POST", "/api/v1/users", json=user).status_code == 201
    assert town.asks("supervisor", "POST", "/api/v1/users", json=user).status_code == 409
    assert town.asks("supervisor", "POST", "/api/v1/users/wang/disable", json={}).json()["state"] == "disabled"
    assert "password" not in town.asks("auditor", "GET", "/api/v1/users").text
    body = {"system": "KA", "interface": "order-intake", "limits": ["50/s"], "callbacks": ["https://ka.example:8443"]}
    made = town.asks("supervisor", "POST", "/api/v1/subscriptions", json=body)
    assert made.status_code == 201
    key = made.json()["key"]
    listed = town.asks("integrator", "GET", "/api/v1/subscriptions?system=KA")
    assert key not in listed.text
    renewed = town.asks("supervisor", "POST", f"/api/v1/subscriptions/{made.json()['id']}/rotate", json={})
    assert renewed.json()["key"] != key
    assert town.asks("nobody", "GET", "/api/v1/me", headers={"X-API-Key": key}).json()["name"] == "KA"
    gone = f"/api/v1/subscriptions/{made.json()['id']}/revoke"
    assert town.asks("supervisor", "POST", gone, json={"reason": ""}).status_code == 400
    assert town.asks("supervisor", "POST", gone, json={"reason": "over"}).json()["state"] == "revoked"
    assert town.asks("nobody", "GET", "/api/v1/me", headers={"X-API-Key": key}).status_code == 401
    acts = [one["action"] for one in town.asks("auditor", "GET", "/api/v1/audit?who=supervisor").json()["items"]]
    assert {"user.add", "user.disable", "subscription.add", "subscription.rotate", "subscription.revoke"} <= set(acts)


@pytest.mark.parametrize(
    "changed",
    [
        {"interface": "rm-resource"},
        {"system": "ka"},
        {"limits": ["50/s", "60/s"]},
        {"callbacks": ["http://ka.example"]},
        {"callbacks": ["http://u:p@ka.example:80"]},
        {"callbacks": ["file:///etc/passwd"]},
        {"concurrency": -1},
        {"credential": {"kind": "sign", "secret": "in clear"}},
        {"credential": {"kind": "sign", "secret": "env:X", "recipe": "md5 {Nothing}"}},
        {"credential": {"kind": "api-key", "secret": "env:X"}},
        {"role": "supervisor"},
    ],
)
def test_a_subscription_that_makes_no_sense(town: Town, changed: dict[str, Any]) -> None:
    body = {"system": "ODD", "interface": "order-intake"} | changed
    answer = town.asks("supervisor", "POST", "/api/v1/subscriptions", json=body)
    assert answer.status_code in (400, 404), answer.text
    assert "in clear" not in answer.text.replace("stands there in clear", "")
