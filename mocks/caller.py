"""How a peer calls the hub: SOAP 1.1 with kept-alive connections. It knows the hub by configuration only."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
from lxml import etree

from mocks.outbox import Again
from mocks.shell import ENVELOPE
from mocks.spyne_side import FIELD, Service
from mocks.store import Body

TIMEOUT = httpx.Timeout(8.0, connect=2.0)


class HubRefused(Exception):
    """The hub will never take this message (SOAP fault Client); repeating is useless."""


class Caller:
    """``hub()`` and ``key()`` tell the hub's base URLs (several: separated by spaces) and our API key, "" for none, at
    the time of the call. Calls go to one after the other; an address where nobody listens is passed over.

    Thread-safe.
    """

    def __init__(self, hub: Callable[[], str], key: Callable[[], str] = str) -> None:
        self._hub = hub
        self._key = key
        self._turn = itertools.count()
        self._client = httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False)

    def call(self, service: Service, operation: str, fields: Body) -> Body:
        """Send one request and return the reply's tree. Again: not delivered for sure. HubRefused: never will be."""
        headers = {"content-type": "text/xml; charset=utf-8", "soapaction": f'"{service.namespace}/{operation}"'}
        headers |= {"x-api-key": key} if (key := self._key()) else {}
        document = envelope(service, operation, fields)
        try:
            response = self._post(f"/soap/{service.id}", document, headers)
            body = _body(response.content)
        except (httpx.HTTPError, httpx.InvalidURL, etree.XMLSyntaxError) as error:
            raise Again(type(error).__name__) from error
        if body is None or body.tag == f"{ENVELOPE}Fault" or response.status_code != 200:
            raise _fault(response.status_code, body)
        return dict(tree(body))

    def _post(self, path: str, document: bytes, headers: dict[str, str]) -> httpx.Response:
        urls = self._hub().split()
        first = next(self._turn) % len(urls)
        *some, last = urls[first:] + urls[:first]
        for url in some:
            with suppress(httpx.ConnectError):  # nothing was sent
                return self._client.post(url + path, content=document, headers=headers)
        return self._client.post(last + path, content=document, headers=headers)

    def close(self) -> None:
        self._client.close()


def envelope(service: Service, operation: str, fields: Body) -> bytes:
    """The request as bytes; elements in the order of the service's field list, absent ones left out."""
    root = etree.Element(f"{ENVELOPE}Envelope", nsmap={"soapenv": ENVELOPE[1:-1]})
    request = etree.SubElement(etree.SubElement(root, f"{ENVELOPE}Body"), f"{{{service.namespace}}}{operation}")
    _fill(request, service, service.operations[operation][0], fields)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _fill(parent: Any, service: Service, notation: str, values: Body) -> None:
    for match in FIELD.finditer(notation):
        value = values.get(match["name"])
        if value is None or value == "":
            continue
        for item in value if isinstance(value, list) else [value]:
            child = etree.SubElement(parent, f"{{{service.namespace}}}{match['name']}")
            if match["type"]:
                _fill(child, service, service.types[match["type"]], item)
            else:
                child.text = str(item)


def _body(document: bytes) -> Any:
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    body = root.find(f"{ENVELOPE}Body")
    return body[0] if body is not None and len(body) else None


def _fault(status: int, body: Any) -> Exception:
    code = "" if body is None else body.findtext("faultcode") or ""
    text = "" if body is None else body.findtext("faultstring") or ""
    said = f"HTTP {status} {code} {text}".strip()
    return HubRefused(said) if code.rpartition(":")[2].startswith("Client") else Again(said)


def tree(element: Any) -> Any:
    """Element -> wire tree; a repeated child becomes a list."""
    if not len(element):
        return element.text or ""
    found: Body = {}
    for child in element:
        name, value = etree.QName(child).localname, tree(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found
