"""What is agreed on the first day: which interface of which system has which operations."""

import pytest

from interfaces.spec.lint import lint
from tests.systems.bundle import bundled

RESOURCE_STEPS = "hold reserve allot occupy preRelease release"

AGREED = {
    "order-intake": (
        "CHAN inbound soap",
        "submitOrder queryOrder queryCustomer queryArrears queryNumbers reserveNumber requestActivation",
    ),
    "contractroot-order": ("PORTAL inbound soap", "submitOrder"),
    "contractroot-query": ("GROUP inbound soap", "queryCustomer"),
    "tmf622-order": ("TMF inbound rest", "submitOrder queryOrder"),
    "crm-core": ("CRM outbound local", "create activate discard begin complete withdraw queryCustomer"),
    "rm-resource": ("RM outbound soap", f"queryNumbers {RESOURCE_STEPS} queryOutcome"),
    "hub": (
        "HUB inbound soap",
        "submitOrder queryOrder queryCustomer queryArrears reserveNumber raiseTicket urgeTicket queryTicket",
    ),
    "sps-service": ("SPS outbound soap", "provision cancel queryOutcome"),
    "sps-orders": ("SPS inbound soap", "resource dispatch activation notify"),
    "sps-result": ("SPS outbound soap", "notify"),
    "nms-activation": ("NMS outbound soap", "activate deactivate change queryOutcome"),
    "group-order": ("CRM-GROUP inbound soap", "submitOrder"),
    "group-result": ("CRM-GROUP outbound soap", "notify"),
    "customer-sync": ("CRM-LOCAL outbound soap", "sync withdraw"),
    "na-service": ("NA outbound soap", "activate deactivate change queryOutcome"),
    "na-orders": ("NA inbound soap", "command notify"),
    "na-result": ("NA outbound soap", "notify"),
    "wfm-dispatch": ("WFM outbound amqp", "dispatch cancel changeAppointment"),
    "wfm-result": ("WFM inbound amqp", "notify"),
    "bill-sync": ("BILL outbound amqp", "sync"),
    "bill-reply": ("BILL inbound amqp", "notify"),
    "bill-query": ("BILL outbound soap", "queryArrears queryBalance queryOutcome"),
    "vas-subscription": ("VAS outbound rest", "subscribe suspend resume cancel queryOutcome querySubscriptions"),
    "fault-ticket": ("FAULT outbound soap", "create urge cancel queryTicket testLine"),
    "fault-result": ("FAULT inbound soap", "notify"),
    "cc-service": (
        "CC inbound soap",
        "queryCustomer queryServices submitOrder queryOrder raiseTicket urgeTicket cancelTicket queryTicket testLine",
    ),
    "cc-result": ("CC outbound soap", "notify"),
    "ka-order": ("KA inbound soap", "submitOrder queryOrder"),
    "ka-result": ("KA outbound soap", "notify"),
    "order97": ("97 outbound table", "provision cancel queryOutcome"),
    "status97": ("97 inbound table", "notify"),
    "settle-daily": ("SETTLE outbound file", "daily"),
    "settle-result": ("SETTLE inbound file", "notify"),
}


def test_exactly_the_agreed_interfaces_are_bundled():
    assert set(bundled()) == set(AGREED)


@pytest.mark.parametrize("name", AGREED)
def test_an_interface_has_its_system_direction_transport_and_operations(name):
    spec = bundled()[name]
    head, operations = AGREED[name]
    assert f"{spec.system} {spec.direction} {spec.transport.kind}" == head
    assert " ".join(spec.operations) == operations


@pytest.mark.parametrize("name", AGREED)
def test_a_spec_lies_in_the_folder_of_its_system_and_id(name):
    spec = bundled()[name]
    assert (spec.folder.parent.name, spec.folder.name) == (spec.system, spec.id)


@pytest.mark.parametrize("name", [n for n, (head, _) in AGREED.items() if "outbound" in head])
def test_what_changes_something_at_a_peer_can_be_asked_about(name):
    for operation in bundled()[name].operations.values():
        changes = not operation.name.startswith("query")
        if changes and operation.pattern == "async-request-reply" and not operation.idempotent:
            assert operation.probe, f"{name} {operation.name}"


def test_the_key_of_a_task_is_the_number_every_peer_gets():
    for spec in bundled().values():
        for operation in spec.operations.values():
            if spec.direction == "outbound" and operation.probe and operation.request.mapping:
                assert "externalId" in {row.canonical for row in operation.request.mapping}


def test_callbacks_name_what_they_answer_and_what_ends_the_wait():
    callbacks = [op for spec in bundled().values() for op in spec.operations.values() if op.pattern == "callback"]
    assert {op.correlate for op in callbacks} == {"externalId", "correlation_id"}
    assert all("completed" in op.final and "failed" in op.final for op in callbacks)
    assert all("held" not in op.final and "inProgress" not in op.final for op in callbacks)


def test_billing_is_waited_for_in_real_time_and_field_work_in_business_time():
    sync = bundled()["bill-sync"].operations["sync"]
    dispatch = bundled()["wfm-dispatch"].operations["dispatch"]
    assert (sync.reply_clock, sync.reply_within, sync.idempotent) == ("real", 5.0, False)
    assert (dispatch.reply_clock, dispatch.reply_within) == ("business", 7 * 86400.0)


@pytest.mark.parametrize("name", AGREED)
def test_no_bundled_spec_has_a_lint_error(name):
    assert [str(f.to_json()) for f in lint(bundled()[name]) if f.severity == "error"] == []
