"""XML text: escaping, qualified names, attributes. What XML cannot carry is a Mismatch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from interfaces.codec.xml_shape import Mismatch
from interfaces.contract.names import local, namespace

SPECIAL = re.compile('[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}
_NAME = re.compile(r"[^\W\d][\w.\-]*")
_IN_ATTRIBUTE = str.maketrans({"\n": "&#10;", "\t": "&#9;"})


def escape(text: Any) -> str:
    """Text -> XML character data; Mismatch when it is no text or has a character XML cannot carry."""
    if type(text) is not str:
        raise Mismatch
    return text if SPECIAL.search(text) is None else SPECIAL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    if found[0] not in _ESCAPES:
        raise Mismatch
    return _ESCAPES[found[0]]


class Names:
    """``{namespace}local`` -> ``prefix:local``, and the declarations for all prefixes given out."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = {"http://www.w3.org/XML/1998/namespace": "xml"}
        self._wanted = prefixes
        self._declared: str | None = None

    def of(self, name: str) -> str:
        space = namespace(name)
        if not space:
            return name
        if space not in self._prefixes:
            self._prefixes[space] = self._free(self._wanted.get(space, ""))
            self._declared = None
        return f"{self._prefixes[space]}:{local(name)}"

    def _free(self, wanted: str) -> str:
        taken = {*self._prefixes.values(), "", "xsi", "xml"}
        numbered = (f"ns{number}" for number in range(len(taken) + 1))
        return wanted if wanted not in taken else next(name for name in numbered if name not in taken)

    @property
    def declarations(self) -> str:
        """`` xmlns:tns="..."`` for every namespace in use, ready for a start tag."""
        if self._declared is None:
            used = {prefix: space for space, prefix in self._prefixes.items() if prefix != "xml"}
            self._declared = "".join(f' xmlns:{p}="{escape(s)}"' for p, s in used.items())
            self._declared += ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        return self._declared


def quoted(value: Any) -> str:
    return escape(value).translate(_IN_ATTRIBUTE)


def foreign(name: str, value: Any, number: int) -> str:
    """An attribute the contract leaves open, with its own namespace declaration."""
    if not _NAME.fullmatch(local(name)):
        raise Mismatch
    if not namespace(name):
        return f' {name}="{quoted(value)}"'
    return f' xmlns:w{number}="{quoted(namespace(name))}" w{number}:{local(name)}="{quoted(value)}"'
