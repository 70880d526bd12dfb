"""改造清单: what the outside system, and what we, must change from one version to the next, and in which order."""

from __future__ import annotations

from interfaces.compat import Report
from interfaces.compat.rules import Finding
from interfaces.docs.markdown import cell, table
from interfaces.spec.model import InterfaceSpec

HEAD = (
    "Rule 规则",
    "Where 位置",
    "Old 原",
    "New 新",
    "Hub first 平台先上",
    "Peer first 对方先上",
    "What to do 改造要求",
)
ROLES = {"ok": "ok 无影响", "maybe": "check 需核实", "break": "breaks 不兼容"}


def changes(spec: InterfaceSpec, report: Report) -> str:
    """The list as Markdown; ``spec`` is the new version."""
    title = f"# Changes 改造清单: {report.old} -> {report.new}\n"
    who = f"System 系统: {cell(spec.system)}. Version step 版本变化: {report.step}, needed 应为: {report.needed}.\n"
    needed = [one for one in report.findings if one.worst != "ok"]
    others = [one for one in report.findings if one.worst == "ok"]
    parts = [title, who, "## To be changed 需改造\n", _table(needed) or "Nothing 无\n"]
    if others:
        parts += ["## For information 知会\n", _table(others)]
    return "\n".join(parts)


def _table(findings: list[Finding]) -> str:
    return table(HEAD, [_row(one) for one in findings])


def _row(one: Finding) -> tuple[str, ...]:
    order = (ROLES[one.hub_first], ROLES[one.peer_first])
    return (one.rule, one.where, one.old, one.new, *order, one.advice)
