"""Row options <-> cells: one column per kind of option, the converter in two (its name, its argument)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from interfaces.failure import Failure
from interfaces.spec.yaml_lines import read_yaml, scalar

CONVERTERS: Final = (
    "code", "number", "money", "scale", "unit", "bool", "date", "text", "prefix", "suffix", "pad", "join", "split",
    "xref", "idExpression", "converter", "fields",
)  # fmt: skip
SINGLE: Final = ("const", "default-out", "default-in", "presence", "when", "lossy", "partial", "ordered")
"""Options with a column of their own, of the same name."""
TEXTS: Final = frozenset({"code", "date", "prefix", "suffix", "join", "split", "when", "lossy", "partial", "ordered"})
"""Options that are text, whatever the text looks like."""

_DATE = {"YYYY": "yyyy", "DD": "dd", "HH24": "HH", "HH": "HH", "hh": "HH", "MI": "mm", "SS": "ss"}
_DATE_RULE = re.compile(r"[yY]{4}([-/. :T]|MM|mm|MI|[dD]{2}|HH24|HH|hh|SS|ss)+")


def to_cells(options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(role, text) of every option."""
    for name, value in options.items():
        if name in CONVERTERS:
            yield "converter", name
            yield "argument", to_text(value, name)
        elif name in SINGLE:
            yield name, to_text(value, name)


def to_text(value: Any, option: str = "") -> str:
    """A value as a cell holds it; ``from_text`` gives the same value again."""
    if isinstance(value, str) and (option in TEXTS or _plain(value)):
        return value
    return json.dumps(value, ensure_ascii=False)


def _plain(text: str) -> bool:
    return text == text.strip() and bool(text) and text[0] not in '{["' and scalar(text) == text


def from_text(text: str, option: str = "") -> Any:
    """The value in a cell; ValueError when it is meant to be structured and is not."""
    if option in TEXTS and text[:1] not in "{[":
        return text
    if text[:1] not in ("{", "[", '"'):
        return scalar(text)
    try:
        return read_yaml(text, "cell")[0]
    except Failure as failure:
        raise ValueError(failure.message) from None


def options_of(said: Mapping[str, str], code_lists: Mapping[str, Any], written: bool) -> dict[str, Any]:
    """role -> text of one sheet row -> options; ValueError naming what cannot be read for certain."""
    options: dict[str, Any] = {}
    converter = said.get("converter", "")
    if converter in CONVERTERS:
        options[converter] = from_text(said.get("argument", ""), converter)
    elif converter and converter != "each":
        raise ValueError(f"converter {converter!r} is not known")
    options |= {name: from_text(said[name], name) for name in SINGLE if name in said}
    if "default" in said:
        options["default-out" if written else "default-in"] = from_text(said["default"], "default-out")
    _by_columns(said, options, code_lists)
    return options


def _by_columns(said: Mapping[str, str], options: dict[str, Any], code_lists: Mapping[str, Any]) -> None:
    """What people write into the columns of their own sheets, as far as it is certain."""
    taken = any(name in options for name in CONVERTERS)
    codes = said.get("codes", "")
    if codes and not taken:
        if codes not in code_lists:
            raise ValueError(f"there is no code list {codes!r}")
        options["code"], taken = codes, True
    rule = said.get("rule", "")
    if not rule:
        return
    pattern = date_pattern(rule)
    if taken or not (rule in code_lists or pattern):
        raise ValueError(f"rule {rule!r} is free text")
    options |= {"code": rule} if rule in code_lists else {"date": pattern}


def date_pattern(text: str) -> str:
    """``YYYYMMDDHH24MISS`` -> ``yyyyMMddHHmmss@Asia/Shanghai``; "" for what is no date format."""
    if not _DATE_RULE.fullmatch(text):
        return ""
    found = re.sub(r"YYYY|HH24|HH|hh|DD|MI|SS", lambda match: _DATE[match[0]], text)
    found = found.replace("T", "'T'")
    return f"{found}@Asia/Shanghai" if "HH" in found else found
