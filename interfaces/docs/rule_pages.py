"""Pages of the rules: one for each rule of lint, one for the prover's, one for the compatibility table.

python -m interfaces.docs.rule_pages docs/reference      # writes them all; a test keeps them current
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from interfaces.compat.rules import RULES as COMPAT
from interfaces.compat.rules import finding
from interfaces.docs.lint_cases import CASES, SPEC, Case, Change, text
from interfaces.docs.markdown import block, cell, table
from interfaces.failure import Failure
from interfaces.proof.prover import RULES as PROOF
from interfaces.spec.lint_table import RULES as LINT

_LINT, _PROOF, _COMPAT = "lint", "prove.md", "diff.md"
_SHOWN = {"ok": "ok", "maybe": "check", "break": "breaks"}


def pages() -> Mapping[str, str]:
    """Path below docs/reference -> Markdown."""
    lint = {f"{_LINT}/{rule}.md": lint_page(rule) for rule in LINT}
    return {**lint, f"{_LINT}/README.md": _index(), _PROOF: _prover(), _COMPAT: _compatibility()}


def explain(rule: str) -> str:
    """What a rule means, whichever table it is of; Failure(not_found)."""
    if rule in LINT:
        return lint_page(rule)
    if rule in PROOF:
        severity, fix, wrong = PROOF[rule]
        return f"# {rule}\n\nA finding of `mboss interface prove`, {severity}. {wrong}\n\nWhat to do: {fix}.\n"
    if rule in COMPAT:
        head, row = _EFFECTS, _effects(rule)
        return f"# {rule}\n\nA finding of `mboss interface diff`.\n\n{table(head, [row])}"
    advice = f"lint: {', '.join(LINT)}; prove: {', '.join(PROOF)}; diff: {', '.join(COMPAT)}"
    raise Failure("not_found", f"there is no rule {rule[:80]!r}", advice=advice)


def lint_page(rule: str) -> str:
    """What is wrong, why it matters, what to do, and the two examples."""
    made, case = LINT[rule], CASES[rule]
    kind = Path(case.file).suffix[1:].replace("wsdl", "xml")
    good_file, good_kind = (SPEC, "yaml") if case.good else (case.file, kind)
    return "\n".join(
        [
            f"# {rule}\n",
            f"A finding of `mboss interface lint`, {made.severity}. {made.wrong}\n",
            f"Why it matters: {made.why}\n",
            f"What to do: {made.fix}.\n",
            f"Bad, in `interfaces/docs/samples/{case.sample}/{case.file}`:\n",
            block(_changed(case, case.file, case.bad), kind),
            f"Good, in `interfaces/docs/samples/{case.sample}/{good_file}`:\n",
            block(_good(case), good_kind),
        ]
    )


def _changed(case: Case, file: str, changes: tuple[Change, ...]) -> str:
    """The lines that changes make, each with its neighbours; ``...`` stands for what is between."""
    return _hunks(text(case.sample, file), text(case.sample, file, changes))


def _good(case: Case) -> str:
    if case.good:
        return _changed(case, SPEC, case.good)
    return _hunks(text(case.sample, case.file, case.bad), text(case.sample, case.file))


def _hunks(before: str, after: str) -> str:
    lines = after.splitlines()
    groups = SequenceMatcher(None, before.splitlines(), lines, autojunk=False).get_grouped_opcodes(1)
    return "\n...\n".join("\n".join(lines[group[0][3] : group[-1][4]]) for group in groups)


def _index() -> str:
    rows = [(f"[{rule}]({rule}.md)", made.severity, cell(made.wrong)) for rule, made in LINT.items()]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    head = (
        "# Lint rules\n\n`mboss interface lint` names the rule of each finding; `mboss interface lint --explain RULE` "
        "shows its page.\n"
    )
    return "\n".join([head, "| Rule | Severity | What is wrong |", "|---|---|---|", *lines]) + "\n"


def _prover() -> str:
    head = (
        "# Rules of the prover\n\n`mboss interface prove` says these beside the [lint rules](lint/README.md), of which "
        "it takes `tz-missing`, `truncation-not-declared` and `repeating-group-without-key` as errors.\n"
    )
    rows = [(rule, severity, wrong, fix) for rule, (severity, fix, wrong) in PROOF.items()]
    return f"{head}\n{table(('Rule', 'Severity', 'What is wrong', 'What to do'), rows)}"


_EFFECTS: Sequence[str] = (
    "Rule",
    "What changed",
    "Hub writes: hub first",
    "Hub writes: peer first",
    "Hub reads: hub first",
    "Hub reads: peer first",
    "Version step",
    "What to do",
)


def _effects(rule: str) -> tuple[str, ...]:
    def orders(hub_writes: bool) -> Iterator[str]:
        one = finding(rule, "", None, None, hub_writes)
        yield from (_SHOWN[one.hub_first], _SHOWN[one.peer_first])

    made = COMPAT[rule]
    return (rule, made.what, *orders(True), *orders(False), made.size, made.advice)


def _compatibility() -> str:
    head = (
        "# Compatibility of two versions\n\n`mboss interface diff OLD NEW` judges each change by who writes the "
        "message and by which side has the new version first. Of the agreement as a whole, whoever calls is the "
        "writer. A field that no row of the hub writes cannot hurt the peer.\n\nThe version number must grow "
        "by the largest step of all findings: `major` where something breaks, `minor` where "
        "something is added, else `patch`; an "
        "`experimental` agreement is exempt.\n"
    )
    return f"{head}\n{table(_EFFECTS, [_effects(rule) for rule in COMPAT])}"


def main(folder: Path) -> None:
    """Write every page, and take away those of rules that there are no more."""
    (folder / _LINT).mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for old in (folder / _LINT).glob("*.md"):
        if f"{_LINT}/{old.name}" not in wanted:
            old.unlink()
    for name, page in wanted.items():
        (folder / name).write_text(page, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
