"""A case of an attack list: what is sent, and what must come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.security.raw import request

XML = "text/xml; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True)
class Case:
    """number  of the attack in the list (docs/guards.md)
    what      the attack in words
    path      where it is sent
    body      builds the body when the case runs: some are large
    want      the answer as tests/security/answers.told puts it
    """

    number: int
    what: str
    path: str
    body: Callable[[], bytes]
    want: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"

    @property
    def id(self) -> str:
        return f"{self.number}-{self.what.replace(' ', '_')}-{self.path.strip('/').replace('/', '_')[-24:]}"

    def bytes(self) -> bytes:
        """The whole request."""
        return request(self.path, self.body(), {"Content-Type": XML, **self.headers}, self.method)


def text(value: str, charset: str = "utf-8") -> Callable[[], bytes]:
    """A body from text that is there already."""
    return lambda: value.encode(charset)
