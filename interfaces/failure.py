"""Failure: the one error that crosses rooms. Decide on ``code``, read ``message``.

Foreign errors (httpx, lxml, SQLAlchemy, zeep ...) are turned into a Failure at one door per library.
The table from code to HTTP status, SOAP faultcode, ContractRoot code and retry class is hub/errors.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

Code = Literal[
    "unavailable",  # surely nothing was done: refused, busy, throttled by the peer -> again later
    "timeout",  # outcome unknown: sent, but no (good) answer -> ask, or again if idempotent
    "rejected",  # the peer's business refusal -> never retried
    "invalid",  # what was sent is malformed; ``reason`` picks the finer wire code
    "conflict",  # contradicts what is there (other content under one key, order in transit)
    "not_found",
    "internal",  # our own fault, or a partner code nobody mapped
    "unauthenticated",
    "forbidden",
    "throttled",
    "too_large",
    "duplicate",  # an exchange id (TransactionID) seen before
]
CODES: tuple[str, ...] = get_args(Code)

Reason = Literal["header", "structure", "contract_version", "xml", "json", "reply"]
"""Finer wire code under ``invalid``: 9002, 9006, 9051, 9241, 9242; ``reply`` = a peer's reply broke the
contract (protocol failure; with ``timeout`` it says why the outcome is unknown)."""


class Failure(Exception):
    """What went wrong, where, and what a person can do.

    message  one sentence, no personal data
    where    file:line, path, interface/operation, order id ... as far as known
    advice   what to do next
    detail   partner's own code and text, masked fields left out
    errors   every single fault: ``{"path": ..., "message": ...}``
    header   what of the refused message's envelope could be read, so that the answer can name it; never stored
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        where: str = "",
        advice: str = "",
        reason: str = "",
        detail: Mapping[str, Any] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.where = where
        self.advice = advice
        self.reason = reason
        self.detail = dict(detail or {})
        self.errors = [dict(e) for e in errors]
        self.header: Mapping[str, str] = {}

    def __str__(self) -> str:
        place = f" [{self.where}]" if self.where else ""
        advice = f" ({self.advice})" if self.advice else ""
        return f"{self.code}: {self.message}{place}{advice}"

    def __reduce__(self) -> tuple[Any, ...]:
        """It crosses from one process to another: BaseException would give only the message to ``__init__``."""
        return type(self), (self.code, self.message), self.__dict__

    def to_json(self) -> dict[str, Any]:
        """Plain data for the store and the API; empty parts are left out."""
        parts = {
            "code": self.code,
            "message": self.message,
            "where": self.where,
            "advice": self.advice,
            "reason": self.reason,
            "detail": self.detail,
            "errors": self.errors,
        }
        return {k: v for k, v in parts.items() if v}
