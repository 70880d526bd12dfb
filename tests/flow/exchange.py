"""ContractRoot as an outside system speaks it: raw bytes to both doors, answers read without the code under test."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import httpx

DATA = Path(__file__).parent.parent / "samples" / "contractroot"
NINES = "9" * 28
ENVELOPE = (
    '{declaration}<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    '<exchange xmlns="http://www.chinatelecom.hub.com"><in0>{in0}</in0></exchange></s:Body></s:Envelope>'
)
_serial = itertools.count(1)


def sample(name: str) -> str:
    """A document of tests/samples with a TransactionID never used before (same system, same day)."""
    text = (DATA / name).read_text("utf-8")
    return re.sub(r"(1000000\d{3}20\d{6})\d{10}", lambda match: f"{match[1]}{next(_serial):010d}", text, count=1)


def transaction_of(text: str) -> str:
    found = re.search(r"1000000\d{3}20\d{16}", text)
    assert found
    return found[0]


@dataclass
class Reply:
    """What came back: the document's bytes, its text, and by name the text of every leaf."""

    body: bytes
    content_type: str
    text: str

    @property
    def leaves(self) -> dict[str, str]:
        if self.text.lstrip().startswith("{"):
            return dict(_json_leaves(json.loads(self.text)))
        declared = re.sub(r"^<\?xml[^>]*\?>", "", self.text)
        return {leaf.tag: leaf.text or "" for leaf in ElementTree.fromstring(declared).iter() if len(leaf) == 0}

    @property
    def code(self) -> str:
        return self.leaves["RspCode"]

    @property
    def transaction(self) -> str:
        return self.leaves["TransactionID"]

    @property
    def words(self) -> str:
        return self.leaves["RspDesc"]


def by_http(url: str, body: bytes, content_type: str = "text/xml; charset=utf-8") -> Reply:
    """POST /http/exchange: the document itself."""
    answer = httpx.post(f"{url}/http/exchange", content=body, headers={"content-type": content_type}, trust_env=False)
    assert answer.status_code == 200, answer.text
    told = answer.headers["content-type"]
    return Reply(answer.content, told, answer.content.decode(_charset(told)))


def by_soap(url: str, body: bytes, content_type: str = "text/xml; charset=utf-8") -> Reply:
    """POST /soap/exchange: the document as the string ``in0``, in an envelope of the same charset."""
    charset = _charset(content_type, body)
    text = body.decode(charset)
    declaration = "".join(re.findall(r"^<\?xml[^>]*\?>", text))
    envelope = ENVELOPE.format(declaration=declaration, in0=escape(text)).encode(charset)
    headers = {"content-type": content_type, "soapaction": '"exchange"'}
    answer = httpx.post(f"{url}/soap/exchange", content=envelope, headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text
    told = answer.headers["content-type"]
    outer = answer.content.decode(_charset(told))
    root = ElementTree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", outer))
    (out,) = (leaf.text or "" for leaf in root.iter() if leaf.tag.endswith("out"))
    return Reply(answer.content, told, out)


DOORS = {"http": by_http, "soap": by_soap}


def _charset(content_type: str, body: bytes = b"") -> str:
    named = re.search(r"charset=([\w-]+)", content_type) or re.search(
        r'encoding="([\w-]+)"', body[:60].decode("latin-1")
    )
    return named[1] if named else "utf-8"


def _json_leaves(tree: Any) -> Any:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _json_leaves(value)
        else:
            yield name, value
