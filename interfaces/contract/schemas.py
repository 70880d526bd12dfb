"""lxml's schema validator over the repaired set: facets, attributes, text, everything the structure does not show.

Messages never quote the value that was wrong: it may be a name or an identity number.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lxml import etree

from interfaces.codec.safe_xml import XmlElement
from interfaces.failure import Failure

if TYPE_CHECKING:
    from interfaces.contract.xsd import Model

_QUOTING = (
    ("is not accepted by the pattern ", "does not match the pattern "),
    ("is not an element of the set ", "is not one of "),
    ("is not a valid value of ", "is not a valid value of "),
    ("this differs from the allowed length of ", "has not the length "),
    ("does not match the fixed value constraint ", "is not the fixed value "),
)
"""libxml2's words behind a quoted value -> ours. The value comes before them, what comes after is the contract's."""
_PLAIN = re.compile(r"^(?:Element|Attribute)? ?'[^']*'(?:, attribute '[^']*')?: (?:\[facet '[a-zA-Z]+'\] )?")
_SAFE = (
    "This element is not expected",
    "Missing child element(s)",
    "The attribute '",
    "The value has a length of ",
    "Character content",
    "No matching global declaration",
)
_ATTRIBUTE = re.compile(r"^Element '[^']*', attribute '(?:\{[^}]*\})?([^']*)'")
_NAMESPACE = re.compile(r"\{[^}]*\}")


class Judge(Protocol):
    """errors: [] when valid, else ``[{"path": "orderItem[0].id", "message": ...}]``, relative to ``element``."""

    def errors(self, element: XmlElement) -> list[dict[str, str]]: ...


class Slow:
    """xmlschema in libxml2's place, for schemas that libxml2 does not take. Thread-safe."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def errors(self, element: XmlElement) -> list[dict[str, str]]:
        return [
            {"path": _dotted(path), "message": "does not follow the contract"} for path in self._model.check(element)
        ]


def _dotted(path: str) -> str:
    """``/t:order/t:item[2]/t:id`` -> ``item[1].id``."""
    steps = [step.rpartition(":")[2] for step in path.split("/")[2:]]
    return ".".join(re.sub(r"\[(\d+)\]", lambda n: f"[{int(n[1]) - 1}]", step) for step in steps)


class Validator:
    """``all.xsd`` of a repaired set (interfaces/contract/rewrite.py). Thread-safe. Failure(invalid, structure)."""

    def __init__(self, folder: Path) -> None:
        try:
            self._schema = etree.XMLSchema(file=str(folder / "all.xsd"))
            # lxml keeps one error log per schema object: whoever needs the messages uses this one, alone.
            self._teller = etree.XMLSchema(file=str(folder / "all.xsd"))
        except etree.LxmlError as error:
            raise Failure("invalid", f"libxml2 cannot use the schema: {error}", reason="structure") from error
        self._lock = threading.Lock()

    def errors(self, element: XmlElement) -> list[dict[str, str]]:
        if self._schema.validate(element):
            return []
        with self._lock:
            self._teller.validate(element)
            entries: list[Any] = list(self._teller.error_log)  # type: ignore[call-overload]
        return [{"path": _path(element, e), "message": _message(e.message)} for e in entries]


def _path(element: XmlElement, entry: Any) -> str:
    """libxml2's node path begins at the validated element; ours in the wire tree leaves that step out."""
    below = (entry.path or "").split("/", 2)[2:]
    found = element.xpath(below[0], namespaces=_prefixes(element)) if below else [element]
    path = wire_path(element, found[0]) if found else ""
    attribute = _ATTRIBUTE.search(entry.message)
    return f"{path}.@{attribute[1]}".lstrip(".") if attribute else path


def wire_path(root: XmlElement, node: XmlElement) -> str:
    """Dotted local names from below ``root`` to ``node``; ``[n]`` (from 0) only where siblings share the name."""
    steps: list[str] = []
    while node is not None and node is not root:
        parent = node.getparent()
        same = [other for other in parent if other.tag == node.tag] if parent is not None else [node]
        name = etree.QName(node).localname
        steps.append(name if len(same) == 1 else f"{name}[{same.index(node)}]")
        node = parent
    return ".".join(reversed(steps))


def _prefixes(element: XmlElement) -> dict[str, str]:
    return {p: n for node in element.iter(etree.Element) for p, n in node.nsmap.items() if p}


def _message(said: str) -> str:
    for marker, words in _QUOTING:
        if marker in said:
            return words + said.rpartition(marker)[2]
    rest = _NAMESPACE.sub("", _PLAIN.sub("", said))
    return rest if rest.startswith(_SAFE) else "does not follow the contract"
