"""Every error of the HTTP API leaves here: problem+json (RFC 9457), or TM Forum's Error under /tmf-api.

A Failure is translated by hub/errors.py; the framework's own 404, 405 and validation errors become Failures first. Each
answer names an incident id, which is also in the log: a caller quotes it, an operator finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from hub.errors import problem_type, wire_codes
from hub.logs import place_of
from interfaces.envelope.base import shown
from interfaces.failure import Code, Failure
from interfaces.ids import new_id

TMF = "/tmf-api/"
PROBLEM_JSON = "application/problem+json"

# what the framework says -> which Failure it is; the status stays the framework's
STATUS_CODES: dict[int, Code] = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    413: "too_large",
    429: "throttled",
    500: "internal",
    503: "unavailable",
}

log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Let ``app`` answer every error through this module."""
    app.add_exception_handler(Failure, _on_failure)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(Exception, _on_crash)


def problem(failure: Failure, status: int, incident: str) -> dict[str, Any]:
    """The problem+json body; empty parts are left out."""
    said = {
        "type": problem_type(failure.code),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": failure.message,
        "instance": incident,
        "where": shown(failure.where),
        "advice": failure.advice,
        "errors": failure.errors,
    }
    return {k: v for k, v in said.items() if v}


def tmf_error(failure: Failure, status: int, incident: str) -> dict[str, Any]:
    """TM Forum's Error: code, reason, message, status, all text."""
    faults = "; ".join(f"{e.get('path', '')}: {e.get('message', '')}" for e in failure.errors)
    said = {
        "code": failure.code,
        "reason": failure.message,
        "message": "; ".join(part for part in (faults, shown(failure.where), failure.advice) if part),
        "status": str(status),
        "referenceError": f"urn:mboss:incident:{incident}",
        "@type": "Error",
    }
    return {k: v for k, v in said.items() if v}


def answer(
    request: Request, failure: Failure, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The response that says ``failure``; logged once, without what the caller sent."""
    status = status or wire_codes(failure).http
    incident = str(failure.detail.get("incident") or new_id("inc"))
    log.info("request refused", incident=incident, code=failure.code, status=status, method=request.method)
    if request.url.path.startswith(TMF):
        return JSONResponse(tmf_error(failure, status, incident), status, headers)
    return JSONResponse(problem(failure, status, incident), status, headers, media_type=PROBLEM_JSON)


async def _on_failure(request: Request, error: Exception) -> Response:
    assert isinstance(error, Failure)
    return answer(request, error, headers=_headers(error))


def _headers(failure: Failure) -> dict[str, str]:
    """What HTTP asks to be told with a status: RFC 9110, sections 11.6.1 and 10.2.3."""
    told = {"WWW-Authenticate": 'Bearer realm="mboss"'} if failure.code == "unauthenticated" else {}
    seconds = failure.detail.get("retryAfter")
    return told | ({"Retry-After": str(seconds)} if seconds else {})


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = STATUS_CODES.get(error.status_code, "invalid")
    failure = Failure(code, str(error.detail), where=f"{request.method} {request.url.path}"[:200], advice="see /docs")
    return answer(request, failure, error.status_code, error.headers)


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [{"path": ".".join(map(str, e["loc"])), "message": str(e["msg"])} for e in error.errors()]
    return answer(request, Failure("invalid", "the request is not as agreed", advice="see /docs", errors=faults))


async def _on_crash(request: Request, error: Exception) -> Response:
    failure = Failure("internal", "the hub failed at this request", advice="report the incident id")
    incident = new_id("inc")
    failure.detail["incident"] = incident
    log.error("request crashed", incident=incident, at=place_of(error))
    return answer(request, failure)
