"""What the views say of an invented store."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.store import schema
from hub.store.engine import sqlite_url
from hub.store.writer import Store
from hub.views.balance import balance
from hub.views.fallout import list_fallout
from hub.views.messages import get_message, get_raw
from hub.views.orders import get_order, list_orders
from hub.views.own import answer_own
from hub.views.peers import list_peers
from hub.views.text import SHOWN
from hub.views.timeline import timeline
from hub.views.waiting import sentence
from interfaces.canonical import validator
from interfaces.failure import Failure
from interfaces.mask import Masker
from interfaces.message import Message
from tests.api.world import ID_NUMBER, NOW, message

PERSONAL = Masker(paths=("relatedParty.identification.number",), names=frozenset({"certNo"}))


def ids(page: dict[str, object]) -> list[str]:
    return [o["id"] for o in page["items"]]  # type: ignore[index,attr-defined]


def test_orders_come_newest_first_page_by_page(connection: sa.Connection) -> None:
    first = list_orders(connection, {}, limit=4)
    rest = list_orders(connection, {}, limit=4, cursor=first["next"])
    assert ids(first) == ["ord_undone", "ord_stuck", "ord_retry", "ord_next"]
    assert ids(rest) == ["ord_done", "ord_child"]
    assert rest["next"] is None
    assert first["total"] == rest["total"] == 6


def test_orders_are_found_by_filter_and_by_text(connection: sa.Connection) -> None:
    assert ids(list_orders(connection, {"area": "8330300"})) == ["ord_stuck"]
    assert ids(list_orders(connection, {"external_id": "WEB-1", "source": "CHAN"})) == ["ord_done"]
    assert ids(list_orders(connection, {}, text="free PORT")) == ["ord_undone"]
    assert ids(list_orders(connection, {}, text="%")) == []


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0", "bnVsbA", "é", "WzFlOTk5LCJ4Il0", "W1tdXQ", "W3RydWVd"])
def test_a_cursor_made_elsewhere_is_refused(connection: sa.Connection, cursor: str) -> None:
    with pytest.raises(Failure, match="cursor"):
        list_orders(connection, {}, cursor=cursor)


def test_a_waiting_order_says_why(connection: sa.Connection) -> None:
    child, wait = get_order(connection, "ord_retry", NOW)["waiting"]
    assert (child["order"], child["code"], wait["order"]) == ("ord_child", "answer", "ord_retry")
    assert wait["text"] == (
        "do.tk_retry waits: RM has been out of reach since 2026-09-21T14:13:20Z;"
        " next try 2026-09-21T14:15:20Z (RM refused the connection)"
    )
    assert wait["who"] == "peer"
    assert "不可达" in sentence(wait, "zh")


def test_a_queued_order_names_the_one_before_it(connection: sa.Connection) -> None:
    (wait,) = get_order(connection, "ord_next", NOW)["waiting"]
    assert wait["text"] == "waits for the earlier order ord_retry on P1"


def test_an_order_in_fallout_names_its_case(connection: sa.Connection) -> None:
    (wait,) = get_order(connection, "ord_stuck", NOW)["waiting"]
    assert (wait["who"], wait["fallout_id"]) == ("person", "fo_1")


def test_a_finished_order_waits_for_nothing(connection: sa.Connection) -> None:
    order = get_order(connection, "ord_undone", NOW)
    assert (order["waiting"], order["reached"], order["compensated"]) == ([], "failed", True)


def test_the_timeline_holds_child_orders_in_order(connection: sa.Connection) -> None:
    told = timeline(connection, "ord_retry")
    assert told["orders"] == ["ord_retry", "ord_child"]
    assert [e["kind"] for e in told["events"]].count("message") == 2
    assert sorted(e["at"] for e in told["events"]) == [e["at"] for e in told["events"]]


def test_a_message_is_decoded_and_masked(connection: sa.Connection) -> None:
    said = get_message(connection, "msg_in", lambda interface: PERSONAL)
    assert said["charset"] == "gb18030"
    assert "<name>赵一</name>" in said["text"]
    assert "<certNo>***</certNo>" in said["text"]
    assert said["canonical"]["relatedParty"][0]["identification"]["number"] == "***"
    assert ID_NUMBER not in str(said)


def test_the_original_bytes_stay_as_they_were(connection: sa.Connection) -> None:
    raw, charset, hidden = get_raw(connection, "msg_bad")
    assert raw.startswith(b"\xff<html>")
    assert (charset, hidden) == ("gb18030", [])


def test_peers_tell_what_waits(connection: sa.Connection) -> None:
    peers = {p["code"]: p for p in list_peers(connection, ["NMS"])}
    assert set(peers) == {"NMS", "RM", "BILL", "WFM", "VAS"}
    assert [peers[code]["state"] for code in ("RM", "NMS", "VAS")] == ["down", "up", "held"]
    assert peers["WFM"]["waiting"]["waiting"] == 1
    assert peers["BILL"]["last_error"].startswith("BILL gave")


def test_fallout_tells_order_task_and_peer(connection: sa.Connection) -> None:
    (case,) = list_fallout(connection, {"state": "open", "peer": "BILL"})["items"]
    assert (case["external_id"], case["task"], case["area"]) == ("stuck", "do.tk_stuck", "8330300")


def test_the_balance_adds_up(connection: sa.Connection) -> None:
    counts = balance(connection)
    parts = ("completed", "answered", "failed", "cancelled", "held", "in_flight", "fallout")
    assert counts["accepted"] == sum(counts[name] for name in parts) == 6
    assert counts["received"] == counts["accepted"] + counts["rejected"]
    assert (counts["rejected"], counts["in_flight"]) == (1, 3)


def ask(store: Store, **body: str) -> dict[str, object]:
    return answer_own(store)("queryOrder", Message("m", "OrderQuery", "CHAN", body, at=NOW))


def test_the_hub_answers_what_became_of_an_order(store: Store) -> None:
    done, failed, waiting = ask(store, externalId="WEB-1"), ask(store, id="ord_undone"), ask(store, id="ord_retry")
    assert (done["id"], done["state"]) == ("ord_done", "completed")
    assert failed["reason"] == {"code": "failed", "text": "no free port"}
    assert "out of reach" in str(waiting["message"])
    for answer in (done, failed, waiting):
        assert validator("ProductOrderResult").check(answer) == []


def test_the_hub_says_when_it_knows_no_such_order(store: Store) -> None:
    with pytest.raises(Failure, match="not_found"):
        ask(store, externalId="WEB-1", area="8330300")


def test_a_long_message_is_shown_from_its_beginning(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path / "long.db"))
    raw = "赵".encode() * SHOWN * 2
    store.write(lambda c, rows: [c.execute(sa.insert(schema.message), list(rows)).rowcount], message("msg_long", raw))
    with store.read() as connection:
        said = get_message(connection, "msg_long", lambda interface: PERSONAL)
    store.close()
    assert (len(said["text"]), said["truncated"], said["bytes"], said["charset"]) == (SHOWN, True, len(raw), "utf-8")
