"""The status page: what a person sees, and that a peer's data never becomes more than text."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hub.pages.texts import TEXTS, choose
from tests.api.world import ID_NUMBER

PAGES = ["/", "/orders/ord_retry", "/orders/ord_done", "/messages", "/messages/msg_in", "/messages/msg_bad"]
PAGES += ["/fallout", "/peers"]
OURS = {"Origin": "http://localhost:8080", "Content-Type": "application/x-www-form-urlencoded"}


class Tags(HTMLParser):
    """Every tag with its attributes; void tags aside, each must be closed in turn."""

    VOID = {"meta", "link", "input", "br"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_is_well_formed_and_without_scripts(client: TestClient, path: str, lang: str) -> None:
    page = client.get(path, params={"lang": lang})
    tags = Tags(page.text)
    assert (page.status_code, tags.open) == (200, [])
    assert not [tag for tag, _ in tags.seen if tag in ("script", "iframe", "img", "b0", "i")]
    assert not [name for _, attrs in tags.seen for name in attrs if name.startswith("on") or name == "style"]
    assert f'<html lang="{lang}">' in page.text


@pytest.mark.parametrize("path", [*PAGES, "/nothing", "/orders/none", "/static/style.css"])
def test_every_answer_forbids_scripts_and_frames(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_an_order_says_why_it_stands_still_in_both_languages(client: TestClient) -> None:
    english = client.get("/orders/ord_retry", params={"lang": "en"}).text
    chinese = client.get("/orders/ord_retry", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}).text
    assert "RM has been out of reach since" in english
    assert "Hold a number" in english
    assert "不可达" in chinese
    assert "预占号码" in chinese


def test_an_order_shows_bytes_and_canonical_side_by_side(client: TestClient) -> None:
    page = client.get("/orders/ord_done").text
    assert "&lt;name&gt;赵一&lt;/name&gt;" in page
    assert "Zhao &lt;b&gt;Yi&lt;/b&gt;" in page
    assert ID_NUMBER not in page


def test_orders_are_filtered_and_the_filter_stays(client: TestClient) -> None:
    page = client.get("/", params={"area": "8330300", "text": "<x>"}).text
    assert 'value="8330300"' in page
    assert 'value="&lt;x&gt;"' in page
    assert "stuck" in client.get("/", params={"area": "8330300"}).text


def test_a_language_once_chosen_stays_in_every_link(client: TestClient) -> None:
    page = client.get("/", params={"lang": "zh"}).text
    hrefs = [a["href"] or "" for tag, a in Tags(page).seen if tag == "a" and (a["href"] or "").startswith("/")]
    assert hrefs
    assert all("lang=zh" in href for href in hrefs)


@pytest.mark.parametrize("action", ["retry", "skip", "complete", "cancel"])
def test_a_person_acts_on_fallout_by_a_form(client: TestClient, hub: Any, action: str) -> None:
    answer = client.post("/fallout/fo_1", data={"action": action, "reason": "by phone", "output": ""}, headers=OURS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/fallout?done=1")
    assert hub.fallout.asked == [("fo_1", action, "by phone", "local", None)]


def test_the_outcome_may_be_given_by_hand(client: TestClient, hub: Any) -> None:
    form = {"action": "complete", "reason": "paper", "output": '{"state": "completed", "message": "竣工"}'}
    assert client.post("/fallout/fo_1", data=form, headers=OURS).status_code == 303
    assert hub.fallout.asked[0][-1] == {"state": "completed", "message": "竣工"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/localhost:8080"},
        OURS | {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_from_another_site_is_refused(client: TestClient, hub: Any, headers: dict[str, str]) -> None:
    answer = client.post("/fallout/fo_1", data={"action": "retry", "reason": "x"}, headers=headers)
    assert answer.status_code == 403
    assert hub.fallout.asked == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/fallout/fo_none", b"action=retry&reason=x", 404),
        ("/fallout/fo_1", b"action=explode&reason=x", 400),
        ("/fallout/fo_1", b"action=complete&reason=x&output={", 400),
        ("/fallout/fo_1", b"action=complete&reason=x&output=[1]", 400),
        ("/fallout/fo_1", b"\xff\xfe", 400),
        ("/fallout/fo_1", b"&".join(b"a=1" for _ in range(50)), 400),
        ("/fallout/fo_1", b"x" * 10_001, 413),
    ],
)
def test_a_broken_form_gets_a_readable_page(client: TestClient, path: str, body: bytes, status: int) -> None:
    answer = client.post(path, content=body, headers=OURS)
    assert answer.status_code == status
    assert "Incident inc_" in answer.text
    Tags(answer.text)


def test_an_absurd_address_gets_a_readable_page(client: TestClient) -> None:
    for path, status in (("/?cursor=x", 400), ("/orders/none", 404), ("/none", 404), ("/?text=" + "x" * 999, 400)):
        answer = client.get(path)
        assert (answer.status_code, "That did not work" in answer.text) == (status, True)


def test_a_crash_gets_a_readable_page(client: TestClient, hub: Any) -> None:
    hub.clock = None
    answer = client.get("/orders/ord_done")
    assert (answer.status_code, "NoneType" in answer.text) == (500, False)


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        ("", "", "en"),
        ("zh", "en", "zh"),
        ("fr", "zh-CN,zh;q=0.9", "zh"),
        ("", "fr, zh;q=0.2, en;q=0.8", "en"),
        ("", "zh;q=x, en;q=0.1", "en"),
        ("", ",;,=" * 50, "en"),
    ],
)
def test_the_language_is_chosen(asked: str, accepted: str, chosen: str) -> None:
    assert choose(asked, accepted) == chosen


def test_every_text_is_in_both_languages() -> None:
    assert all(en and zh for en, zh in TEXTS.values())


def test_a_person_holds_a_peer_by_a_form_and_sees_who_and_why(client: TestClient) -> None:
    page = client.get("/peers", params={"picked": "RM", "lang": "en"}).text
    assert 'action="/peers/RM' in page
    assert "http-equiv" not in page, "a page that reloads would take the reason away"
    held = client.post("/peers/RM", data={"action": "hold", "reason": "cut-over <b>tonight</b>"}, headers=OURS)
    assert held.status_code == 303
    page = client.get("/peers", params={"picked": "RM", "lang": "zh"}).text
    assert "cut-over &lt;b&gt;tonight&lt;/b&gt;" in page
    assert 'value="release"' in page
    assert client.post("/peers/NONE", data={"action": "hold", "reason": "x"}, headers=OURS).status_code == 404
    assert client.post("/peers/RM", data={"action": "hold", "reason": "x"}, headers=OURS).status_code == 409
