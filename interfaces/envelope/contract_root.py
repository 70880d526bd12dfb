"""ContractRoot (China Telecom): TcpCont header, SvcCont content; two result levels; never a SOAP fault.

Settings read: ``header`` (rules per field), ``content`` (form written: xml, cdata-xml, cdata-json, json), ``as``
(our own header values when we are the client: SrcOrgID, SrcSysID, DstOrgID, DstSysID, SrcSysSign, ServiceLevel).
Operation ``wire``: busCode, serviceCode, contractVersion.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from interfaces.clock import DAY, SECOND, Clock, SystemClock
from interfaces.codec import safe_xml
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.envelope import contract_root_form as form
from interfaces.envelope import contract_root_header as head
from interfaces.envelope.base import Ids, Opened, Outgoing, Result, describe, one_operation
from interfaces.failure import Failure
from interfaces.spec.model import ErrorRow, InterfaceSpec, Operation
from interfaces.wire import WireMessage

ZONE = ZoneInfo("Asia/Shanghai")
BUSINESS = frozenset({"rejected", "conflict", "not_found"})
"""Failure codes that are RspType 1 (business error); all others are 9 (system error)."""

EXCHANGE = (
    ErrorRow("9017", "unavailable", "flow control: surely nothing was done"),
    ErrorRow("9018", "duplicate", "TransactionID seen before"),
    ErrorRow("9001", "unauthenticated"),
    ErrorRow("9002", "internal", "our header broke the peer's rules"),
    ErrorRow("9006", "internal", "our structure broke the peer's rules"),
    ErrorRow("9043", "too_large"),
    ErrorRow("9051", "internal", "no contract version"),
    ErrorRow("9241", "internal", "our XML could not be read"),
    ErrorRow("9242", "internal", "our JSON could not be read"),
    ErrorRow("*", "timeout", "9016, 9004, 9999 and unknown codes: outcome unknown"),
)


class ContractRoot:
    """The envelope of one ContractRoot interface; ``ContractRoot()`` alone serves a door that knows no spec yet."""

    exchange = EXCHANGE

    def __init__(self, spec: InterfaceSpec | None = None, clock: Clock | None = None, limits: Limits = DEFAULT) -> None:
        settings = spec.transport.settings if spec else {}
        self._spec = spec
        self._limits = limits
        self._own: Mapping[str, str] = settings.get("as", {})
        self._rules = head.rules_of(settings.get("header", {}))
        self._form: str = settings.get("content", form.XML)
        self._encoding = spec.transport.encoding if spec else "utf-8"
        self._clock = clock or SystemClock()
        self._serial = Serial(self._clock)

    def wants_json(self, header: Mapping[str, str]) -> bool:
        return (header.get(":form") or self._form) in (form.JSON, form.CDATA_JSON)

    # -- receiving requests ----------------------------------------------------------------------------------

    def peek(self, wire: WireMessage) -> Opened:
        """Whatever can be read, no rule checked; Failure(invalid) reason xml, json or structure."""
        parts = form.read(wire, self._limits)
        return Opened(parts.header | {":form": parts.form, ":encoding": parts.encoding}, parts.content)

    def check(self, opened: Opened, *more: Mapping[str, str]) -> None:
        """Failure(invalid, reason header or contract_version) with all faults; ``more`` are faults found outside."""
        found = head.faults(opened.header, self._rules) + [dict(fault) for fault in more]
        if found:
            failure = head.refuse(found)
            failure.header = opened.header
            raise failure

    def find(self, opened: Opened, elements: Mapping[str, Operation]) -> Operation:
        if self._spec is None:
            raise Failure("internal", "no interface is known for this message", where="ContractRoot")
        names = {_codes(op.wire): op for op in self._spec.operations.values()}
        return one_operation(self._spec, names, _codes_of_header(opened.header))

    def ids(self, opened: Opened, tree: Mapping[str, Any]) -> Ids:
        header = opened.header
        level = header.get(head.LEVEL, "")
        return Ids(
            source=header.get(head.SOURCE, ""),
            exchange_id=header.get(head.TRANSACTION, ""),
            priority=int(level) if level in tuple("123456789") else 5,
        )

    # -- answering -------------------------------------------------------------------------------------------

    def reply(self, header: Mapping[str, str], operation: Operation, payload: Any) -> WireMessage:
        return self._answer(header, {"RspType": "0", "RspCode": "0000", "RspDesc": "成功"}, payload)

    def fault(self, header: Mapping[str, str], failure: Failure, code: str) -> WireMessage:
        kind = "1" if failure.code in BUSINESS else "9"
        said = safe_xml.carried(describe(failure))
        return self._answer(header, {"RspType": kind, "RspCode": code, "RspDesc": said}, None)

    def _answer(self, header: Mapping[str, str], response: Mapping[str, str], content: Any) -> WireMessage:
        fields = {
            head.ACTION: "1",
            head.TRANSACTION: header.get(head.TRANSACTION) or head.NO_TRANSACTION,
            "RspTime": f"{self._now():%Y%m%d%H%M%S}",
            **response,
        }
        shape = header.get(":form") or self._form
        return form.write(form.Parts(fields, content, shape, header.get(":encoding", self._encoding)))

    # -- sending requests ------------------------------------------------------------------------------------

    def request(self, out: Outgoing) -> WireMessage:
        wire = out.operation.wire
        header = {
            head.ACTION: "0",
            head.TRANSACTION: self.transaction(self._own.get(head.SOURCE, "")),
            head.BUS: str(wire.get("busCode", "")),
            head.SERVICE: str(wire.get("serviceCode", "")),
            head.VERSION: str(wire.get("contractVersion", "")),
            head.LEVEL: str(out.message.priority),
            **self._own,
            "ReqTime": f"{self._now():%Y%m%d%H%M%S}",
        }
        return form.write(form.Parts(header, out.payload, self._form, self._encoding))

    def transaction(self, source: str) -> str:
        """SrcSysID + yyyyMMdd + 10 digits that this process gives once a day."""
        return f"{source}{self._now():%Y%m%d}{self._serial.next():010d}"

    def open_reply(self, wire: WireMessage) -> tuple[Result, Opened]:
        opened = self.peek(wire)
        kind, code = opened.header.get("RspType"), opened.header.get("RspCode", "")
        if opened.header.get(head.ACTION) != "1" or kind not in ("0", "1", "9"):
            raise Failure("invalid", "the answer is no ContractRoot response", where="TcpCont", reason="structure")
        good = kind == "0" and code == "0000"
        return (Result() if good else Result(code or kind, opened.header.get("RspDesc", ""))), opened

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now() / SECOND, UTC).astimezone(ZONE)


class Serial:
    """Ten digits, never the same twice in a day: tens of microseconds since midnight there, or the next free."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = -1
        self._day = -1
        self._lock = threading.Lock()

    def next(self) -> int:
        with self._lock:
            day, moment = divmod(self._clock.now() + 8 * 3600 * SECOND, DAY)
            self._last = max(moment // 10, self._last + 1) if day == self._day else moment // 10
            self._day = day
            return self._last


def _codes(wire: Mapping[str, Any]) -> str:
    return f"{wire.get('busCode', '')}/{wire.get('serviceCode', '')}"


def _codes_of_header(header: Mapping[str, str]) -> str:
    return f"{header.get(head.BUS, '')}/{header.get(head.SERVICE, '')}"
