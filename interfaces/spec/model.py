"""InterfaceSpec: one agreed interface, versioned, as loaded from spec.yaml (schema.json beside it).

These are plain frozen records: loader.py fills them, lint.py judges them, interfaces/agreement.py compiles
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Direction = Literal["inbound", "outbound"]
"""inbound: the peer calls the hub; outbound: the hub calls the peer."""
TransportKind = Literal["soap", "rest", "amqp", "table", "file", "local"]
Pattern = Literal["request-reply", "one-way", "async-request-reply", "callback"]
Role = Literal["order", "call", "event"]


@dataclass(frozen=True, slots=True)
class Row:
    """One mapping row, a small lens: canonical path <-> wire path with a converter.

    number     1-based position in the spec file's list (what people see in errors)
    canonical  dotted path in the canonical body, or None (wire side is constant)
    wire       dotted path in the wire tree, or None (canonical side is constant)
    options    converter and policy, as in the file: {"code": "ORDER_TYPE"}, {"date": "..."} ...
    rows       rows inside a repeating group (``each``)
    line       line in spec.yaml
    """

    number: int
    canonical: str | None
    wire: str | None
    options: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One message of an operation: request, reply or callback.

    type     canonical type with version, ``ResourceOrder@1``
    wire     name of the wire message: XSD element (local name), JSON Schema file, table, or record of a file
    mapping  rows, or None = the wire tree *is* the canonical body (``mapping: canonical``)
    """

    type: str
    wire: str = ""
    mapping: tuple[Row, ...] | None = None

    @property
    def type_name(self) -> str:
        return self.type.partition("@")[0]

    @property
    def type_version(self) -> int:
        return int(self.type.partition("@")[2] or 1)


@dataclass(frozen=True, slots=True)
class Route:
    """Where an inbound operation goes: topology function and operation name.

    operation ``$action`` means: the canonical body's ``action``. function ``PLAN`` means: the planner decides
    (ProductOrder).
    """

    function: str
    operation: str


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """match = partner code (``*`` any; trailing ``*`` prefix); code = Failure code; note for people."""

    match: str
    code: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ErrorTable:
    """Two result levels (domain.md section 3).

    exchange   rows for the first level: SOAP faultcode, HTTP status, ContractRoot RspCode
    code_path, message_path, ok  where the business result stands in the wire reply; which codes mean success
    business   rows for the second level
    """

    exchange: tuple[ErrorRow, ...] = ()
    code_path: str = ""
    message_path: str = ""
    ok: tuple[str, ...] = ("0",)
    business: tuple[ErrorRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an interface. ``name`` is the *canonical* operation name the hub uses (``reserve``);
    the peer's own name stands in ``wire``.

    pattern        request-reply: the reply is the outcome. one-way: taken = done. async-request-reply: the
                   reply is an acknowledgement, the outcome comes as a callback. callback: that callback
                   (inbound)
    role           inbound only. order: durable, acknowledged, executed by plan. call: routed and answered at
                   once (queries, counter holds). event: matched to a waiting task
    route          inbound order/call only
    wire           transport's own names: soap {operation, action}, rest {method, path}, amqp {exchange,
                   routingKey, replyTo, type}, table {request, reply, key}, contract-root {busCode, serviceCode,
                   contractVersion}
    timeout        seconds for one exchange, total
    reply_within   seconds until the callback must be there (async-request-reply)
    reply_clock    ``business`` or ``real`` (AMQP time-outs)
    timed          what of ``timing`` the spec says itself: timeout, reply, clock; the rest are defaults
    idempotent     the peer honours our key: sending again is safe
    probe          operation that asks the peer what became of a request (canonical OutcomeQuery -> same reply
                   type)
    correlate      callback only: canonical path whose value is the waiting task's key, or ``correlation_id``
    final          callback only: canonical ``state`` values that end the wait; others are progress
    volatile       canonical paths left out of the business digest
    """

    name: str
    pattern: Pattern
    request: Side
    reply: Side | None = None
    role: Role | None = None
    route: Route | None = None
    wire: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 10.0
    reply_within: float = 86400.0
    reply_clock: Literal["business", "real"] = "business"
    timed: frozenset[str] = frozenset()
    idempotent: bool = False
    probe: str = ""
    correlate: str = ""
    final: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    errors: ErrorTable = field(default_factory=ErrorTable)
    line: int = 0


@dataclass(frozen=True, slots=True)
class CodeList:
    """canonical code -> wire code. Bijective, or ``lossy`` gives the reason it is not.

    also  wire code -> canonical code, read but never written: older codes that senders still use
    """

    name: str
    codes: Mapping[str, str]
    lossy: str = ""
    also: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transport:
    """kind, envelope profile and their settings.

    contract  relative path of the WSDL / XSD / JSON Schema / table or file layout, or "" (canonical JSON)
    encoding  charset the hub writes (``utf-8``, ``gb18030``); what it reads is in the guard's allow-list
    envelope  contract-root | soap-plain | amqp | rest | table | file | local
    settings  envelope and driver settings as data (see each envelope's docstring)
    """

    kind: TransportKind
    envelope: str
    contract: str = ""
    encoding: str = "utf-8"
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sla:
    """What the other side promises; None or "" = nothing.

    p95        seconds in which 95 of 100 exchanges end
    reply_p95  seconds in which 95 of 100 outcomes come (async-request-reply)
    availability  percent; window and volume as people say them: ``Mo-Su 04:00-02:00``, ``20000/day``
    """

    availability: float | None = None
    p95: float | None = None
    reply_p95: float | None = None
    window: str = ""
    volume: str = ""


@dataclass(frozen=True, slots=True)
class InterfaceSpec:
    """One version of one agreed interface. ``id`` is also the path: /soap/<id>.

    sunset      last day on which this version may be used, YYYY-MM-DD, "" = open
    mock_delay  seconds after which its mock answers
    """

    id: str
    version: str
    system: str
    title: Mapping[str, str]
    owner: str
    lifecycle: str
    direction: Direction
    transport: Transport
    operations: Mapping[str, Operation]
    code_lists: Mapping[str, CodeList] = field(default_factory=dict)
    masked: tuple[str, ...] = ()
    recycled_numbers: bool = False
    examples: tuple[Mapping[str, str], ...] = ()
    sunset: str = ""
    sla: Sla = Sla()
    mock_delay: float = 0.0
    folder: Path = Path()
    file: str = ""
    hash: str = ""

    @property
    def ref(self) -> str:
        return f"{self.id}@{self.version}"
