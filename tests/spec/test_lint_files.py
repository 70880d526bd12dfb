"""Lint rules for exchange files: each finds its defect, and the sound twin passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.spec.lint import RULES, lint
from interfaces.spec.loader import parse_spec
from tests.files.parts import CLOSE, FIXED, RECORD, WHOLE, spec

UNTRAILED = FIXED[: FIXED.index("  TAIL:")]

FILE_DEFECTS: dict[str, dict[str, str]] = {
    "file-charset-differs": {"layout": FIXED.replace("charset: gbk", "charset: utf-8")},
    "file-name-not-unique": {"direction": "outbound", "messages": "file", "more": ", name: 'JS_{date}.txt'"},
    "file-gap-unseen": {"more": ", name: 'JS_{date}.txt'"},
    "file-end-unknown": {"more": ", stable: 5s", "layout": UNTRAILED},
    "file-operation-unclear": {"operations": RECORD.replace("wire: MX", "wire: HEAD")},
    "file-record-unread": {"operations": CLOSE.lstrip()},
}


def found(folder: Path, changes: dict[str, str]) -> dict[str, str]:
    made = dict(changes)
    if "name:" in made.get("more", ""):
        pattern = made.pop("more").split("'")[1]
        text = spec(folder, **made).file  # type: ignore[arg-type]
        changed = Path(text).read_text("utf-8").replace("JS_{date}_{sequence:4}.txt", pattern)
        return {f.rule: f.message for f in lint(parse_spec(changed, Path(text)))}
    return {f.rule: f.message for f in lint(spec(folder, **made))}  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", FILE_DEFECTS)
def test_a_defect_of_a_file_spec_is_found(tmp_path: Path, rule: str) -> None:
    assert rule in RULES
    assert rule in found(tmp_path, FILE_DEFECTS[rule])


@pytest.mark.parametrize("changes", [{}, {"direction": "outbound", "messages": "file", "operations": WHOLE}])
def test_a_sound_file_spec_has_no_such_finding(tmp_path: Path, changes: dict[str, str]) -> None:
    assert not [rule for rule in found(tmp_path, changes) if rule.startswith(("file-", "row-", "spec-", "mandatory"))]


@pytest.mark.parametrize(
    "settings",
    [
        "name: 'JS_{day}.txt'",
        "name: '../x_{sequence:4}'",
        "name: 'a/b_{sequence:4}'",
        "name: 'CON.{sequence:4}'",
        "name: 'x_{sequence:4}', flag: ready",
        "name: 'x_{sequence:4}', flag: '{name}'",
        "name: 'x_{sequence:4}', folder: 'a:b'",
        "name: 'x_{sequence:4}', archive: '../out'",
        "folder: in",
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, settings: str) -> None:
    file = Path(spec(tmp_path).file)
    text = file.read_text("utf-8")
    start = text.index("file: {folder")
    changed = text[:start] + f"file: {{{settings}}}" + text[text.index("\n", start) :]
    with pytest.raises(Failure) as caught:
        Agreement(parse_spec(changed, file))
    assert caught.value.code == "invalid"
    assert "file" in f"{caught.value} {caught.value.errors}"
