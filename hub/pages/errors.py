"""An error as a page that a person can read, with the incident id that is in the log."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from hub.errors import wire_codes
from hub.logs import place_of
from hub.pages.render import link, render
from hub.pages.security import HEADERS
from interfaces.failure import Failure
from interfaces.ids import new_id

log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Let ``app`` answer every error by a page."""
    for kind in (Failure, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, _on_error)


async def _on_error(request: Request, error: Exception) -> Response:
    failure, status = _told(error)
    if failure.code == "unauthenticated" and request.method == "GET":
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(link(request)("/login", next=asked), 303, HEADERS)
    incident = new_id("inc")
    log.warning("page failed", incident=incident, code=failure.code, at=place_of(error) if status == 500 else "")
    return render(request, "error.html", "", status=status, failure=failure, incident=incident)


def _told(error: Exception) -> tuple[Failure, int]:
    if isinstance(error, HTTPException):
        return Failure("not_found", str(error.detail)), error.status_code
    if isinstance(error, RequestValidationError):
        faults = [{"path": str(e["loc"][-1]), "message": str(e["msg"])} for e in error.errors()]
        return Failure("invalid", "the address is not as agreed", errors=faults), 400
    if not isinstance(error, Failure):
        error = Failure("internal", "the hub failed at this page", advice="report the incident id")
    return error, wire_codes(error).http
