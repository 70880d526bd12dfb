"""What a reply says became of a request: two result levels, judged by the error table of the spec.

First level: the exchange (SOAP faultcode, HTTP status, ContractRoot RspCode). Second: the business result inside the
reply. A refusal raised here carries ``detail``: level, the partner's code and text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from interfaces.envelope.base import Result
from interfaces.envelope.settings import text_at
from interfaces.failure import Code, Failure
from interfaces.spec.model import ErrorRow, InterfaceSpec, Operation
from interfaces.wire import Tree

_CODES: dict[str, Code] = {code: code for code in get_args(Code)}
_TEXT = 200


def match(rows: Iterable[ErrorRow], code: str) -> ErrorRow | None:
    """The first row whose ``match`` is the code, its prefix (``Server*``) or ``*``."""
    for row in rows:
        wanted = row.match
        if code == wanted or (wanted.endswith("*") and code.startswith(wanted[:-1])):
            return row
    return None


def exchange_result(spec: InterfaceSpec, op: Operation, result: Result, shared: tuple[ErrorRow, ...]) -> None:
    """Raise the Failure of a failed exchange: by the fault's element where the spec names it, else by its code; the
    spec's rows come before those of the convention."""
    if result.code:
        named = next((row for row in op.errors.exchange if row.match == result.detail), None)
        row = named or match((*op.errors.exchange, *shared), result.code)
        code = result.detail if named else result.code
        raise _refusal(spec, op, "exchange", row or ErrorRow("*", "timeout"), code, result.text)


def business_result(spec: InterfaceSpec, op: Operation, tree: Tree) -> None:
    """Raise the Failure of a business refusal; Failure(invalid) when the reply does not say how it went."""
    table = op.errors
    if not table.code_path:
        return
    code = text_at(tree, table.code_path)
    if code in table.ok:
        return
    if not code:
        raise Failure("invalid", f"the reply has no {table.code_path}", where=spec.ref, reason="structure")
    row = match(table.business, code) or ErrorRow("*", "internal", "a code that the spec does not know")
    raise _refusal(spec, op, "business", row, code, text_at(tree, table.message_path) if table.message_path else "")


def _refusal(spec: InterfaceSpec, op: Operation, level: str, row: ErrorRow, code: str, text: str) -> Failure:
    detail: dict[str, Any] = {"level": level, "code": code[:64], "text": text[:_TEXT]}
    own = text[:_TEXT] if spec.transport.kind == "local" else ""  # the core in this process: its words are ours
    said = own or row.note or ("refused by the peer" if level == "business" else "the exchange failed")
    return Failure(
        _CODES.get(row.code, "internal"),
        f"{spec.system} answered {code[:64]}: {said}",
        where=f"{spec.ref}/{op.name}",
        detail={name: value for name, value in detail.items() if value},
    )
