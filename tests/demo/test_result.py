"""What came of the day: counted, compared, told."""

from __future__ import annotations

import json

from hub.demo import day
from hub.demo.final_state import digest_of, final_state
from hub.demo.result import Result, Run, compare, needed, needs_of
from hub.demo.scenarios import SCENARIOS, Scenario
from hub.topology import bundled


def run_of(scenario: Scenario, reached: str) -> Run:
    run = Run(scenario, scenario.order(1))
    run.reached = reached
    return run


def everything_good() -> list[Run]:
    return [run_of(scenario, scenario.expected) for scenario in SCENARIOS]


def test_the_object_for_programs_has_exactly_the_agreed_keys() -> None:
    result = Result(everything_good(), {"RM": {"calls": 1, "effects": 1, "duplicates": 0}}, [], {})
    told = json.loads(json.dumps(result.to_json()))
    assert list(told) == ["orders", "as_expected", "final_state", "scenarios", "peers"]
    assert list(told["scenarios"][0]) == ["name", "channel", "area", "expected", "reached", "peers", "ms"]
    assert told["as_expected"] == told["orders"] == len(SCENARIOS)
    assert result.good


def test_one_order_at_the_wrong_end_spoils_the_day() -> None:
    runs = everything_good()
    runs[0].reached = "fallout"
    assert not Result(runs, {}, [], {}).good
    assert "reached fallout" in Result(runs, {}, [], {}).to_text()


def test_an_effect_too_many_spoils_the_day_even_if_all_orders_ended_well() -> None:
    assert not Result(everything_good(), {}, ["RM: allot was done 2 times"], {}).good


def test_what_the_orders_need_adds_up() -> None:
    twice = [SCENARIOS[0], SCENARIOS[0]]
    wanted = needed([run_of(scenario, "") for scenario in twice], bundled("first-day"))
    assert wanted["RM"] == {"allot": 2, "occupy": 2}


def test_what_is_needed_of_a_function_is_needed_of_the_system_that_serves_it_there() -> None:
    data = next(scenario for scenario in SCENARIOS if scenario.name == "adsl-data-97")
    assert needs_of(data, bundled("first-day")) == {
        "97-DATA": {"provision": 1},
        "BILL-DATA": {"sync": 1},
        "CRM-LOCAL": {"sync": 1},
    }


def test_peers_are_compared_step_by_step() -> None:
    assert compare("RM", {"allot": 2}, {"allot": 2}, 0) == []
    assert compare("RM", {"allot": 2}, {"allot": 1, "release": 1}, 1) == [
        "RM: allot was done 1 times, the orders needed 2",
        "RM: release was done 1 times, the orders needed 0",
        "RM: 1 effects were done twice",
    ]


def test_the_mix_repeats_and_the_seed_decides_only_the_order_of_arrival() -> None:
    one, two = day.plan(30, seed=1), day.plan(30, seed=2)
    numbers = [[run.order.external_id for run in runs] for runs in (one, two)]
    assert numbers[0] != numbers[1]
    assert sorted(numbers[0]) == sorted(numbers[1])
    assert len(set(numbers[0])) == 30


def test_every_order_of_the_day_has_people_numbers_and_addresses_of_its_own() -> None:
    orders = [run.order for run in day.plan(200, seed=3)]
    assert len({o.customer for o in orders}) == 200
    for values in ([o.address for o in orders if o.address], [o.number for o in orders if o.number]):
        assert values
        assert len(set(values)) == len(values)


def test_scenarios_have_names_of_their_own_and_cover_all_channels() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    assert {s.channel for s in SCENARIOS} == {"soap", "tmf622", "http-exchange", "soap-exchange", "group"}
    assert len({s.network.area for s in SCENARIOS}) == 5


def test_the_final_state_is_the_same_for_the_same_outcome() -> None:
    assert digest_of({"a": [1], "b": 2}) == digest_of({"b": 2, "a": [1]})
    assert final_state({}, []) == {}
