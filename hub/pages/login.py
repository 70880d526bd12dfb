"""Logging in and out with a browser: a session cookie that no script reads and no other site sends."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from hub.api.entry import COOKIE, Who
from hub.api.parts import Body, HubOf, Text
from hub.pages.forms import form_of
from hub.pages.render import link, render
from hub.pages.security import HEADERS, same_origin
from interfaces.failure import Failure


def login_page(request: Request, next: Text = None) -> Response:
    return render(request, "login.html", "", next=local(next), refused=None)


def login(request: Request, hub: HubOf, body: Body) -> Response:
    same_origin(request)
    form = form_of(body)
    there = local(form.get("next"))
    try:
        made = hub.gate.people.login(form.get("name", ""), form.get("password", ""))
    except Failure as refused:
        status = 429 if refused.code == "throttled" else 401
        return render(request, "login.html", "", status=status, next=there, refused=refused)
    answer = RedirectResponse(there, 303, HEADERS)
    secure = hub.config.public_url.startswith("https:")
    answer.set_cookie(COOKIE, made.token, httponly=True, samesite="strict", secure=secure, path="/")
    return answer


def logout(request: Request, hub: HubOf, who: Who, body: Body) -> Response:
    same_origin(request, who, form_of(body))
    hub.gate.people.logout(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse(link(request)("/login"), 303, HEADERS)
    answer.delete_cookie(COOKIE, path="/")
    return answer


def local(path: str | None) -> str:
    """A path of ours to go on to; anything else is the first page: no login leads elsewhere."""
    good = path and path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if path and good else "/"
