"""One table from Failure code to every wire's own code and to the retry class. Every door uses it."""

from __future__ import annotations

from dataclasses import dataclass

from interfaces.failure import Failure


@dataclass(frozen=True, slots=True)
class WireCodes:
    """http status; SOAP 1.1 faultcode (local name); ContractRoot RspCode; AMQP action; retry class for people."""

    http: int
    soap: str
    contract_root: str
    amqp: str
    retry: str


# ContractRoot: 9nnn are its own system errors; a business refusal is RspType 1 with a code of ours (1nnn), never 0000,
# so that a caller who reads the code alone cannot take it for success.
# fmt: off
CODES: dict[str, WireCodes] = {
    #                           http soap      CR      amqp      retry
    "unavailable":     WireCodes(503, "Server", "9016", "requeue", "later"),
    "timeout":         WireCodes(504, "Server", "9016", "requeue", "ask first"),
    "rejected":        WireCodes(422, "Client", "1001", "ack", "never"),
    "invalid":         WireCodes(400, "Client", "9006", "reject", "never"),
    "conflict":        WireCodes(409, "Client", "1002", "ack", "never"),
    "not_found":       WireCodes(404, "Client", "1003", "ack", "never"),
    "internal":        WireCodes(500, "Server", "9999", "requeue", "later"),
    "unauthenticated": WireCodes(401, "Client", "9001", "reject", "never"),
    "forbidden":       WireCodes(403, "Client", "9002", "reject", "never"),
    "throttled":       WireCodes(429, "Server", "9017", "requeue", "later"),
    "too_large":       WireCodes(413, "Client", "9043", "reject", "never"),
    "duplicate":       WireCodes(409, "Client", "9018", "ack", "never"),
}

# the finer ContractRoot code under `invalid` (and a provider's broken reply under `timeout`)
REASONS: dict[tuple[str, str], str] = {
    ("invalid", "header"): "9002",
    ("invalid", "structure"): "9006",
    ("invalid", "contract_version"): "9051",
    ("invalid", "xml"): "9241",
    ("invalid", "json"): "9242",
    ("timeout", "reply"): "9004",
}
# fmt: on


def wire_codes(failure: Failure) -> WireCodes:
    """The row for this failure, with the finer ContractRoot code where its reason picks one."""
    row = CODES[failure.code]
    finer = REASONS.get((failure.code, failure.reason))
    if finer is None:
        return row
    return WireCodes(row.http, row.soap, finer, row.amqp, row.retry)


def problem_type(code: str) -> str:
    """RFC 9457 problem type of a Failure code."""
    return f"urn:mboss:problem:{code}"
