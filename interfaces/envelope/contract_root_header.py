"""TcpCont: the header of a ContractRoot message, its rules as a table, all faults at once.

A spec may set other rules per field in ``transport.settings.header``: ``{ReqTime: {lenient: true},
TransactionID: {length: 30}, SrcSysSign: {required: false}, BusCode: {pattern: "[A-Z0-9]{7,8}"}}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from interfaces.failure import Failure

Header = Mapping[str, str]

TRANSACTION, ACTION, BUS, SERVICE = "TransactionID", "ActionCode", "BusCode", "ServiceCode"
VERSION, LEVEL, SOURCE, TARGET = "ServiceContractVer", "ServiceLevel", "SrcSysID", "DstSysID"
NO_TRANSACTION = "9" * 28
"""The TransactionID of an answer to a request whose own could not be read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """says: what is allowed, for people. also: a check across fields, "" when it holds."""

    pattern: str
    says: str
    also: Callable[[str, Header], str] | None = None
    required: bool = True
    lenient: bool = False


def _transaction(value: str, header: Header) -> str:
    if header.get(SOURCE) and not value.startswith(header[SOURCE]):
        return "must begin with SrcSysID"
    return "" if _is_time(value[10:18], "%Y%m%d") else "holds no day of the calendar after SrcSysID (yyyyMMdd)"


def _version(value: str, header: Header) -> str:
    if header.get(SERVICE) and not value.startswith(header[SERVICE]):
        return "is the version of another ServiceCode"
    return "" if _is_time(value[8:16], "%Y%m%d") else "holds no day of the calendar after the ServiceCode"


def _system(organisation: str) -> Callable[[str, Header], str]:
    def check(value: str, header: Header) -> str:
        return "" if value.startswith(header.get(organisation, "")) else f"must begin with {organisation}"

    return check


def _moment(value: str, header: Header) -> str:
    return "" if _is_time(value, "%Y%m%d%H%M%S") else "is no time of the calendar"


def _is_time(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)
    except ValueError:
        return False
    return True


RULES: dict[str, Rule] = {
    TRANSACTION: Rule(r"[0-9A-Za-z]{10}[0-9]{18}", "28 characters: SrcSysID, yyyyMMdd, 10 digits", _transaction),
    ACTION: Rule("0", "0 for a request"),
    BUS: Rule(r"BUS[0-9]{5}", "BUS and 5 digits"),
    SERVICE: Rule(r"SVC[0-9]{5}", "SVC and 5 digits"),
    VERSION: Rule(r"[0-9A-Za-z]{8}[0-9]{8}", "ServiceCode and yyyyMMdd", _version),
    LEVEL: Rule("[1-9]", "one digit 1 to 9"),
    "SrcOrgID": Rule(r"[0-9A-Za-z]{6}", "6 characters"),
    SOURCE: Rule(r"[0-9A-Za-z]{10}", "10 characters: SrcOrgID and 4 more", _system("SrcOrgID")),
    "SrcSysSign": Rule(r"(?s).+", "not empty"),
    "DstOrgID": Rule(r"[0-9A-Za-z]{6}", "6 characters"),
    TARGET: Rule(r"[0-9A-Za-z]{10}", "10 characters: DstOrgID and 4 more", _system("DstOrgID")),
    "ReqTime": Rule(r"[0-9]{14}", "yyyyMMddHHmmss", _moment),
}
"""Field -> default rule, in the order faults are named."""


def rules_of(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, Rule]:
    """The default rules with a peer's own; an own pattern or length also lifts the check across fields."""
    rules = dict(RULES)
    for name, own in settings.items():
        rule = rules.get(name, Rule("(?s).*", "as agreed", required=False))
        rule = replace(rule, required=own.get("required", rule.required), lenient=own.get("lenient", rule.lenient))
        if "length" in own:
            rule = replace(rule, pattern=f"(?s).{{{own['length']}}}", says=f"{own['length']} characters", also=None)
        if "pattern" in own:
            rule = replace(rule, pattern=_regular(own["pattern"], name), says=f"must match {own['pattern']}", also=None)
        rules[name] = rule
    return rules


def _regular(pattern: str, name: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        where = f"transport.settings.header.{name}"
        raise Failure("invalid", f"the pattern cannot be read: {error}", where=where, reason="structure") from error
    return pattern


def faults(header: Header, rules: Mapping[str, Rule]) -> list[dict[str, str]]:
    """Every fault as ``{"path": field, "message": ...}``; no value is quoted, SrcSysSign is a secret."""
    return [{"path": name, "message": text} for name, text in _faults(header, rules)]


def _faults(header: Header, rules: Mapping[str, Rule]) -> Iterator[tuple[str, str]]:
    again = header.get(":twice", "").split()
    for name, rule in rules.items():
        value = header.get(name, "")
        if name in again:
            yield name, "stands more than once"
        elif not value:
            if rule.required:
                yield name, "is missing"
        elif not rule.lenient:
            wrong = _wrong(value, rule, header)
            if wrong:
                yield name, wrong


def _wrong(value: str, rule: Rule, header: Header) -> str:
    if not re.fullmatch(rule.pattern, value):
        return f"is wrong: {rule.says}"
    return rule.also(value, header) if rule.also else ""


def refuse(found: list[dict[str, str]]) -> Failure:
    """All faults as one Failure; a missing contract version that stands alone has a wire code of its own."""
    alone = found == [{"path": VERSION, "message": "is missing"}]
    return Failure(
        "invalid",
        f"the message header has {len(found)} fault(s)",
        where="TcpCont",
        reason="contract_version" if alone else "header",
        errors=found,
    )
