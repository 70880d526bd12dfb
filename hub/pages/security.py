"""What keeps the pages safe: no script runs, nobody frames them, no other site submits their forms."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from fastapi import Request

from hub.identity.who import NOBODY, Caller
from interfaces.failure import Failure

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def same_origin(request: Request, who: Caller = NOBODY, form: Mapping[str, str] = MappingProxyType({})) -> None:
    """Failure ``forbidden`` unless the form was sent from one of our own pages.

    Browsers name the origin of every POST; a request that names none was not made by one of our forms. A form of
    somebody who is logged in also carries what only a page made for his session can know.
    """
    origin = request.headers.get("origin") or request.headers.get("referer", "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    ours = urlsplit(origin).netloc == request.headers.get("host") and site == "same-origin"
    if not ours or not hmac.compare_digest(form.get("form", "").encode(), who.form.encode()):
        raise Failure(
            "forbidden", "this form was not sent from the hub's own page", advice="open the page and act there"
        )
