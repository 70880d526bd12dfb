"""What a converter is: a pair of functions with a declared domain.

What lies outside the domain raises ConversionError with a message that does not hold the value; the caller adds row,
paths and (unless masked) the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from interfaces.spec.model import CodeList

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Converter:
    """``out``: canonical -> wire, ``back``: wire -> canonical; None = copied. With ``contextual`` both also take the
    Context and may answer None for "leave it out".

    values   the canonical values it knows, where they can be listed; None = as the schema says
    closed   the law ``back(out(v)) == v`` holds by construction on the whole domain: the prover may say "proved"
    refuses  why it refuses some values that its schema may allow, where the row says so; "" = it may not
    fit      a plain text -> a canonical value of its domain, where no schema could tell the domain
    """

    name: str
    out: Function | None = None
    back: Function | None = None
    contextual: bool = False
    values: tuple[Any, ...] | None = None
    closed: bool = False
    refuses: str = ""
    fit: Callable[[str], Any] | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What converters of one spec share.

    lexical  wire leaves are text (XML, tables); otherwise they keep JSON types
    """

    code_lists: Mapping[str, CodeList] = field(default_factory=dict)
    charset: str = "utf-8"
    lexical: bool = True
    system: str = ""


COPY: Final = Converter("copy", closed=True)
