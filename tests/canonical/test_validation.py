"""One suite on both engines: the fast one of the message path and the reference one."""

import pytest

from interfaces import canonical
from interfaces.failure import Failure

GOOD = {
    "externalId": "R-1",
    "area": "8330100",
    "action": "reserve",
    "resource": [{"type": "number", "id": "05718000001"}],
    "holdUntil": "2026-10-15T18:00:00+08:00",
}
BROKEN = [
    ({"externalId": None}, "externalId", "must be string"),
    ({"area": "no spaces"}, "area", "must match ^[0-9A-Za-z-]{1,16}$"),
    (
        {"action": "steal"},
        "action",
        "must be one of hold or reserve or allot or occupy or preRelease or release",
    ),
    ({"holdUntil": "20261015"}, "holdUntil", "must be a date-time"),
    ({"holdUntil": "2026-10-15T18:00:00"}, "holdUntil", "must be a date-time"),
    *(
        ({"holdUntil": time}, "holdUntil", "must be a date-time")
        for time in (
            "0000-01-01T00:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-12-31T23:59:60Z",
            "2026-10-15t18:00:00z",
            "2026-10-15 18:00:00Z",
            "20261015T180000Z",
            "2026-W01-1T18:00:00Z",
            "2026-10-15T18:00:00+99:99",
            "２０２６-10-15T18:00:00Z",
            "9999-12-31T23:59:59-08:00",
            "0001-01-01T00:00:00+08:00",
        )
    ),
    ({"resource": [{"type": "number", "id": ""}]}, "resource[0].id", "must have at least 1 character(s)"),
    ({"resource": [{"id": "1"}]}, "resource[0].type", "is required"),
    ({"colour": "red"}, "colour", "is not known here"),
]


@pytest.fixture(params=[canonical.validator, canonical.authoring], ids=["fast", "authoring"])
def check(request):
    return request.param("ResourceOrder", 1).check


def test_a_good_body_has_no_findings(check):
    assert check(GOOD) == []


@pytest.mark.parametrize(
    "time", ["9999-12-31T23:59:59+08:00", "2026-10-15T18:00:00.123456789Z", "1900-01-01T00:00:00Z"]
)
def test_the_ends_of_the_calendar_are_times(check, time):
    assert check(GOOD | {"holdUntil": time}) == []


@pytest.mark.parametrize(("change", "path", "message"), BROKEN)
def test_a_broken_body_is_named_by_path_and_rule_and_never_by_value(check, change, path, message):
    assert check(GOOD | change) == [{"path": path, "message": message}]


def test_all_findings_come_at_once(check):
    assert [f["path"] for f in check({"foo": 1})] == ["action", "area", "externalId", "foo"]


def test_what_is_not_json_is_refused_and_does_not_crash(check):
    assert check(object()) != []


@pytest.mark.parametrize(("name", "version"), canonical.types())
def test_every_bundled_type_compiles_on_both_engines(name, version):
    assert canonical.schema(name, version)["$id"] == f"urn:mboss:canonical:{name}:{version}"
    assert canonical.validator(name, version).check({"nonsense": 1}) == canonical.authoring(name, version).check(
        {"nonsense": 1}
    )


def test_an_unknown_type_is_not_found_and_the_known_ones_are_named():
    with pytest.raises(Failure, match="no canonical type Nothing@1"):
        canonical.validator("Nothing")


def test_a_number_of_blanks_names_no_order():
    order = {"externalId": "   ", "productOrderItem": [{"id": "1", "action": "add", "businessAction": "install"}]}
    findings = canonical.validator("ProductOrder", 1).check(order)
    assert [finding["path"] for finding in findings] == ["externalId"]
