"""Templates to HTML: autoescaped, in the reader's language, with the headers that keep scripts out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from hub.identity.who import NOBODY
from hub.pages.security import HEADERS
from hub.pages.texts import LANGUAGES, choose, texts
from hub.views.waiting import sentence

Link = Callable[..., str]


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _moment(at: str | None) -> str:
    """``2026-09-21T14:13:20.123456Z`` -> ``2026-09-21 14:13:20.123 Z``; None -> nothing."""
    if not at:
        return ""
    whole, _, part = at.removesuffix("Z").partition(".")
    return f"{whole.replace('T', ' ')}{'.' + part[:3] if part else ''} Z"


_templates = Environment(
    loader=PackageLoader("hub.pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.filters |= {"pretty": _pretty, "moment": _moment}
_templates.globals["sentence"] = sentence


def link(request: Request) -> Link:
    """``link("/fallout", cursor=...)``: a path with the query values that are there, keeping a chosen language."""
    asked = request.query_params.get("lang", "")
    kept = {"lang": asked} if asked in LANGUAGES else {}

    def to(path: str, **query: str | None) -> str:
        values = {k: v for k, v in {**query, **kept}.items() if v}
        return f"{path}?{urlencode(values)}" if values else path

    return to


def render(request: Request, template: str, here: str, status: int = 200, **values: Any) -> HTMLResponse:
    """One page. ``here`` is the tab it belongs to; ``refresh`` in ``values`` reloads it after that many seconds."""
    asked = request.query_params.get("lang", "")
    lang = choose(asked, request.headers.get("accept-language", ""))
    other = LANGUAGES[1 - LANGUAGES.index(lang)]
    html = _templates.get_template(template).render(
        t=texts(lang),
        lang=lang,
        chosen=asked in LANGUAGES,
        link=link(request),
        other_language="?" + urlencode(dict(request.query_params) | {"lang": other}),
        here=here,
        who=getattr(request.state, "who", NOBODY),
        **{"refresh": 0, **values},
    )
    headers = HEADERS | {"Content-Language": lang, "Vary": "Accept-Language"}
    return HTMLResponse(html, status, headers)
