"""Putting rows and code lists into a spec.yaml without touching the rest of what people wrote there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from interfaces.failure import Failure
from interfaces.spec.loader import parse_spec
from interfaces.spec.model import CodeList, InterfaceSpec, Row
from interfaces.spec.yaml_lines import scalar

DRAFT = "Draft@1"
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_./@-]*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_ALIAS = re.compile(r"\s*\*[\w-]+")
_STALE = re.compile(r"\n +# (?:TODO [^\n]*![A-Z]+\d+: |optional, left out: | {18}: )[^\n]*")
"""Comments below rows that are about other rows: what an earlier sheet left open, and what a draft left out."""
_TO_CHOOSE = re.compile(r" +# TODO choose a canonical type[^\n]*")
_ANCHORS = re.compile(r"(?m)(^|[\s\[{,])[&*][A-Za-z_]")


@dataclass(frozen=True, slots=True)
class Todo:
    """What nobody could read for certain: a comment beside the rows. where: ``Tab!F23``."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """New rows of one message. type: canonical, with version."""

    operation: str
    reply: bool
    type: str
    rows: tuple[Row, ...]
    todos: tuple[Todo, ...] = ()

    @property
    def count(self) -> int:
        return _count(self.rows)


def _count(rows: Iterable[Row]) -> int:
    return sum(1 + _count(row.rows) for row in rows)


def rewritten(text: str, file: Path, changes: Sequence[Change], code_lists: Mapping[str, CodeList]) -> str:
    """The text of a spec with these rows and code lists in place of its own.

    Comments and order stay, but for rows that share anchors with others: those are written out everywhere. Failure
    (invalid) when the result would be no spec.
    """
    spec = parse_spec(text, file)
    wanted = {(change.operation, change.reply): change for change in changes if _differs(spec, change)}
    if wanted and _ANCHORS.search(text):
        wanted = {(c.operation, c.reply): c for c in _all(spec)} | wanted
    lists = {name: codes for name, codes in code_lists.items() if spec.code_lists.get(name) != codes}
    edits = [*_rows(text, wanted), *_lists(text, lists)]
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    parse_spec(text, file)
    return text


def _differs(spec: InterfaceSpec, change: Change) -> bool:
    op = spec.operations[change.operation]
    side = op.reply if change.reply else op.request
    same = side is not None and side.type == change.type and side.mapping is not None
    return bool(change.todos) or not (same and side is not None and plain(side.mapping or ()) == plain(change.rows))


def plain(rows: Sequence[Row]) -> list[Any]:
    """Rows as they are written: without their lines."""
    return [[row.canonical, row.wire, dict(row.options), plain(row.rows)] for row in rows]


def _all(spec: InterfaceSpec) -> Iterator[Change]:
    for op in spec.operations.values():
        for side in (op.request, op.reply):
            if side is not None and side.mapping is not None:
                yield Change(op.name, side is op.reply, side.type, side.mapping)


# -- where things stand --------------------------------------------------------------------------------------------

Edit = tuple[int, int, str]


class _Text:
    """Offsets of the nodes of a YAML text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self.root: Any = yaml.compose(text, Loader=yaml.SafeLoader)

    def at(self, mark: Any) -> int:
        start: int = self._starts[mark.line]
        return start + int(mark.column)

    def end(self, key: yaml.Node, node: yaml.Node) -> int:
        """Behind the last character of a key's value. A block ends where a line stands as far left as its key; the
        marks of its nodes do not tell, because they include what follows, and aliases have those of their anchors."""
        if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False):
            return self.at(node.end_mark)
        column, last = key.start_mark.column, key.end_mark.line
        for number in range(key.end_mark.line + 1, len(self._starts) - 1):
            line = self.text[self._starts[number] : self._starts[number + 1]].rstrip()
            margin = len(line) - len(line.lstrip())
            if not line or line.lstrip().startswith("#"):
                continue
            if margin < column or (margin == column and not line.lstrip().startswith("- ")):
                break
            last = number
        return self._starts[last] + len(self.text[self._starts[last] : self._starts[last + 1]].rstrip("\r\n"))

    def entry(self, node: yaml.Node, *path: str) -> tuple[yaml.Node, yaml.Node]:
        """(key node, value node) at a path of keys."""
        key = node
        for name in path:
            key, node = next((k, v) for k, v in node.value if k.value == name)
        return key, node

    def value(self, key: yaml.Node, node: yaml.Node) -> tuple[int, int]:
        """From behind the key's colon to the end of its value, or of the alias that stands there for it."""
        start = self.text.index(":", self.at(key.end_mark)) + 1
        alias = _ALIAS.match(self.text, start)
        return start, alias.end() if alias else self.end(key, node)

    def is_alias(self, key: yaml.Node) -> bool:
        return _ALIAS.match(self.text, self.text.index(":", self.at(key.end_mark)) + 1) is not None


def _rows(text: str, wanted: Mapping[tuple[str, bool], Change]) -> Iterator[Edit]:
    found = _Text(text)
    for (operation, reply), change in wanted.items():
        path = ("spec", "operations", operation, "reply" if reply else "request")
        name, side = found.entry(found.root, *path)
        if found.is_alias(name):  # the whole message is another one's: this one gets its own
            yield (*found.value(name, side), _flow_side(change, side))
            continue
        key, node = found.entry(side, "type")
        start, end = found.value(key, node)
        yield start, _behind(text, end, _TO_CHOOSE if change.type != DRAFT else None), f" {change.type}"
        key, node = found.entry(side, "mapping")
        flow = bool(getattr(side, "flow_style", False))
        start, end = found.value(key, node)
        rows = _flow_rows(change) if flow else _block_rows(change, key.start_mark.column + 2)
        yield start, _behind(text, end, _STALE), rows


def _behind(text: str, end: int, comment: re.Pattern[str] | None) -> int:
    """Where the comments of this kind end that follow at once."""
    while comment is not None and (found := comment.match(text, end)):
        end = found.end()
    return end


def _block_rows(change: Change, indent: int) -> str:
    lines = [*row_lines(change.rows, indent), *(f"{' ' * indent}# TODO {_comment(todo)}" for todo in change.todos)]
    return "\n" + "\n".join(lines) if change.rows else " []" + "".join(f"\n{line}" for line in lines)


def _flow_rows(change: Change) -> str:
    return f" [{', '.join(map(_flow_row, change.rows))}]"


def _flow_side(change: Change, side: yaml.Node) -> str:
    wire = [f"wire: {flow(value.value)}" for key, value in side.value if key.value == "wire"]
    return f" {{{', '.join([f'type: {change.type}', *wire, f'mapping:{_flow_rows(change)}'])}}}"


def _flow_row(row: Row) -> str:
    each = [f"each: [{', '.join(map(_flow_row, row.rows))}]"] if row.rows else []
    return f"[{', '.join([_cell(row.canonical), _cell(row.wire), *_options(row.options), *each])}]"


def row_lines(rows: Iterable[Row], indent: int) -> Iterator[str]:
    """Rows as lines of block YAML."""
    margin = " " * indent
    for row in rows:
        cells = [_cell(row.canonical), _cell(row.wire), *_options(row.options)]
        if not row.rows:
            yield f"{margin}- [{', '.join(cells)}]"
            continue
        for number, cell in enumerate(cells):
            yield f"{margin}{'- - ' if number == 0 else '  - '}{cell}"
        yield f"{margin}  - each:"
        yield from row_lines(row.rows, indent + 6)


def _options(options: Mapping[str, Any]) -> Iterator[str]:
    return (f"{name}: {flow(value)}" for name, value in options.items())


def _cell(path: str | None) -> str:
    return "~" if path is None else flow(path)


def flow(value: Any) -> str:
    """A value as flow YAML on one line; text is quoted where it would mean more."""
    if isinstance(value, str):
        bare = _WORD.fullmatch(value) and value.lower() not in _WORDS and scalar(value) == value
        return value if bare else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{flow(str(name))}: {flow(one)}' for name, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    return json.dumps(value)


def _comment(todo: Todo) -> str:
    """One line, whatever stands in the cell."""
    return " ".join(f"{todo.where}: {todo.text}".split())


# -- code lists ----------------------------------------------------------------------------------------------------


def _lists(text: str, lists: Mapping[str, CodeList]) -> Iterator[Edit]:
    if not lists:
        return
    found = _Text(text)
    _, body = found.entry(found.root, "spec")
    there = {key.value: (key, node) for key, node in body.value}
    if "codeLists" not in there:
        key, _ = there["operations"]
        margin = " " * key.start_mark.column
        lines = "".join(f"{margin}  {name}: {flow(list_value(codes))}\n" for name, codes in lists.items())
        at = found.at(key.start_mark)
        yield at, at, f"codeLists:\n{lines}{margin}"
        return
    key, node = there["codeLists"]
    if getattr(node, "flow_style", False):
        raise Failure(
            "invalid", "codeLists is written in { }", where=f"line {node.start_mark.line + 1}",
            advice="write one list a line, then import again", reason="structure",
        )  # fmt: skip
    own = {key.value: (key, value) for key, value in node.value}
    for name, codes in lists.items():
        if name in own:
            yield (*found.value(*own[name]), f" {flow(list_value(codes))}")
    margin = " " * node.value[0][0].start_mark.column
    new = "".join(f"\n{margin}{n}: {flow(list_value(codes))}" for n, codes in lists.items() if n not in own)
    if new:
        yield found.end(key, node), found.end(key, node), new


def list_value(codes: CodeList) -> dict[str, Any]:
    """A code list as a spec holds it."""
    if not codes.lossy and not codes.also:
        return dict(codes.codes)
    more = {"also": dict(codes.also), "lossy": codes.lossy}
    return {"codes": dict(codes.codes)} | {name: value for name, value in more.items() if value}
