"""One page for one interface, in English and Chinese: what is agreed, as both sides can read it."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.agreement import Agreement
from interfaces.docs.fields import fields, mapped, rows
from interfaces.docs.markdown import block, cell, table
from interfaces.proof.certificate import Certificate
from interfaces.spec.model import InterfaceSpec, Operation, Side

LARGEST = 20_000
"""Characters of an example that are shown."""
FIELD = ("Field 字段", "Need 必填", "Type 类型", "Length 长度", "Values 取值")
ROW = ("Row 行", "Canonical 规范字段", "Wire 接口字段", "How 转换")


def page(agreement: Agreement, certificate: Certificate) -> str:
    """The page as Markdown."""
    spec = agreement.spec
    return "\n".join([*_head(spec), *_operations(agreement, certificate), *_codes(spec), *_examples(spec)])


def _head(spec: InterfaceSpec) -> Iterator[str]:
    names = f"{cell(spec.title.get('en', spec.id))} {cell(spec.title.get('zh', ''))}".strip()
    yield f"# {spec.id} {spec.version}: {names}\n"
    how = spec.transport
    facts = [
        ("System 系统", spec.system),
        (
            "Who calls 调用方向",
            "the hub calls 平台调用" if spec.direction == "outbound" else "the hub is called 调用平台",
        ),
        ("Transport 传输", f"{how.kind}, {how.envelope}, {how.encoding}"),
        ("Contract 契约", how.contract or "canonical JSON 规范JSON"),
        ("Settings 参数", "; ".join(f"{name}: {value}" for name, value in how.settings.items())),
        ("Owner 负责", spec.owner),
        ("Lifecycle 生命周期", spec.lifecycle),
        ("Masked 脱敏字段", ", ".join(spec.masked)),
        ("Content 内容校验", spec.hash),
    ]
    yield table(("Agreed 约定", ""), [fact for fact in facts if fact[1]])


def _operations(agreement: Agreement, certificate: Certificate) -> Iterator[str]:
    for op in agreement.spec.operations.values():
        yield f"## Operation 操作: {op.name}\n"
        yield table(("Agreed 约定", ""), [fact for fact in _facts(agreement, op) if fact[1]])
        for title, side in (("Request 请求", op.request), ("Reply 应答", op.reply)):
            if side is not None:
                yield f"### {title}: {op.name}, {side.type}\n"
                yield from _side(agreement, op, side, certificate)
        yield from _errors(op)


def _facts(agreement: Agreement, op: Operation) -> list[tuple[str, object]]:
    wire = "; ".join(f"{name}: {value}" for name, value in op.wire.items())
    later = op.pattern == "async-request-reply"
    return [
        ("Pattern 交互方式", op.pattern),
        ("On the wire 线上名称", wire),
        ("SOAPAction", agreement.action(op.name)),
        ("Time-out 超时", f"{op.timeout:g} s"),
        ("Outcome within 结果时限", f"{op.reply_within:g} s ({op.reply_clock})" if later else ""),
        ("Same request again 重复请求", "safe, one effect 幂等" if op.idempotent else "not safe 非幂等"),
        ("Asked about by 查询确认", op.probe),
        ("Correlates by 关联字段", op.correlate),
        ("Ends with 终态", ", ".join(op.final)),
    ]


def _side(agreement: Agreement, op: Operation, side: Side, certificate: Certificate) -> Iterator[str]:
    found = fields(agreement.shape(side))
    yield table(FIELD, found) or "No schema lists its fields; see the mapping. 契约未列字段,见字段映射。\n"
    yield "#### Canonical fields 规范字段\n"
    yield table(FIELD, mapped(side))
    if side.mapping is None:
        yield "The wire is the canonical form. 接口报文即规范格式。\n"
        return
    what = "reply" if side is op.reply else "request"
    sides = [one for one in certificate.sides if (one.operation, one.message) == (op.name, what)]
    verdicts = {proof.row: proof.verdict for one in sides for proof in one.rows}
    yield "#### Mapping 字段映射\n"
    lines = [(*line, verdicts.get(line[0], "")) for line in rows(side)]
    yield table((*ROW, "Proof 证明"), lines)


def _errors(op: Operation) -> Iterator[str]:
    levels = (("exchange 通信级", op.errors.exchange), ("business 业务级", op.errors.business))
    found = [(level, row.match, row.code, row.note) for level, rows_ in levels for row in rows_]
    if found:
        yield f"### Errors 错误码: {op.name}\n"
        yield table(("Level 级别", "Code 对方代码", "Means 含义", "Note 说明"), found)


def _codes(spec: InterfaceSpec) -> Iterator[str]:
    for one in spec.code_lists.values():
        yield f"## Code list 代码表: {cell(one.name)}\n"
        read = [(own, wire, "read only 仅读入") for wire, own in one.also.items()]
        yield table(
            ("Canonical 规范值", "Wire 接口值", "Note 说明"), [*((o, w, "") for o, w in one.codes.items()), *read]
        )
        if one.lossy:
            yield f"Lossy 有损: {cell(one.lossy)}\n"


def _examples(spec: InterfaceSpec) -> Iterator[str]:
    for example in spec.examples:
        yield f"## Example 样例: {cell(example['name'])} ({cell(example['operation'])})\n"
        for role in ("request", "canonical", "reply", "canonicalReply"):
            if role in example:
                yield f"{role}:\n"
                yield block(_text(spec, example[role]), example[role].rpartition(".")[2])


def _text(spec: InterfaceSpec, name: str) -> str:
    text = (spec.folder / name).read_bytes().decode(spec.transport.encoding, "replace")
    return text if len(text) <= LARGEST else f"{text[:LARGEST]}\n..."
