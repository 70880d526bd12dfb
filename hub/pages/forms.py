"""What a form of ours sends."""

from __future__ import annotations

from urllib.parse import parse_qs

from interfaces.failure import Failure


def form_of(body: bytes) -> dict[str, str]:
    """The fields of an urlencoded form, the last value of each; Failure ``invalid``."""
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=10, errors="strict")
    except ValueError:
        raise Failure("invalid", "the form could not be read", advice="open the page and try again") from None
    return {name: values[-1] for name, values in fields.items()}
