"""Attacks 1 to 17: XML, at every door that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.security import bodies
from tests.security.bodies import CERT, EXCHANGE, HTTP, NAME, OWN, SOAP
from tests.security.case import Case

Text = Callable[[], str]

_LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    1: ("XXE reads a file", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', "&e;"),
    2: ("XXE calls a server", '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]>', "&e;"),
    3: ("external DTD", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', ""),
    4: ("parameter entity", '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>', ""),
    5: ("billion laughs", f'<!DOCTYPE x [<!ENTITY l0 "lol">{_LOL}]>', "&l9;"),
    6: ("quadratic blow-up", f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>', "&a;" * 10_000),
    7: ("bare DOCTYPE", "<!DOCTYPE x>", ""),
}

INVALID = {SOAP: "500 fault Client", OWN: "500 fault Client", EXCHANGE: "200 root 9241", HTTP: "200 root 9241"}
TOO_LARGE = {SOAP: "413 fault Client", OWN: "413 fault Client", EXCHANGE: "200 root 9043", HTTP: "200 root 9043"}
TAKEN = {SOAP: "200 reply", OWN: "200 reply", EXCHANGE: "200 root 0000", HTTP: "200 root 0000"}


def document(path: str, extra: str, prolog: str = "") -> str:
    """An honest message of this door with ``extra`` markup inside and ``prolog`` in front."""
    if path == SOAP:
        return bodies.soap(bodies.query(extra), prolog=prolog)
    if path == OWN:
        return bodies.soap(bodies.own_query(extra), prolog=prolog)
    if path == HTTP:
        return bodies.contract_root(extra, prolog)
    return bodies.soap(_call(extra), prolog=prolog)


def _call(extra: str) -> str:
    return (
        bodies.exchange("").partition("<s:Body>")[2].partition("</s:Body>")[0].replace("</e:in0>", f"{extra}</e:in0>")
    )


def inner(path: str, extra: str, prolog: str = "") -> str:
    """The same with the attack in the document that ``in0`` carries as text."""
    return bodies.wrapped(bodies.contract_root(extra, prolog))


def everywhere(number: int, what: str, extra: Text, want: dict[str, str], prolog: str = "") -> Iterator[Case]:
    def body(path: str, build: Callable[[str, str, str], str]) -> Callable[[], bytes]:
        return lambda: build(path, extra(), prolog).encode()

    for path in (SOAP, OWN, EXCHANGE, HTTP):
        yield Case(number, what, path, body(path, document), want[path])
    yield Case(number, f"{what} in in0", EXCHANGE, body(EXCHANGE, inner), want[EXCHANGE])


def _doctypes() -> Iterator[Case]:
    for number, (what, doctype, reference) in DOCTYPES.items():
        yield from everywhere(number, what, lambda r=reference: f"<x>{r}{CERT}</x>", INVALID, doctype)  # type: ignore[misc]


def _attributes(count: int, name: str) -> str:
    given = " ".join(f'{name.format(n)}="urn:{n}"' for n in range(count))
    return f"<a {given}/>"


XI = "http://www.w3.org/2001/XInclude"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

BOMBS: list[tuple[int, str, Text, dict[str, str]]] = [
    (10, "depth 100000", lambda: "<a>" * 100_000 + "</a>" * 100_000, TOO_LARGE),
    (10, "depth 200", lambda: "<a>" * 200 + "</a>" * 200, TOO_LARGE),
    (11, "100000 attributes", lambda: _attributes(100_000, "a{}"), TOO_LARGE),
    (11, "300 attributes", lambda: _attributes(300, "a{}"), TOO_LARGE),
    (11, "attribute twice", lambda: "<a b='1' b='2'/>", INVALID),
    (12, "20000 namespaces", lambda: _attributes(20_000, "xmlns:n{}"), TOO_LARGE),
    (12, "namespaces one by one", lambda: "".join(f'<a xmlns="urn:{n}"/>' for n in range(15_000)), TOO_LARGE),
    (13, "480000 children", lambda: "<a/>" * 480_000, TOO_LARGE),
    (13, "150000 children", lambda: "<a/>" * 150_000, TOO_LARGE),
    (13, "8 MiB text", lambda: "a" * (8 << 20), TOO_LARGE),
    (13, "12 MiB unclosed", lambda: "<a>" * (4 << 20), TOO_LARGE),
    (13, "unclosed within the limit", lambda: "<a>" * 19_000, TOO_LARGE),
    (13, "a million less-than signs", lambda: "<" * 1_000_000, TOO_LARGE),
    (13, "unclosed comments", lambda: "<!--" * 120_000, INVALID),
    (13, "unclosed CDATA", lambda: "<![CDATA[" * 80_000, INVALID),
    (13, "unclosed quotes", lambda: "<a b='" * 15_000, INVALID),
    (14, "1 MB attribute", lambda: f"<a b='{'x' * 900_000}'/>", TOO_LARGE),
    (14, "overlong name", lambda: f"<{'n' * 900_000}/>", INVALID),
    (15, "processing instruction", lambda: "<?php echo 1 ?>", INVALID),
    (15, "NUL reference", lambda: "<a>&#0;</a>", INVALID),
    (15, "control character reference", lambda: "<a>&#8;</a>", INVALID),
    (15, "lone surrogate reference", lambda: "<a>&#xD800;</a>", INVALID),
    (15, "undefined entity", lambda: f"<a>&canary{CERT};</a>", INVALID),
    (15, "prefix nobody declared", lambda: "<zz:a/>", INVALID),
]


def _bombs() -> Iterator[Case]:
    for number, what, extra, want in BOMBS:
        yield from everywhere(number, what, extra, want)


def soap_case(number: int, what: str, content: Text, want: str) -> Case:
    return Case(number, what, SOAP, lambda: bodies.soap(content()).encode(), want)


def _refs() -> Iterator[Case]:
    """Multi-ref: what spyne would copy for every reference (measured elsewhere: gigabytes from one megabyte)."""
    copied = '<m id="i1">' + "x" * 30_000 + "</m>"
    deep = "".join(f'<m id="i{n}"><a href="#i{n + 1}"/><a href="#i{n + 1}"/></m>' for n in range(60))
    rows = {
        "loop": '<m id="i1"><a href="#i1"/></m>',
        "dangling": '<a href="#nobody"/>',
        "deep": deep,
        "text copied": copied + '<a href="#i1"/>' * 15_000,
        "attributes copied": _attributes(60, "b{}").replace("<a", '<m id="i1"') + '<a href="#i1"/>' * 15_000,
    }
    for what, extra in rows.items():
        yield soap_case(17, f"multi-ref {what}", lambda e=extra: bodies.query(e), "500 fault Client")  # type: ignore[misc]
        yield Case(17, f"multi-ref {what}", OWN, lambda e=extra: document(OWN, e).encode(), INVALID[OWN])  # type: ignore[misc]
        yield Case(17, f"multi-ref {what}", EXCHANGE, lambda e=extra: document(EXCHANGE, e).encode(), "200 root 9006")  # type: ignore[misc]
    by_href = bodies.soap(
        '<e:exchange xmlns:e="http://www.chinatelecom.hub.com"><e:in0 href="#i1"/></e:exchange>',
        after='<m id="i1">x</m>',
    )
    yield Case(17, "in0 by reference", EXCHANGE, lambda: by_href.encode(), "200 root 9006")


def _meanings() -> Iterator[Case]:
    include = f'<x:include xmlns:x="{XI}" href="file:///etc/hostname" parse="text"/>'
    split = bodies.query(code="0571-<!-- x -->8000<![CDATA[00]]>42")
    yield soap_case(
        8,
        "schemaLocation",
        lambda: bodies.query().replace(
            "<c:queryCustomer",
            f'<c:queryCustomer xmlns:i="{XSI}" i:schemaLocation="{bodies.INTAKE} http://127.0.0.1:9/x.xsd"',
            1,
        ),
        "200 reply",
    )
    yield soap_case(9, "XInclude", lambda: bodies.query(include), "500 fault Client")
    yield soap_case(15, "comment and CDATA in a value", lambda: split, "200 reply")
    yield soap_case(
        16,
        "xsi:type of another type",
        lambda: bodies.query().replace("<c:code>", f'<c:code xmlns:i="{XSI}" i:type="i:evil">', 1),
        "500 fault Client",
    )
    yield soap_case(
        16,
        "xsi:nil on a required field",
        lambda: bodies.query().replace("<c:code>0571-80000042", f'<c:code xmlns:i="{XSI}" i:nil="true">', 1),
        "500 fault Client",
    )
    yield soap_case(14, "field longer than agreed", lambda: bodies.order(name=NAME * 4000), "500 fault Client")
    yield soap_case(14, "value of 70000 characters", lambda: bodies.order(name="名" * 70_000), TOO_LARGE[SOAP])


CASES = [*_doctypes(), *_bombs(), *_refs(), *_meanings()]
