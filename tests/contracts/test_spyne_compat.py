"""spyne imports and serves behind the shim, on every Python this product runs on."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

import interfaces.spyne_compat
from interfaces.spyne_compat import parse_header

from spyne import Application, Service, Unicode, rpc  # isort: skip
from spyne.protocol.soap import Soap11  # isort: skip
from spyne.server.wsgi import WsgiApplication  # isort: skip

NAMESPACE = "urn:example:echo"


class EchoService(Service):  # type: ignore[misc]
    @rpc(Unicode, _returns=Unicode)  # type: ignore[untyped-decorator]
    def echo(self, text: str) -> str:
        return text


@pytest.fixture
def app() -> Callable[..., Any]:
    protocol = {"in_protocol": Soap11(validator="lxml"), "out_protocol": Soap11()}
    server: Callable[..., Any] = WsgiApplication(Application([EchoService], NAMESPACE, **protocol))
    return server


def post(app: Callable[..., Any], body: bytes) -> tuple[str, bytes]:
    seen: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "CONTENT_TYPE": 'text/xml; charset="utf-8"',
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    answer = app(environ, lambda status, headers: seen.append(status))
    return seen[0], b"".join(answer)


def test_a_service_answers_chinese_text(app: Callable[..., Any]) -> None:
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        f'<echo xmlns="{NAMESPACE}"><text>装机</text></echo></e:Body></e:Envelope>'
    ).encode()
    status, answer = post(app, body)
    assert status == "200 OK"
    assert "装机" in answer.decode()


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("text/xml", ("text/xml", {})),
        ("text/xml; charset=utf-8", ("text/xml", {"charset": "utf-8"})),
        ('text/xml; Charset="GBK"; a=b', ("text/xml", {"charset": "GBK", "a": "b"})),
        ('multipart/related; start="a;b"', ("multipart/related", {"start": "a;b"})),
        ("", ("", {})),
    ],
)
def test_a_header_is_taken_apart(line: str, parsed: tuple[str, dict[str, str]]) -> None:
    assert parse_header(line) == parsed


def test_installing_twice_changes_nothing() -> None:
    interfaces.spyne_compat._install()
    assert parse_header("a/b") == ("a/b", {})
