"""Which message of an interface a tab, or a part of it, is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from interfaces.agreement import Agreement
from interfaces.sheet.match import Paths
from interfaces.spec.model import Side

Message = tuple[str, bool]
"""(canonical operation, whether it is the reply)."""

_REQUEST = frozenset({"request", "req", "rq", "input", "in", "请求", "入参", "输入"})
_REPLY = frozenset(
    {"reply", "response", "resp", "rsp", "res", "rs", "answer", "output", "out", "result", "ack"}
    | {"响应", "应答", "返回", "回复", "出参", "输出", "结果"}
)
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class _Known:
    """One message, by what sheets call it. names: of its operation; element: of the message itself."""

    message: Message
    names: tuple[str, ...]
    element: str
    paths: Paths


class Messages:
    """The messages of one interface. Nothing is guessed: two that fit equally well are none."""

    def __init__(self, agreement: Agreement) -> None:
        self._known = [
            _Known(
                (op.name, side is op.reply), _names(op.name, op.wire), agreement.element(side), _paths(agreement, side)
            )
            for op in agreement.spec.operations.values()
            for side in (op.request, op.reply)
            if side is not None
        ]

    @property
    def all(self) -> list[Message]:
        return [one.message for one in self._known]

    def of(self, texts: Sequence[str], paths: Sequence[str]) -> Message | None:
        """texts: what the tab is called and says above its headings. paths: those of its rows, both sides.

        The element that the paths begin with tells most, then the names, then request or reply, then how many paths
        there are in the contract.
        """
        if len(self._known) == 1:
            return self._known[0].message
        scored = sorted(((self._score(one, texts, paths), one.message) for one in self._known), reverse=True)
        (best, message), (second, _) = scored[:2]
        return message if any(best) and best > second else None

    def root(self, path: str) -> Message | None:
        """The message whose element a path begins with, None when there is none or more than one."""
        first = path.partition(".")[0].lower()
        found = [one.message for one in self._known if one.element and one.element.lower() == first]
        return found[0] if len(found) == 1 else None

    def _score(self, one: _Known, texts: Sequence[str], paths: Sequence[str]) -> tuple[int, int, int, int]:
        under = sum(path.lower().startswith(f"{one.element.lower()}.") for path in paths) if one.element else 0
        plain = [_plain(text) for text in texts]
        called = max((len(n) for n in (*one.names, _plain(one.element)) if n and any(n in t for t in plain)), default=0)
        exact = any(text == _plain(one.element) for text in plain if text)
        hits = sum(one.paths.find(path) is not None for path in paths)
        return under, 2 * called + exact, _said(texts, one), hits


def tab_name(operation: str, reply: bool) -> str:
    """What ``write_sheet`` calls the tab of a message; Excel takes 31 characters."""
    return f"{operation[:23]} {'reply' if reply else 'request'}"


def _names(name: str, wire: object) -> tuple[str, ...]:
    told = str(wire.get("operation", "")) if isinstance(wire, dict) else ""
    return tuple(dict.fromkeys(_plain(text) for text in (name, told) if text))


def _paths(agreement: Agreement, side: Side) -> Paths:
    return Paths(agreement.shape(side))


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _said(texts: Iterable[str], one: _Known) -> int:
    """1: a text says request (of a request) or reply (of a reply); -1: the other one."""
    own = {word.lower() for name in (one.message[0],) for word in _TOKEN.findall(name)}
    words = {word for text in texts for word in _words(text)} - own
    asks, answers = (any(_in(word, words) for word in kind) for kind in (_REQUEST, _REPLY))
    if asks == answers:
        return 0
    return 1 if answers == one.message[1] else -1


def _words(text: str) -> Iterator[str]:
    yield from (word.lower() for word in _TOKEN.findall(text))


def _in(word: str, words: set[str]) -> bool:
    return word in words if word.isascii() else any(word in one for one in words)
