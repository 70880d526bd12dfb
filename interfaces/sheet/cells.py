"""Row options <-> cells: one column per kind of option, the converter in two (its name, its argument)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from interfaces.failure import Failure
from interfaces.sheet.codes import list_name
from interfaces.spec.yaml_lines import read_yaml, scalar

CONVERTERS: Final = (
    "code", "number", "money", "scale", "unit", "bool", "date", "text", "prefix", "suffix", "pad", "join", "split",
    "xref", "idExpression", "converter", "fields",
)  # fmt: skip
SINGLE: Final = ("const", "default-out", "default-in", "presence", "when", "lossy", "partial", "ordered")
"""Options with a column of their own, of the same name."""
TEXTS: Final = frozenset({"code", "date", "prefix", "suffix", "join", "split", "when", "lossy", "partial", "ordered"})
"""Options that are text, whatever the text looks like."""

_PLAIN: Final = frozenset(
    {"direct", "copy", "as is", "same", "1:1", "-", "--", "n/a", "none", "no change", "straight"}
    | {"直接映射", "直接", "一致", "原样", "原值", "无", "透传", "不变", "直传"}
)
"""Rules that say: the value as it is."""
_LOOKED_UP = re.compile(
    r"(?:(?:see|use|via|by|from|per|lookup|look up|map|convert|code list|codelist|lov|tab|sheet|list|table|in|the"
    r"|见|参见|参照|按|查|转换|转码|码表|代码表|字典|映射)[\s:：]*)+(?P<list>.+)",
    re.IGNORECASE,
)
_DATE = {"YYYY": "yyyy", "DD": "dd", "HH24": "HH", "HH": "HH", "hh": "HH", "MI": "mm", "SS": "ss"}
_ISO = re.compile(r"iso[ -]?(8601)?|(xsd?:)?datetime", re.IGNORECASE)
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
        options["code"], taken = _list_in(codes, code_lists), True
        if not options["code"]:
            known = f"there are {', '.join(code_lists)}" if code_lists else "the workbook and the spec have none"
            raise ValueError(f"there is no code list {codes!r}: {known}")
    rule = said.get("rule", "")
    if not rule or rule.strip().lower() in _PLAIN:
        return
    pattern, found = date_pattern(rule), _list_in(rule, code_lists)
    if options.get("code") and (found == options["code"] or (not found and _LOOKED_UP.fullmatch(rule.strip()))):
        return  # it says once more where the list stands
    if taken or not (found or pattern):
        raise ValueError(f"rule {rule!r} is free text")
    options |= {"code": found} if found else {"date": pattern}


def _list_in(text: str, code_lists: Mapping[str, Any]) -> str:
    """The code list that a cell names, alone or as ``see tab Work kind``; "" when it names none."""
    looked_up = _LOOKED_UP.fullmatch(text.strip())
    for name in (text, looked_up["list"] if looked_up else ""):
        for form in (name.strip(), list_name(name)):
            if form in code_lists:
                return form
    return ""


def date_pattern(text: str) -> str:
    """``YYYYMMDDHH24MISS`` -> ``yyyyMMddHHmmss@Asia/Shanghai``; our own patterns stay, with their zone; "" for what is
    no date format."""
    own, at, zone = text.partition("@")
    if at and zone and " " not in text:
        return text if own == "iso" or _DATE_RULE.fullmatch(own) else ""
    if _ISO.fullmatch(text):
        return "iso@Asia/Shanghai"
    if not _DATE_RULE.fullmatch(text):
        return ""
    found = re.sub(r"YYYY|HH24|HH|hh|DD|MI|SS", lambda match: _DATE[match[0]], text)
    found = found.replace("T", "'T'")
    return f"{found}@Asia/Shanghai" if "HH" in found else found
