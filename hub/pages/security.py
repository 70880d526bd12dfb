"""What keeps the pages safe: no script runs, nobody frames them, no other site submits their forms."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from interfaces.failure import Failure

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def same_origin(request: Request) -> None:
    """Failure ``forbidden`` unless the form was sent from one of our own pages.

    Browsers name the origin of every POST; a request that names none was not made by one of our forms.
    """
    origin = request.headers.get("origin") or request.headers.get("referer", "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if urlsplit(origin).netloc != request.headers.get("host") or site != "same-origin":
        raise Failure(
            "forbidden", "this form was not sent from the hub's own page", advice="open the page and act there"
        )
