"""What customers order for what they have: removed, moved, changed, passed on, suspended, over real wires."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hub.demo.orders import Network, Product
from hub.demo.scenarios import OLD, ONE, TWO, VOICE
from interfaces.clock import from_rfc3339
from tests.flow.house import until

FASTER = Product("FTTH", "FTTH-500M", (("SPEED", "500M"),))


def test_a_removed_line_is_out_of_service_not_charged_any_more_and_its_port_is_free(installed: Any) -> None:
    line = installed(TWO)
    done = line.ordered("remove")
    assert done["reached"] == "completed"
    assert line.at_rm() == {}
    assert line.in_network()["state"] == "closed"
    assert line.at_billing()["state"] == "closed"
    assert (line.in_crm()["state"], bool(line.in_crm()["ended"])) == ("terminated", True)
    fetched = [w for w in line.house.peers.state("WFM")["work_orders"].values() if w["owner"] == line.instance]
    assert len(fetched) == 2  # built, and taken away: nobody waited for the second


def test_charging_ends_on_the_day_service_stops_while_rm_and_the_field_are_not_through(installed: Any) -> None:
    line = installed(TWO)
    line.house.told("RM", "release", "slow", line.instance, args={"seconds": 2})
    later = line.order.followed("remove", line.instance)
    order_id = line.house.taken(later)
    until(lambda: line.at_billing(), lambda row: row["state"] == "closed")
    assert not line.house.record(order_id)["reached"], "RM is not through"
    assert line.house.ended(order_id)["reached"] == "completed"
    charged_until = line.at_billing()["charge_end"].replace(" ", "T") + "+08:00"
    assert from_rfc3339(charged_until) == from_rfc3339(line.in_crm()["ended"])
    recovery = [w for w in line.house.peers.state("WFM")["work_orders"].values() if w["owner"] == line.instance]
    assert any(w["appt"]["date"] > charged_until[:10] for w in recovery), "with a due date of its own"


def test_a_removed_number_cools_down_before_anybody_gets_it(installed: Any) -> None:
    line = installed(ONE, VOICE, True)
    before = line.house.peers.state("RM")["counts"][ONE.area]["number"].get("quarantine", 0)
    assert line.ordered("remove")["reached"] == "completed"
    assert line.house.peers.state("RM")["counts"][ONE.area]["number"]["quarantine"] == before + 1
    again = line.house.order(ONE, VOICE)
    other = line.house.ended(line.house.taken(replace(again, number=line.order.number)))
    assert (other["reached"], "1004" in other["reason"]) == ("failed", True)


def test_a_97_removes_by_one_order(installed: Any) -> None:
    line = installed(OLD, VOICE, True)
    done = line.ordered("remove")
    assert (done["reached"], line.in_97()["state"]) == ("completed", "拆机")
    assert line.house.effects(done["id"]) == {"97": {"provision": 1}, "BILL": {"sync": 1}}


def test_another_speed_is_another_offer_for_network_and_billing(installed: Any) -> None:
    line = installed()
    assert line.ordered("changeSpeed", product=FASTER)["reached"] == "completed"
    assert line.in_network()["params"]["SPEED"] == "500M"
    assert line.at_billing()["offer_id"] == line.in_crm()["offer"] == "FTTH-500M"
    assert line.in_crm()["characteristics"]["SPEED"] == "500M"


@pytest.mark.parametrize("network", [TWO, OLD])
def test_a_new_number_takes_the_place_of_the_old_one(installed: Any, network: Network) -> None:
    line = installed(network, VOICE, True)
    assert line.ordered("changeNumber", number=line.number(3000))["reached"] == "completed"
    assert line.at_billing()["acc_nbr"] == line.in_crm()["number"] == line.number(3000)
    if network is TWO:
        assert [n for n in line.at_rm() if "-81" in n] == [line.number(3000)]
        assert line.in_network()["number"] == line.number(3000)
    else:
        assert line.in_97()["DHHM"] == line.number(3000)


def test_both_ports_are_held_until_a_move_is_through(installed: Any) -> None:
    line = installed()
    (old,) = line.at_rm()
    line.house.told("WFM", "dispatch", "slow", f"{line.order.address}-N", args={"seconds": 1.5})
    order_id = line.house.taken(line.order.followed("move", line.instance, address=f"{line.order.address}-N"))
    held = until(line.at_rm, lambda ports: len(ports) == 2)
    assert held[old] == "occupied"
    assert line.house.ended(order_id)["reached"] == "completed"
    (new,) = line.at_rm()
    assert (new != old, line.in_network()["ports"]) == (True, [new])
    assert line.in_crm()["characteristics"]["ADDRESS_ID"] == f"{line.order.address}-N"


def test_who_takes_a_line_over_is_charged_from_then_on(installed: Any) -> None:
    line = installed(TWO)
    taker = {"customer": f"3{line.order.customer[1:]}", "customer_name": "受让示例"}
    assert line.ordered("transfer", **taker)["reached"] == "completed"
    assert line.in_crm()["owner"] == line.at_billing()["cust_id"] == taker["customer"]
    assert line.at_billing()["acct_id"] == f"A{taker['customer']}"
    assert line.at_rm(), "the line itself is as it was"


@pytest.mark.parametrize("network", [ONE, OLD])
def test_a_line_is_suspended_for_each_reason_and_in_use_when_none_is_left(installed: Any, network: Network) -> None:
    line = installed(network, VOICE, True)

    def barred() -> str:
        found = line.in_network()["params"]["BARRING"] if network is ONE else line.in_97()["TJJB"]
        return str(found)

    for action, reason, bars, left in (
        ("suspend", "customer", "both", ["customer"]),
        ("suspend", "lost", "both", ["customer", "lost"]),
        ("resume", "customer", "both", ["lost"]),
        ("resume", "lost", "none", []),
    ):
        item = Product("VOICE", "", (("SUSPENSION_REASON", reason),))
        later = line.order.followed(action, line.instance, product=item)
        later = replace(later, external_id=f"{later.external_id}-{reason}")
        assert line.house.ended(line.house.taken(later))["reached"] == "completed"
        assert (barred(), line.in_crm().get("suspensions", [])) == (bars, left)
        assert line.at_billing()["state"] == line.in_crm()["state"] == ("suspended" if left else "active")


def test_every_action_in_a_state_that_forbids_it_leaves_everything_as_it_was(installed: Any) -> None:
    line = installed(TWO)
    assert line.ordered("suspend")["reached"] == "completed"
    before = (line.at_rm(), line.in_network(), line.at_billing(), line.in_crm())
    wanted: dict[str, dict[str, Any]] = {
        "move": {"address": f"{line.order.address}-N"},
        "changeSpeed": {"product": FASTER},
        "changeNumber": {"number": f"{TWO.dial}-81005999"},
        "transfer": {"customer": f"3{line.order.customer[1:]}"},
    }
    ends = {action: line.ordered(action, **changes) for action, changes in wanted.items()}
    said = "CRM: CRM answered rejected: {} is not allowed: product instance {} is suspended"
    assert {a: (e["reached"], e["reason"]) for a, e in ends.items()} == {
        action: ("failed", said.format(action, line.instance)) for action in wanted
    }
    assert (line.at_rm(), line.in_network(), line.at_billing(), line.in_crm()) == before


def test_a_removal_supersedes_a_suspension_that_is_under_way(installed: Any) -> None:
    line = installed(TWO)
    line.house.told("NMS", "change", "slow", line.instance, args={"seconds": 2})
    suspend = line.house.taken(line.order.followed("suspend", line.instance))
    until(lambda: line.house.calls(suspend, "NMS"), lambda calls: calls == ["change"])
    removal = line.house.taken(line.order.followed("remove", line.instance))
    assert line.house.ended(removal)["reached"] == "completed"
    ended = line.house.record(suspend)
    assert (ended["reached"], removal in ended["reason"]) == ("cancelled", True)
    assert (line.at_rm(), line.in_network()["state"], line.at_billing()["state"]) == ({}, "closed", "closed")


def test_an_open_order_refuses_the_next_one_and_is_named(installed: Any) -> None:
    line = installed(TWO)
    line.house.told("WFM", "dispatch", "slow", f"{line.order.address}-N", args={"seconds": 1})
    move = line.house.taken(line.order.followed("move", line.instance, address=f"{line.order.address}-N"))
    answer = line.house.submit(line.order.followed("changeSpeed", line.instance, product=FASTER))
    assert (answer.taken, move in answer.text) == (False, True)
    assert line.house.ended(move)["reached"] == "completed"


# -- who owes and who has paid -----------------------------------------------------------------------------------


def billing(reason: str) -> dict[str, Any]:
    return {"sender": "BILL", "product": Product("FTTH", "", (("SUSPENSION_REASON", reason),))}


def test_billing_passes_a_move_whose_network_step_has_not_begun(installed: Any) -> None:
    line = installed(ONE)
    line.house.told("WFM", "dispatch", "slow", f"{line.order.address}-N", args={"seconds": 4})
    move = line.house.taken(line.order.followed("move", line.instance, address=f"{line.order.address}-N"))
    until(lambda: line.house.calls(move, "WFM"), lambda calls: calls == ["dispatch"])
    barred = line.ordered("suspend", **billing("arrearsOneWay"))
    assert barred["reached"] == "completed"
    assert (line.in_network()["state"], line.house.record(move)["reached"]) == ("suspended", "")
    assert line.house.ended(move)["reached"] == "completed"
    assert (line.in_network()["params"]["BARRING"], line.in_crm()["suspensions"]) == ("outgoing", ["arrearsOneWay"])


def test_a_payment_never_lifts_what_the_customer_asked_for(installed: Any) -> None:
    line = installed(TWO)
    for action, changes in (("suspend", {}), ("suspend", billing("arrearsTwoWay")), ("resume", billing("arrears"))):
        assert line.ordered(action, **changes)["reached"] == "completed"
    assert (line.in_crm()["suspensions"], line.in_network()["params"]["BARRING"]) == (["customer"], "both")
    assert line.at_billing()["state"] == "suspended"
    answer = line.house.submit(line.order.followed("resume", line.instance, **billing("customer")))
    assert (answer.taken, "BILL may not resume" in answer.text) == (False, True)
