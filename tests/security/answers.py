"""What an answer says, in a few words: ``500 fault Client``, ``200 root 9241``, ``400 tmf invalid``, ``200 reply``."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

from tests.security.bodies import S
from tests.security.raw import Answer

TRACES = ("Traceback", 'File "', "site-packages", ".py:", "lxml", "pydantic", "sqlalchemy", "Exception", "Error:")
"""What only a stack trace or a foreign error would say."""


def told(answer: Answer) -> str:
    """Status, kind and code of an answer; ElementTree and json are oracles enough."""
    if answer.status == 0:
        return "closed"
    return f"{answer.status} {_kind(answer)}".strip()


def _kind(answer: Answer) -> str:
    media = answer.headers.get("content-type", "").partition(";")[0]
    if media in ("text/xml", "application/xml"):
        return _xml(answer.text)
    if media in ("application/json", "application/problem+json"):
        return _json(media, json.loads(answer.text)) if answer.body else ""
    return media.removeprefix("text/")


def _xml(text: str) -> str:
    if not text:
        return ""
    root = ElementTree.fromstring(re.sub(r"^\ufeff?<\?xml[^>]*\?>", "", text))
    if root.tag == "ContractRoot":
        return f"root {root.findtext('TcpCont/Response/RspCode')}"
    if root.tag != f"{{{S}}}Envelope":
        return root.tag.rpartition("}")[2]
    (content,) = next(iter(root.iter(f"{{{S}}}Body")))
    if content.tag == f"{{{S}}}Fault":
        return "fault " + (content.findtext("faultcode") or "").rpartition(":")[2]
    inner = "".join(content.itertext()) if content.tag.endswith("exchangeResponse") else ""
    return _inner(inner) if inner else "reply"


def _inner(text: str) -> str:
    return _json("application/json", json.loads(text)) if text.lstrip().startswith("{") else _xml(text)


def _json(media: str, said: dict[str, object]) -> str:
    if "ContractRoot" in said:
        return f"root {said['ContractRoot']['TcpCont']['Response']['RspCode']}"  # type: ignore[index]
    if said.get("@type") == "Error":
        return f"tmf {said['code']}"
    if media == "application/problem+json":
        return f"problem {str(said['type']).rpartition(':')[2]}"
    return "json"
