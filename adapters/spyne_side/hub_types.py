"""What the hub's own SOAP API speaks of, as spyne types.

Every leaf is text in Python, times and booleans too: only the mapping rows of the agreement convert, so that '007', a
long number and an amount of money come through as they were sent. Absent is said by leaving out, never by nil. What
the hub answers has no enumerations, so that a new state breaks no client that was generated before.
"""

from __future__ import annotations

from typing import Any

import interfaces.spyne_compat  # noqa: F401  before any spyne import

# isort: split
from spyne import ComplexModel, Unicode
from spyne.const.xml import NS_XSD

NAMESPACE = "urn:mboss:hub:v1"


def must(kind: Any) -> Any:
    """Exactly one."""
    return _occurs(kind, 1, 1)


def may(kind: Any) -> Any:
    """None or one."""
    return _occurs(kind, 0, 1)


def many(kind: Any) -> Any:
    """Any number."""
    return _occurs(kind, 0, "unbounded")


def some(kind: Any) -> Any:
    """One or more."""
    return _occurs(kind, 1, "unbounded")


def _occurs(kind: Any, least: int, most: int | str) -> Any:
    """Simple types keep their name, where spyne would make a new type for every field."""
    named = {"type_name": kind.__type_name__} if issubclass(kind, Unicode) and kind.__type_name__ else {}
    return kind.customize(min_occurs=least, max_occurs=most, nillable=False, __namespace__=NAMESPACE, **named)


def _text(name: str, **facets: Any) -> Any:
    return Unicode(type_name=name, __namespace__=NAMESPACE, **facets)


class Moment(Unicode):  # type: ignore[misc]
    """xs:dateTime, its text as it came."""

    __type_name__ = "dateTime"
    __namespace__ = NS_XSD


class Day(Unicode):  # type: ignore[misc]
    """xs:date"""

    __type_name__ = "date"
    __namespace__ = NS_XSD


class Truth(Unicode):  # type: ignore[misc]
    """xs:boolean"""

    __type_name__ = "boolean"
    __namespace__ = NS_XSD


SystemCode = _text("SystemCode", min_len=1, max_len=16)
Id = _text("Id", min_len=1, max_len=64)
Area = _text("Area", pattern=r"[0-9A-Za-z\-]{1,16}")
Number = _text("ServiceNumber", min_len=1, max_len=32)
Name = _text("Name", min_len=1, max_len=200)
Text = _text("Text", min_len=1, max_len=400)
Value = _text("Value", max_len=1000)
Code = _text("Code", min_len=1, max_len=32)
Money = _text("Money", pattern=r"-?[0-9]{1,15}\.[0-9]{2}")
Currency = _text("Currency", pattern="[A-Z]{3}")
Priority = _text("Priority", pattern="[1-9]")
ItemAction = _text("ItemAction", values=["add", "modify", "delete", "noChange"])
BusinessAction = _text(
    "BusinessAction",
    values=[
        *("install", "remove", "move", "changeSpeed", "changeNumber", "changeAttribute", "changeOffer", "transfer"),
        *("suspend", "resume", "replaceCard", "subscribe", "unsubscribe", "createCustomer", "changeCustomer"),
    ],
)
PartyType = _text("PartyType", values=["individual", "organisation"])
CodeType = _text(
    "CodeType", values=["customerId", "externalCustomerId", "serviceNumber", "identification", "productId"]
)
Slot = _text("Slot", values=["AM", "PM", "EVE", "ANY"])
TicketType = _text(
    "TicketType", values=["noService", "quality", "slow", "intermittent", "equipment", "complaint", "other"]
)
Severity = _text("Severity", values=["critical", "major", "minor"])


class _Part(ComplexModel):  # type: ignore[misc]
    __namespace__ = NAMESPACE


class Attribute(_Part):
    name = must(Id)
    value = must(Value)


class OrderItem(_Part):
    itemNo = must(Code)
    action = must(ItemAction)
    businessAction = may(BusinessAction)
    productInstance = may(Id)
    productCode = may(Id)
    offerCode = may(Id)
    serviceNumber = may(Number)
    addressId = may(Id)
    address = may(Text)
    attribute = many(Attribute)


class SubmitOrder(_Part):
    """orderNo is the caller's own: the same order again is answered as the first time, another one under it refused."""

    __type_name__ = "SubmitOrderRequest"
    sourceSystem = must(SystemCode)
    requestId = must(Id)
    orderNo = must(Id)
    area = may(Area)
    remark = may(Text)
    priority = may(Priority)
    requiredTime = may(Moment)
    channelId = may(Id)
    staffId = may(Id)
    customerId = may(Id)
    customerName = may(Name)
    customerType = may(PartyType)
    certificateType = may(_text("CertificateType", min_len=1, max_len=16))
    certificateNo = may(Id)
    contactName = may(Name)
    contactPhone = may(Number)
    accountId = may(Id)
    appointmentDate = may(Day)
    appointmentSlot = may(Slot)
    item = some(OrderItem)


class OrderResult(_Part):
    """state: acknowledged, inProgress, held, completed, failed, cancelled ... (TMF622)."""

    orderId = must(Id)
    orderNo = may(Id)
    state = must(Code)
    message = may(Text)
    area = may(Area)
    acceptedAt = may(Moment)
    completedAt = may(Moment)
    reasonCode = may(Id)
    reasonText = may(Text)


class QueryOrder(_Part):
    """By orderId (the hub's) or orderNo (the caller's)."""

    __type_name__ = "QueryOrderRequest"
    sourceSystem = must(SystemCode)
    requestId = must(Id)
    orderNo = may(Id)
    orderId = may(Id)
    area = may(Area)


class QueryCustomer(_Part):
    __type_name__ = "QueryCustomerRequest"
    sourceSystem = must(SystemCode)
    requestId = must(Id)
    area = may(Area)
    codeType = must(CodeType)
    code = must(Id)


class Account(_Part):
    accountId = must(Id)
    name = may(Name)


class Product(_Part):
    productInstance = must(Id)
    productCode = may(Id)
    offerCode = may(Id)
    serviceNumber = may(Number)
    state = may(Code)


class CustomerResult(_Part):
    customerId = must(Id)
    name = must(Name)
    type = may(Code)
    state = may(Code)
    area = may(Area)
    account = many(Account)
    product = many(Product)


class QueryArrears(_Part):
    """One of accountId, customerId, serviceNumber."""

    __type_name__ = "QueryArrearsRequest"
    sourceSystem = must(SystemCode)
    requestId = must(Id)
    area = must(Area)
    accountId = may(Id)
    customerId = may(Id)
    serviceNumber = may(Number)


class ArrearsResult(_Part):
    """amount: a decimal string in ``currency`` (ISO 4217), never a binary number."""

    accountId = may(Id)
    amount = must(Money)
    currency = must(Currency)
    since = may(Moment)
    inArrears = may(Truth)


class ReserveNumber(_Part):
    """orderNo: under which the number is held, the same as of the order to come."""

    __type_name__ = "ReserveNumberRequest"
    sourceSystem = must(SystemCode)
    requestId = must(Id)
    orderNo = must(Id)
    area = must(Area)
    serviceNumber = must(Number)
    holdUntil = may(Moment)


class ReservationResult(_Part):
    orderNo = must(Id)
    state = must(Code)
    serviceNumber = may(Number)
    holdUntil = may(Moment)
    reasonCode = may(Id)
    reasonText = may(Text)


class RaiseTicket(_Part):
    """ticketNo is the caller's own, as an orderNo is. What is out of order: a serviceNumber or a productInstance."""

    __type_name__ = "RaiseTicketRequest"
    sourceSystem = must(SystemCode)
    requestId = must(Id)
    ticketNo = must(Id)
    area = must(Area)
    ticketType = may(TicketType)
    severity = may(Severity)
    productInstance = may(Id)
    productCode = may(Id)
    serviceNumber = may(Number)
    addressId = may(Id)
    address = may(Text)
    customerId = may(Id)
    contactName = may(Name)
    contactPhone = may(Number)
    appointmentDate = may(Day)
    appointmentSlot = may(Slot)
    description = may(Text)


class UrgeTicket(_Part):
    """orderId: of the ticket that is urged, as it was answered; ticketNo: the caller's own number of the urging."""

    __type_name__ = "UrgeTicketRequest"
    sourceSystem = must(SystemCode)
    requestId = must(Id)
    ticketNo = must(Id)
    orderId = must(Id)
    area = must(Area)
    reason = may(Text)


class TicketResult(_Part):
    """orderId: by which the ticket is asked for and urged. state: acknowledged."""

    orderId = must(Id)
    ticketNo = may(Id)
    state = must(Code)
    message = may(Text)


class QueryTicket(_Part):
    """orderId: as the ticket was answered."""

    __type_name__ = "QueryTicketRequest"
    sourceSystem = must(SystemCode)
    requestId = must(Id)
    orderId = must(Id)
    area = may(Area)


class TicketProgress(_Part):
    """state: acknowledged, inProgress, completed (repaired), returned, cancelled. faultTicketNo: of fault handling."""

    orderId = must(Id)
    faultTicketNo = may(Id)
    state = must(Code)
    message = may(Text)
    promisedAt = may(Moment)
    resolvedAt = may(Moment)
    reasonCode = may(Id)
    reasonText = may(Text)


class FaultError(_Part):
    path = may(Unicode)
    message = must(Unicode)
