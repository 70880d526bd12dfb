"""The first day's topology: two networks on the new systems, two on 97, one with systems of its own."""

from importlib.resources import files

import pytest
import yaml

from hub.topology import bundled as profile
from hub.topology import profiles, speaks_as, written_out
from interfaces.failure import Failure
from tests.systems.bundle import bundled

FIRST_DAY = profile("first-day")
NEW, ON_97 = ("8330100", "8330200"), "8330300"


@pytest.mark.parametrize("area", NEW)
@pytest.mark.parametrize("function", ["CRM", "SPS", "RM", "WFM", "NMS", "BILL"])
def test_the_new_networks_have_every_function(function, area):
    binding = FIRST_DAY.bind(function, area)
    assert binding.system == function
    assert "combined" not in binding.capabilities


def test_the_old_network_is_provisioned_by_one_combined_system():
    binding = FIRST_DAY.bind("SPS", ON_97)
    assert (binding.system, set(binding.capabilities)) == ("97", {"combined"})
    assert [FIRST_DAY.find(function, ON_97) for function in ("RM", "WFM", "NMS")] == [None, None, None]
    assert FIRST_DAY.bind("BILL", ON_97).system == "BILL"


def test_the_fourth_network_has_its_data_in_a_second_97_and_the_fifth_its_own_resources_and_field_work():
    assert FIRST_DAY.bind("SPS", "8330400", "VOICE").system == "97"
    assert FIRST_DAY.bind("SPS", "8330400", "BROADBAND").system == "97-DATA"
    assert [FIRST_DAY.bind(f, "8330500").system for f in ("SPS", "RM", "WFM")] == ["SPS", "RM-LOCAL", "WFM-LOCAL"]


@pytest.mark.parametrize(("family", "old", "new"), [
    ("VOICE", "BILL", "BILL"), ("BROADBAND", "BILL-DATA", "BILL"), ("PHS", "BILL-PHS", "BILL"),
])  # fmt: skip
def test_billing_is_chosen_by_product_family_where_it_was_never_joined(family, old, new):
    assert {FIRST_DAY.bind("BILL", area, family).system for area in ("8330300", "8330400", "8330500")} == {old}
    assert {FIRST_DAY.bind("BILL", area, family).system for area in NEW} == {new}


def test_a_binding_names_interfaces_of_its_own_system():
    for binding in FIRST_DAY.bindings:
        assert all(speaks_as(binding.system, bundled()[name].system) for name in binding.interfaces)


@pytest.mark.parametrize("caller", ["CRM", "CHAN", "PORTAL", "CRM-GROUP"])
def test_only_provisioning_reaches_network_management(caller):
    refusal = FIRST_DAY.refuse_caller(caller, "NMS")
    assert refusal is not None
    assert refusal.code == "forbidden"
    assert refusal.detail["zh"]


@pytest.mark.parametrize("caller", ["SPS", "NA"])
def test_provisioning_and_network_activation_may_reach_it(caller):
    assert FIRST_DAY.refuse_caller(caller, "NMS") is None


def test_every_area_can_be_told_by_its_addresses_and_its_numbers():
    for column in ("adminCode", "areaCode"):
        assert len({area[column] for area in FIRST_DAY.areas}) == 5


def test_system_ids_of_contract_root_have_ten_digits_and_a_system():
    text = files("hub").joinpath("profiles/systems.yaml").read_text("utf-8")
    systems = yaml.safe_load(text)["systems"]
    assert all(len(number) == 10 and number.isdigit() for number in systems)
    assert systems["1000000206"] == "PORTAL"
    assert systems["1000000020"] == "GROUP"


PROFILES = [*(f"mode-{n}" for n in range(1, 5)), *(f"evolution-{n}" for n in range(1, 5)), "path-1", "path-2", "path-3"]


def test_exactly_the_agreed_profiles_are_bundled():
    assert sorted(profiles()) == sorted([*PROFILES, "first-day"])


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_decides_three_networks_and_leaves_two_as_they_are(name):
    for area in NEW:
        assert [profile(name).bind(f, area).system for f in ("SPS", "RM", "WFM", "NA")] == ["SPS", "RM", "WFM", "NMS"]
    assert all(profile(name).find("SPS", area) for area in ("8330300", "8330400", "8330500"))


@pytest.mark.parametrize("name", PROFILES)
def test_crm_reaches_network_management_in_no_profile(name):
    for function in ("NMS", "NA"):
        assert profile(name).refuse_caller("CRM", function).code == "forbidden"


@pytest.mark.parametrize("name", PROFILES)
def test_every_binding_of_a_profile_names_interfaces_of_its_system(name):
    for binding in profile(name).bindings:
        assert all(speaks_as(binding.system, bundled()[each].system) for each in binding.interfaces)


@pytest.mark.parametrize("alike", [("mode-1", "mode-2", "evolution-1", "path-1"), ("evolution-2", "path-2")])
def test_profiles_that_differ_in_name_only_bind_the_same(alike):
    assert len({profile(name).bindings for name in alike}) == 1


def test_all_others_bind_something_else():
    assert len({profile(name).bindings for name in PROFILES}) == 7


def test_a_stack_that_there_is_not_is_named_with_those_there_are():
    parts = {"areas": [], "rules": [], "bindings": [], "stacks": {"province": []}}
    asked = {"name": "mine", "title": {"en": "Mine"}, "networks": {"8330100": ["provinz"]}}
    with pytest.raises(Failure, match="no stack 'provinz'") as refused:
        written_out(asked, parts)
    assert "province" in refused.value.advice
