"""Prepared rows -> Python source of one direction.

Nothing of a spec becomes code except through ``repr`` of a string or number; converters are objects that the code
refers to by a number (``c3``). The shape of what is written decides the order: one dict per container, filled, then
put into its parent if it holds anything, so that absent values leave no empty elements behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from interfaces.mapping.rows import Condition, Path, Prepared, Step, parse_path

Direction = Literal["out", "back"]


@dataclass
class Node:
    """A container to be written: what goes into it, in order of first appearance."""

    children: dict[Step, Node] = field(default_factory=dict)
    order: list[tuple[Step | None, Prepared | None]] = field(default_factory=list)

    def place(self, path: Path, row: Prepared) -> None:
        if len(path) <= 1:
            self.order.append((path[0] if path else None, row))
            return
        if path[0] not in self.children:
            self.children[path[0]] = Node()
            self.order.append((path[0], None))
        self.children[path[0]].place(path[1:], row)

    def constant(self) -> bool:
        """Whether nothing but constants goes into it."""
        rows = all(row is None or "const" in row.row.options for _, row in self.order)
        return rows and all(child.constant() for child in self.children.values())


@dataclass
class Scope:
    """One body or one element of a group: its variable, its hoisted containers and conditions, its rows."""

    source: str
    rows: tuple[Prepared, ...]
    containers: dict[Path, str] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)


HEAD = ("def convert(source, context):", "    value = None", "    try:", "        target = {}")


class Generator:
    """Writes one function ``def convert(source, context)``.

    Each line of its source remembers its row, for error messages: a variable that says which row it is would cost a
    store per row.
    """

    def __init__(self, direction: Direction, lexical: bool) -> None:
        self.direction = direction
        self.written_side = "wire" if direction == "out" else "canonical"
        self.lexical = lexical
        self.lines: list[tuple[str, Prepared | None]] = []
        self.row: Prepared | None = None
        self.names: dict[str, Any] = {}
        self.depth = 2
        self.count = 0

    def function(self, rows: tuple[Prepared, ...]) -> str:
        scope = Scope("source", self.told(rows))
        self.fill(self.tree(scope), "target", scope)
        end = (
            "        return target",
            "    except ERRORS as error:",
            "        raise explain(value, error) from error",
            "",
        )
        return "\n".join((*HEAD, *(text for text, _ in self.lines), *end))

    def row_at(self, line: int) -> Prepared | None:
        """The row that a line of the source belongs to, counted from 1."""
        at = line - len(HEAD) - 1
        return self.lines[at][1] if 0 <= at < len(self.lines) else None

    # -- helpers ---------------------------------------------------------------------------------------------

    def told(self, rows: tuple[Prepared, ...]) -> tuple[Prepared, ...]:
        """The rows of this direction: one whose condition only the way out can decide, and that says so, goes out."""
        return tuple(row for row in rows if self.direction == "out" or not forward_only(row, rows))

    def line(self, text: str) -> None:
        self.lines.append(("    " * self.depth + text, self.row))

    def new(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def constant(self, thing: Any) -> str:
        name = self.new("c")
        self.names[name] = thing
        return name

    def ends(self, row: Prepared) -> tuple[Path | None, Path | None]:
        """(read from, written to)."""
        return (row.canonical, row.wire) if self.direction == "out" else (row.wire, row.canonical)

    # -- containers and groups -------------------------------------------------------------------------------

    def tree(self, scope: Scope) -> Node:
        """The shape to be written; constants of the other side are checked at once."""
        tree = Node()
        for row in scope.rows:
            written = self.ends(row)[1]
            if written is None:
                self.check(row, scope)
            else:
                for one in self.spread(row):
                    tree.place(self.ends(one)[1] or (), one)
        return tree

    def spread(self, row: Prepared) -> Iterator[Prepared]:
        """A row that writes several parts as one row per part."""
        written = self.ends(row)[1] or ()
        for number, part in enumerate(row.parts if row.several == self.written_side else ()):
            yield self.part(row, (*written, *part), number)
        if row.several != self.written_side:
            yield row

    def part(self, row: Prepared, path: Path, number: int) -> Prepared:
        if self.direction == "out":
            return replace(row, wire=path, converter=replace(row.converter, out=_nth(row.converter.out, number)))
        return replace(row, canonical=path, converter=replace(row.converter, back=_nth(row.converter.back, number)))

    def fill(self, node: Node, target: str, scope: Scope) -> None:
        for step, row in node.order:
            if row is not None:
                self.guarded(row, step, target, scope)
            elif step is not None:
                inner = self.new("w")
                self.line(f"{inner} = {{}}")
                self.filled(node.children[step], inner, scope, _attach(target, step, inner))

    def filled(self, node: Node, inner: str, scope: Scope, attach: str) -> None:
        """Fill a container and attach it if it holds anything.

        Canonical constants do not count: ``arrears.unit: CNY`` alone is no amount.
        """
        late: list[tuple[Step | None, Prepared]] = []
        if self.direction == "back" and not node.constant():
            late = [(s, r) for s, r in node.order if r is not None and "const" in r.row.options]
            node.order = [(s, r) for s, r in node.order if r is None or "const" not in r.row.options]
        self.fill(node, inner, scope)
        for _, row in late:
            if row.when is not None:
                self.condition(row.when, scope)
        self.line(f"if {inner}:")
        self.depth += 1
        for step, row in late:
            self.guarded(row, step, inner, scope)
        self.line(attach)
        self.depth -= 1

    def guarded(self, row: Prepared, step: Step | None, target: str, scope: Scope) -> None:
        """One row, under its condition if it has one."""
        self.start(row)
        for source in self.sources(row):
            self.hoist(source, scope)  # outside the condition: others use the container too
        if row.when is not None:
            self.line(f"if {self.condition(row.when, scope)}:")
            self.depth += 1
        self.group(row, step, target, scope) if row.rows else self.leaf(row, step, target, scope)
        self.depth -= row.when is not None

    def start(self, row: Prepared) -> None:
        self.row = row

    def group(self, row: Prepared, step: Step | None, target: str, scope: Scope) -> None:
        source = self.ends(row)[0] or ()
        items, item, inner = self.new("g"), self.new("s"), self.new("w")
        key = source[-1].key if source else ""
        self.line(f"{items} = []")
        self.line(f"for {item} in group({self.read(source, scope)}, {key!r}):")
        self.depth += 1
        self.line(f"{inner} = {{}}")
        scope = Scope(item, self.told(row.rows))
        self.filled(self.tree(scope), inner, scope, f"{items}.append({inner})")
        self.depth -= 1
        self.line(f"if {items}:")
        self.line(f"    {target}[{(step.name if step else '')!r}] = {items}")

    # -- leaves ----------------------------------------------------------------------------------------------

    def leaf(self, row: Prepared, step: Step | None, target: str, scope: Scope) -> None:
        source = self.ends(row)[0]
        if source is None:
            self.line(_assign(target, step, repr(self.literal(row))))
            return
        if row.known and self.direction == "out":
            self.line(f"only({self.read((*source[:-2], Step(source[-2].name)), scope)}, {row.known!r})")
        self.line(f"value = {self.value(row, scope)}")
        branch = "if"
        if self.direction == "out" and row.converter.out is None:
            # text is what nearly every value is: one test, no call
            self.line("if type(value) is str:")
            self.line(f"    {_assign(target, step, 'value')}")
            branch = "elif"
        self.line(f"{branch} {self.present(row)}:")
        self.convert(row, step, target)
        absent = self.absent(row)
        if absent:
            self.line("else:")
            self.line(f"    {_assign(target, step, absent)}")

    def convert(self, row: Prepared, step: Step | None, target: str) -> None:
        convert = row.converter.out if self.direction == "out" else row.converter.back
        if convert is None:
            self.line(f"    {_assign(target, step, self.copied())}")
        elif row.converter.contextual:
            self.line(f"    found = {self.constant(convert)}(value, context)")
            self.line("    if found is not None:")
            self.line(f"        {_assign(target, step, 'found')}")
        else:
            self.line(f"    {_assign(target, step, f'{self.constant(convert)}(value)')}")

    def copied(self) -> str:
        """A value that is copied; on the way out it is no text any more (see ``leaf``)."""
        if self.direction == "out":
            return "lexical(value)" if self.lexical else "plain(value)"
        return "value" if self.lexical else "value if type(value) is str else plain(value)"

    def present(self, row: Prepared) -> str:
        if self.direction == "out":
            return "value is not None"
        if row.row.options.get("presence") == "value":
            return "value is not None and value is not NIL"
        # what is true is there; the rest (None, NIL, '', but also 0 and False) needs a closer look
        return "value or (value is not None and value is not NIL and value != '')"

    def absent(self, row: Prepared) -> str:
        """What stands for an absent value; "" = nothing is written."""
        options = row.row.options
        default = options.get(f"default-{'out' if self.direction == 'out' else 'in'}")
        if default is not None:
            return repr(self.as_wire(default) if self.direction == "out" else default)
        presence = options.get("presence") if self.direction == "out" else None
        return {"empty": "''", "nil": "NIL"}.get(str(presence), "")

    def literal(self, row: Prepared) -> Any:
        value = row.row.options["const"]
        return self.as_wire(value) if row.canonical is None else value

    def as_wire(self, value: Any) -> Any:
        if not self.lexical or isinstance(value, str):
            return value
        return str(value).lower() if isinstance(value, bool) else str(value)

    def check(self, row: Prepared, scope: Scope) -> None:
        """A constant met on its way back: if it is there, it must be the constant."""
        self.start(row)
        source = self.ends(row)[0] or ()
        self.hoist(source, scope)
        condition = f"{self.condition(row.when, scope)} and " if row.when else ""
        self.line(f"value = {self.read(source, scope)}")
        self.line(f"if {condition}({self.present(row)}):")
        self.line(f"    agree(value, {self.literal(row)!r})")

    # -- reading ---------------------------------------------------------------------------------------------

    def sources(self, row: Prepared) -> list[Path]:
        """Every path a row reads."""
        source = self.ends(row)[0]
        if source is None:
            return []
        return [(*source, *part) for part in row.parts] if self.together(row) else [source]

    def value(self, row: Prepared, scope: Scope) -> str:
        """Expression for what a row reads; several parts come together as one tuple."""
        read = [self.read(source, scope) for source in self.sources(row)]
        return f"together({', '.join(read)})" if self.together(row) else read[0]

    def together(self, row: Prepared) -> bool:
        """Whether the row reads several parts as one value."""
        return row.several not in ("", self.written_side)

    def read(self, path: Path, scope: Scope) -> str:
        """Expression for what stands at ``path``; its containers are hoisted."""
        if not path:
            return scope.source
        return _element(self.hoist(path, scope), path[-1])

    def hoist(self, path: Path, scope: Scope) -> str:
        """Variable of the container around the last step of ``path``."""
        variable = scope.source
        for length in range(1, len(path)):
            prefix = path[:length]
            if prefix not in scope.containers:
                name = self.new("r")
                self.line(f"{name} = {_element(variable, prefix[-1])} or EMPTY")
                scope.containers[prefix] = name
            variable = scope.containers[prefix]
        return variable

    def condition(self, when: Condition, scope: Scope) -> str:
        if when.text not in scope.conditions:
            name = self.new("b")
            scope.conditions[when.text] = name
            self.lines.extend(self.decide(when, name, scope))
        return scope.conditions[when.text]

    def decide(self, when: Condition, name: str, scope: Scope) -> Iterable[tuple[str, Prepared | None]]:
        """Lines that compute a condition, on the way back through the row that maps its path."""
        outer, self.lines = self.lines, []
        sign = "==" if when.equal else "!="
        if self.direction == "out":
            self.line(f"{name} = {self.read(parse_path(when.path), scope)} {sign} {when.literal!r}")
        else:
            row = decider(when, scope.rows)
            if row.wire is None:
                self.line(f"{name} = {row.row.options['const']!r} {sign} {when.literal!r}")
            else:
                self.line(f"value = {self.read(row.wire, scope)}")
                back = self.constant(row.converter.back) if row.converter.back else ""
                converted = f"{back}(value{', context' if row.converter.contextual else ''})" if back else "value"
                self.line(f"{name} = ({converted} if {self.present(row)} else None) {sign} {when.literal!r}")
        lines, self.lines = self.lines, outer
        return lines


def decider(when: Condition, rows: tuple[Prepared, ...]) -> Prepared:
    """The row from whose wire value a condition can be decided; ValueError when there is none."""
    for row in rows:
        if row.row.canonical == when.path and row.when is None and not row.rows:
            return row
    raise ValueError(
        f"{when.text!r} cannot be decided on the way back: map {when.path} by a row without when, or say lossy: why"
    )


def forward_only(row: Prepared, rows: tuple[Prepared, ...]) -> bool:
    """Whether the way back cannot decide a row's condition, and the row declares it."""
    if row.when is None or "lossy" not in row.row.options:
        return False
    try:
        decider(row.when, rows)
    except ValueError:
        return True
    return False


def _nth(convert: Any, number: int) -> Any:
    return lambda value: convert(value)[number]


def _element(container: str, step: Step) -> str:
    got = f"{container}.get({step.name!r})"
    if step.index is not None:
        return f"at({got}, {step.index})"
    if step.select is not None:
        return f"pick({got}, {step.select[0]!r}, {step.select[1]!r})"
    return got


def _attach(target: str, step: Step, inner: str) -> str:
    if step.select is not None:
        own, literal = step.select
        return f"{target}.setdefault({step.name!r}, []).append({{{own!r}: {literal!r}, **{inner}}})"
    return _assign(target, step, inner)


def _assign(target: str, step: Step | None, value: str) -> str:
    if step is None:
        return f"{target} = {value}"
    if step.index is not None:
        return f"put({target}, {step.name!r}, {step.index}, {value})"
    return f"{target}[{step.name!r}] = {value}"
