"""The way out: a converter written in Python, by name. For what rows cannot say; never an expression in a spec.

A class is offered by an installed package under the entry point group ``mboss.converters``::

    [project.entry-points."mboss.converters"]
    luhn = "acme_mboss.converters:Luhn"

and used by a row as ``converter: luhn`` or ``converter: {name: luhn, with: {length: 12}}``. No file of a spec and no
sheet can bring code of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Protocol

from interfaces.mapping.converter import Converter, Settings

GROUP = "mboss.converters"


class ConverterClass(Protocol):
    """Made once per row with the row's ``with`` options as keyword arguments. Thread-safe, and knows no I/O.

    out, back  raise ValueError for what lies outside the domain, without the value in its text
    domain     canonical values for the prover: ``back(out(v)) == v`` is checked for each
    """

    def out(self, value: Any) -> Any: ...

    def back(self, value: Any) -> Any: ...

    def domain(self) -> Iterable[Any]: ...


@cache
def offered() -> Mapping[str, Any]:
    """name -> entry point of every converter that is installed."""
    return {point.name: point for point in entry_points(group=GROUP)}


def named(options: str | Mapping[str, Any], settings: Settings) -> Converter:
    """The converter a row names; ValueError when nobody offers it or it is not one."""
    given: dict[str, Any] = {"name": options} if isinstance(options, str) else dict(options)
    if given["name"] not in offered():
        known = ", ".join(sorted(offered())) or "none"
        raise ValueError(f"there is no converter {given['name']}; installed are {known}")
    try:
        made: ConverterClass = offered()[given["name"]].load()(**given.get("with", {}))
        values = tuple(made.domain())
    except Exception as error:
        raise ValueError(f"converter {given['name']} cannot be made: {type(error).__name__}: {error}") from error
    return Converter(
        f"converter {given['name']}", made.out, made.back, values=values, refuses="values outside its own domain"
    )
