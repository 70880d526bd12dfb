"""Attacks 18 to 31, and what careless SOAP clients send: envelopes, headers, methods, addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tests.security import bodies
from tests.security.bodies import CERT, EXCHANGE, HTTP, INTAKE, OWN, SOAP, S
from tests.security.case import Case, text

ACTION = f"{INTAKE}/queryCustomer"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
MUST = 's:mustUnderstand="1"'
XSI = "http://www.w3.org/2001/XMLSchema-instance"
FAULT = "500 fault Client"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSA = "http://www.w3.org/2005/08/addressing"


def _asked() -> str:
    return bodies.soap(bodies.query())


def _with_header(header: str) -> Callable[[], bytes]:
    return lambda: bodies.soap(bodies.query(), header).encode()


def _case(number: int, what: str, want: str, body: Callable[[], bytes] | None = None, **more: object) -> Case:
    return Case(number, what, SOAP, body or (lambda: _asked().encode()), want, **more)  # type: ignore[arg-type]


def _header(number: int, what: str, want: str, **headers: str) -> Case:
    return _case(number, what, want, headers={name.replace("_", "-"): value for name, value in headers.items()})


ENVELOPES: list[tuple[int, str, Callable[[], str], str]] = [
    (18, "empty Body", lambda: bodies.soap(""), "500 fault Client"),
    (
        18,
        "two Bodies",
        lambda: bodies.soap(bodies.query(), after=f"<s:Body>{bodies.query()}</s:Body>"),
        "500 fault Client",
    ),
    (18, "two requests in one Body", lambda: bodies.soap(bodies.query() + bodies.query()), "500 fault Client"),
    (18, "no Body", lambda: f'<s:Envelope xmlns:s="{S}"/>', "500 fault Client"),
    (18, "Header after Body", lambda: bodies.soap(bodies.query(), after="<s:Header/>"), "500 fault Client"),
    (18, "element after Body", lambda: bodies.soap(bodies.query(), after="<x xmlns='urn:x'/>"), "200 reply"),
    (18, "text in the Body", lambda: bodies.soap(f"{CERT}{bodies.query()}"), "500 fault Client"),
    (18, "only text in the Body", lambda: bodies.soap(CERT), "500 fault Client"),
    (19, "nothing at all", lambda: "", "500 fault Client"),
    (19, "blanks only", lambda: "  \r\n ", "500 fault Client"),
    (19, "not XML", lambda: f"hello {CERT}", "500 fault Client"),
    (19, "JSON", lambda: f'{{"a": "{CERT}"}}', "500 fault Client"),
    (19, "HTML", lambda: "<html><body>hello</body></html>", "500 fault Client"),
    (19, "two documents", lambda: _asked() * 2, "500 fault Client"),
    (19, "text behind the document", lambda: f"{_asked()}{CERT}", "500 fault Client"),
    (20, "SOAP 1.2 envelope", lambda: _asked().replace(S, SOAP12), "500 fault VersionMismatch"),
    (20, "an envelope of no version", lambda: _asked().replace(S, "urn:x"), "500 fault VersionMismatch"),
    (20, "an envelope without namespace", lambda: "<Envelope><Body/></Envelope>", "500 fault VersionMismatch"),
    (
        20,
        "Body of SOAP 1.2",
        lambda: _asked().replace("<s:Body>", f'<x:Body xmlns:x="{SOAP12}">').replace("</s:Body>", "</x:Body>"),
        "500 fault Client",
    ),
    (
        22,
        "unknown operation",
        lambda: bodies.soap(f'<c:dropAll xmlns:c="{INTAKE}">{CERT}</c:dropAll>'),
        "500 fault Client",
    ),
    (22, "operation of another namespace", lambda: _asked().replace(INTAKE, "urn:other"), "500 fault Client"),
    (22, "a reply as request", lambda: _asked().replace("queryCustomer", "queryCustomerResponse"), "500 fault Client"),
    (22, "a Fault as request", lambda: bodies.soap("<s:Fault><faultcode>x</faultcode></s:Fault>"), "500 fault Client"),
    (
        31,
        "5000-digit integer",
        lambda: bodies.soap(
            bodies.order("").replace("<c:orderItem>", f"<c:priority>{'9' * 5000}</c:priority><c:orderItem>", 1)
        ),
        "500 fault Client",
    ),
    (31, "no date", lambda: bodies.soap(bodies.order(f"<c:apptDate>{CERT}</c:apptDate>")), "500 fault Client"),
    (15, "blank line before the declaration", lambda: '\n<?xml version="1.0"?>' + _asked(), "500 fault Client"),
]

HEADERS: list[tuple[int, str, str, str]] = [
    (23, "unknown header, must be understood", f'<x:t xmlns:x="urn:x" {MUST}>{CERT}</x:t>', "500 fault MustUnderstand"),
    (23, "must be understood, by word", '<x:t xmlns:x="urn:x" s:mustUnderstand="true"/>', "500 fault MustUnderstand"),
    (23, "unknown header", f'<x:t xmlns:x="urn:x">{CERT}</x:t>', "200 reply"),
    (23, "mustUnderstand 0", '<x:t xmlns:x="urn:x" s:mustUnderstand="0"/>', "200 reply"),
    (23, "for another actor", f'<x:t xmlns:x="urn:x" {MUST} s:actor="urn:somebody"/>', "200 reply"),
    (
        23,
        "for the next actor",
        f'<x:t xmlns:x="urn:x" {MUST} s:actor="{S[:-9]}actor/next"/>',
        "500 fault MustUnderstand",
    ),
    (
        24,
        "a signed header that wraps another Body",
        f'<x:w xmlns:x="urn:x"><s:Body>{bodies.query()}</s:Body></x:w>',
        "200 reply",
    ),
    (
        27,
        "WS-Addressing ReplyTo elsewhere",
        f'<a:ReplyTo xmlns:a="{WSA}"><a:Address>http://127.0.0.1:9/</a:Address></a:ReplyTo>',
        "200 reply",
    ),
    (
        27,
        "WS-Addressing FaultTo, must be understood",
        f'<a:FaultTo xmlns:a="{WSA}" {MUST}><a:Address>http://127.0.0.1:9/</a:Address></a:FaultTo>',
        "500 fault MustUnderstand",
    ),
    (
        63,
        "a password that nobody asked for",
        f'<w:Security xmlns:w="{WSSE}"><w:UsernameToken><w:Username>u</w:Username><w:Password>{CERT}</w:Password></w:UsernameToken></w:Security>',
        "200 reply",
    ),
]

ACTIONS: list[tuple[int, str, str, str]] = [
    (21, "no SOAPAction", "", "200 reply"),
    (21, "empty SOAPAction", '""', "200 reply"),
    (21, "the agreed SOAPAction", f'"{ACTION}"', "200 reply"),
    (21, "SOAPAction without quotes", ACTION, "200 reply"),
    (21, "SOAPAction with blanks", f'  "{ACTION}" ', "200 reply"),
    (21, "SOAPAction in single quotes", f"'{ACTION}'", "500 fault Client"),
    (21, "SOAPAction of another operation", f'"{INTAKE}/submitOrder"', "500 fault Client"),
    (21, "SOAPAction of nobody", f'"urn:{CERT}"', "500 fault Client"),
    (22, "SOAPAction of 20 KB", '"' + "a" * 20_000 + '"', "500 fault Client"),
]

TYPES: list[tuple[int, str, str, str]] = [
    (29, "upper case type", "TEXT/XML; CHARSET=UTF-8", "200 reply"),
    (29, "quoted charset", 'text/xml;charset="utf-8"', "200 reply"),
    (29, "parameters", 'text/xml; charset=utf-8; action="urn:x"', "200 reply"),
    (29, "no charset", "text/xml", "200 reply"),
    (29, "application/xml", "application/xml", "200 reply"),
    (29, "trailing semicolon", "text/xml;", "200 reply"),
    (20, "SOAP 1.2 type", "application/soap+xml; charset=utf-8", "500 fault VersionMismatch"),
    (29, "JSON type", "application/json", "415 fault Client"),
    (29, "form type", "application/x-www-form-urlencoded", "415 fault Client"),
    (29, "plain text type", "text/plain", "415 fault Client"),
    (29, "no type", "", "415 fault Client"),
    (28, "multipart without a part", 'multipart/related; boundary=x; type="text/xml"', "415 fault Client"),
    (29, "a type of 20 KB", "a" * 20_000, "415 fault Client"),
]

_XOP = (
    '--b\r\nContent-Type: application/xop+xml; type="text/xml"\r\nContent-ID: <r>\r\n\r\n{}\r\n'
    "--b\r\nContent-ID: <d>\r\n\r\nbytes\r\n--b--\r\n"
)
XOP = 'multipart/related; type="application/xop+xml"; start="<r>"; boundary=b'


METHODS: list[tuple[int, str, str, str, str]] = [
    (29, "GET", "GET", SOAP, "405 fault Client"),
    (29, "GET wsdl", "GET", f"{SOAP}?wsdl", "200 definitions"),
    (29, "GET WSDL", "GET", f"{SOAP}?WSDL", "200 definitions"),
    (29, "GET wsdl with a value", "GET", f"{SOAP}?wsdl=1", "200 definitions"),
    (29, "GET singleWsdl", "GET", f"{SOAP}?singleWsdl", "200 definitions"),
    (29, "GET another query", "GET", f"{SOAP}?x=wsdl", "405 fault Client"),
    (29, "HEAD wsdl", "HEAD", f"{SOAP}?wsdl", "200"),
    (29, "HEAD", "HEAD", SOAP, "405"),
    (29, "PUT", "PUT", SOAP, "405 fault Client"),
    (29, "DELETE", "DELETE", SOAP, "405 fault Client"),
    (29, "PATCH", "PATCH", SOAP, "405 fault Client"),
    (29, "TRACE", "TRACE", SOAP, "405 fault Client"),
    (29, "OPTIONS", "OPTIONS", SOAP, "200"),
    (29, "GET exchange", "GET", EXCHANGE, "405 fault Client"),
    (29, "GET exchange wsdl", "GET", f"{EXCHANGE}?wsdl", "200 definitions"),
    (29, "GET exchange singleWsdl", "GET", f"{EXCHANGE}?singleWsdl", "200 definitions"),
    (29, "HEAD exchange wsdl", "HEAD", f"{EXCHANGE}?wsdl", "200"),
    (29, "OPTIONS exchange", "OPTIONS", EXCHANGE, "200"),
    (29, "GET http exchange", "GET", HTTP, "405 root 9006"),
    (29, "PUT http exchange", "PUT", HTTP, "405 root 9006"),
    (29, "OPTIONS http exchange", "OPTIONS", HTTP, "200"),
    (29, "TRACE http exchange", "TRACE", HTTP, "405 root 9006"),
]

PATHS: list[tuple[int, str, str, str]] = [
    (60, "trailing slash", f"{SOAP}/", "200 reply"),
    (60, "query on POST", f"{SOAP}?a=b", "200 reply"),
    (60, "wsdl query on POST", f"{SOAP}?wsdl", "200 reply"),
    (60, "absolute form", f"http://127.0.0.1{SOAP}", "200 reply"),
    (60, "absolute form of another host", f"http://evil.example.cn{SOAP}", "200 reply"),
    (60, "encoded slash", "/soap%2forder-intake", "200 reply"),
    (60, "two slashes", "/soap//order-intake", "404 fault Client"),
    (60, "dots", "/soap/x/../order-intake", "404 fault Client"),
    (60, "dots beyond the root", "/soap/../../../../etc/passwd", "404 fault Client"),
    (60, "encoded dots", "/soap/%2e%2e/%2e%2e/etc/passwd", "404 fault Client"),
    (60, "more path", f"{SOAP}/x", "404 fault Client"),
    (60, "upper case", "/soap/ORDER-INTAKE", "404 fault Client"),
    (60, "nobody", "/soap/nobody", "404 fault Client"),
    (60, "an outbound interface", "/soap/rm-resource", "404 fault Client"),
    (60, "no name", "/soap", "404 fault Client"),
    (60, "NUL", "/soap/order-intake%00", "404 fault Client"),
    (60, "line break", "/soap/order-intake%0d%0aSet-Cookie:x", "404 fault Client"),
    (60, "bytes that are no UTF-8", "/soap/%ff%fe", "404 fault Client"),
]


def _variants() -> Iterator[Case]:
    for number, what, build, want in ENVELOPES:
        yield _case(number, what, want, lambda b=build: b().encode())  # type: ignore[misc]
    for number, what, header, want in HEADERS:
        yield _case(number, what, want, _with_header(header))
    for number, what, action, want in ACTIONS:
        yield _case(number, what, want, headers={"SOAPAction": action})
    for number, what, media, want in TYPES:
        yield _case(number, what, want, headers={"Content-Type": media})
    for number, what, method, path, want in METHODS:
        yield Case(number, what, path, text(""), want, {"Content-Type": "", "Content-Length": ""}, method)
    for number, what, path, want in PATHS:
        yield Case(number, what, path, lambda: _asked().encode(), want)


def _odd_in0(attributes: str, document: str | None = None) -> str:
    text = bodies.contract_root() if document is None else document
    return bodies.wrapped(text).replace("<e:in0>", f"<e:in0 {attributes}>")


def _own() -> Iterator[Case]:
    """The hub's own API, where spyne decodes: the same rules of SOAP as at every other door."""
    asked = bodies.own_query
    nil = f'<c:area xmlns:i="{XSI}" i:nil="true"/>'
    rows: list[tuple[int, str, Callable[[], str], str]] = [
        (
            18,
            "own: empty request",
            lambda: asked().partition("<c:request>")[0] + "<c:request/></c:queryCustomer>",
            FAULT,
        ),
        (18, "own: no request", lambda: '<c:queryCustomer xmlns:c="urn:mboss:hub:v1"/>', FAULT),
        (
            18,
            "own: two requests",
            lambda: asked().replace("</c:queryCustomer>", "<c:request/></c:queryCustomer>"),
            FAULT,
        ),
        (18, "own: a field twice", lambda: asked("<c:area>8330100</c:area>"), FAULT),
        (16, "own: a field nil", lambda: asked().replace("<c:area>8330100</c:area>", nil), FAULT),
        (16, "own: an element in a value", lambda: asked().replace("8330100", "8330100<x/>"), FAULT),
        (15, "own: a comment in a value", lambda: asked().replace("8330100", "833<!-- -->0100"), "200 reply"),
        (22, "own: unknown operation", lambda: '<c:dropAll xmlns:c="urn:mboss:hub:v1"/>', FAULT),
        (22, "own: a reply as request", lambda: asked().replace("queryCustomer", "queryCustomerResponse"), FAULT),
        (22, "own: no namespace", lambda: "<queryCustomer><request/></queryCustomer>", FAULT),
        (14, "own: a value of 60000 digits", lambda: asked().replace("0571-80000042", "9" * 60_000), FAULT),
    ]
    for number, what, build, want in rows:
        yield Case(number, what, OWN, lambda b=build: bodies.soap(b()).encode(), want)  # type: ignore[misc]
    yield Case(
        21, "own: SOAPAction of nobody", OWN, lambda: bodies.soap(asked()).encode(), FAULT, {"SOAPAction": '"x"'}
    )
    yield Case(29, "own: DELETE", OWN, text(""), "405 fault Client", method="DELETE")


def _exchange() -> Iterator[Case]:
    """/soap/exchange: a Fault for what is no call of it, ContractRoot for all else."""
    call = lambda: bodies.wrapped(bodies.contract_root())  # noqa: E731
    rows: list[tuple[int, str, Callable[[], str], Mapping[str, str], str]] = [
        (21, "honest", call, {}, "200 root 0000"),
        (21, "CDATA", lambda: bodies.exchange(f"<![CDATA[{bodies.contract_root()}]]>"), {}, "200 root 0000"),
        (21, "JSON inside", lambda: bodies.wrapped(bodies.contract_root_json()), {}, "200 root 0000"),
        (21, "any SOAPAction", call, {"SOAPAction": '"urn:x"'}, "200 root 0000"),
        (21, "SOAPAction by name", call, {"SOAPAction": "exchange"}, "200 root 0000"),
        (18, "in0 empty", lambda: bodies.exchange(""), {}, "200 root 9241"),
        (18, "in0 is no document", lambda: bodies.exchange(CERT), {}, "200 root 9241"),
        (
            18,
            "in0 twice",
            lambda: bodies.exchange("").replace("<e:in0></e:in0>", "<e:in0/><e:in0/>"),
            {},
            "200 root 9006",
        ),
        (18, "in0 nil", lambda: _odd_in0(f'xmlns:i="{XSI}" i:nil="true"', ""), {}, "200 root 9241"),
        (16, "in0 of another type", lambda: _odd_in0(f'xmlns:i="{XSI}" i:type="e:number"'), {}, "200 root 0000"),
        (16, "in0 of a type nobody declared", lambda: _odd_in0(f'xmlns:i="{XSI}" i:type="zz:x"'), {}, "200 root 0000"),
        (16, "attributes at in0", lambda: _odd_in0('id="a" e:x="1" xml:lang="zh"'), {}, "200 root 0000"),
        (15, "comments in in0", lambda: call().replace("&lt;SvcCont", "<!-- x -->&lt;SvcCont"), {}, "200 root 0000"),
        (18, "in0 absent", lambda: bodies.exchange("").replace("<e:in0></e:in0>", ""), {}, "200 root 9006"),
        (18, "empty Body", lambda: bodies.soap(""), {}, "500 fault Client"),
        (18, "two Bodies", lambda: bodies.soap("", after="<s:Body/>"), {}, "500 fault Client"),
        (19, "nothing at all", lambda: "", {}, "200 root 9241"),
        (19, "not XML", lambda: CERT, {}, "200 root 9241"),
        (19, "the bare document", lambda: bodies.contract_root(), {}, "500 fault Client"),
        (20, "SOAP 1.2 envelope", lambda: call().replace(S, SOAP12), {}, "500 fault VersionMismatch"),
        (20, "SOAP 1.2 type", call, {"Content-Type": "application/soap+xml"}, "500 fault VersionMismatch"),
        (
            23,
            "must be understood",
            lambda: bodies.exchange("", header=f'<x:t xmlns:x="urn:x" {MUST}/>'),
            {},
            "500 fault MustUnderstand",
        ),
        (29, "JSON type", call, {"Content-Type": "application/json"}, "415 fault Client"),
    ]
    for number, what, build, headers, want in rows:
        yield Case(number, what, EXCHANGE, lambda b=build: b().encode(), want, headers)  # type: ignore[misc]


def _multipart() -> Iterator[Case]:
    yield _case(28, "XOP", "415 fault Client", lambda: _XOP.format(_asked()).encode(), headers={"Content-Type": XOP})
    include = '<c:code><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:d"/></c:code>'
    yield _case(
        28, "XOP include without parts", "500 fault Client", lambda: bodies.soap(bodies.query(include)).encode()
    )
    yield Case(28, "XOP", EXCHANGE, lambda: _XOP.format(_asked()).encode(), "415 fault Client", {"Content-Type": XOP})


CASES = [*_variants(), *_own(), *_exchange(), *_multipart()]
