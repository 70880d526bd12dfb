"""Which canonical type the rows of a sheet are about: as it says, else the only one that they fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interfaces import canonical
from interfaces.mapping import bare
from interfaces.mapping.rows import parse_path
from interfaces.sheet.match import Candidate, Paths
from interfaces.spec.model import CodeList, Row
from interfaces.spec.shapes import JsonShape, walk

DRAFT: Final = "Draft"
_REF = re.compile(r"[A-Za-z]+(?:@\d+)?")


def shape_of(type_ref: str) -> JsonShape:
    """Failure(not_found) for a type that there is not."""
    name, _, version = type_ref.partition("@")
    schema = canonical.schema(name, int(version or 1))
    return JsonShape(schema, schema)


def stated(texts: Iterable[str]) -> str:
    """The one canonical type that is named in these texts, "" for none or more: ``WorkOrder@1``, or ``WorkOrder``; but
    ``Customer`` without a version is a word like any other."""
    named = [(ref.partition("@")[0], ref) for ref in _all()]
    known = {ref: ref for ref in _all()} | {name: ref for name, ref in named if sum(map(str.isupper, name)) > 1}
    found = {known[word] for text in texts for word in _REF.findall(text) if word in known}
    return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Fit:
    """types: those that fit equally well, one alone is the answer. nearest: of them, or where none fits, the best one
    with the share of the paths that it has."""

    types: tuple[str, ...]
    nearest: tuple[Candidate, ...]


def fitting(paths: Sequence[str], rows: Sequence[Row], lists: Mapping[str, CodeList], request: str) -> Fit:
    """Types that have most of the paths, half of them at least, those first that all else fits too.

    rows: constants and code lists are held against the type's own values. request: the type of the request that these
    rows answer, "" = they are no reply.
    """
    wanted = set(paths)
    found = {ref: sum(Paths(shape_of(ref)).find(path) is not None for path in wanted) for ref in _all()}
    most = max(found.values(), default=0)
    best = [ref for ref, count in found.items() if count == most] if most else []
    for fits in (
        lambda ref: _values_fit(shape_of(ref), rows, lists),
        lambda ref: bool(request) and ref.partition("@")[0] == f"{request.partition('@')[0]}Result",
        lambda ref: shape_of(ref).required() <= {path.partition(".")[0].partition("[")[0] for path in wanted},
        lambda ref: ref.partition("@")[0].endswith("Result") == bool(request),
    ):
        best = [ref for ref in best if fits(ref)] or best
    nearest = tuple(Candidate(ref, round(most / len(wanted), 2)) for ref in best[:3]) if wanted else ()
    return Fit(tuple(best) if most * 2 >= len(wanted) else (), nearest)


def _all() -> list[str]:
    return [f"{name}@{version}" for name, version in canonical.types() if name != DRAFT]


def _values_fit(shape: JsonShape, rows: Sequence[Row], lists: Mapping[str, CodeList]) -> bool:
    return all(values <= allowed for values, allowed in _values(shape, rows, lists) if allowed)


def _values(
    shape: JsonShape, rows: Sequence[Row], lists: Mapping[str, CodeList]
) -> Iterable[tuple[set[str], set[str]]]:
    """(values that the row writes, values that the type allows) of each row that says which."""
    for row in rows:
        place = _walk(shape, row.canonical or "")
        if place is None:
            continue
        codes = lists.get(str(row.options.get("code", "")))
        said = set(codes.codes) if codes else {str(row.options["const"])} if "const" in row.options else set()
        yield said, set(place.enum())


def _walk(shape: JsonShape, path: str) -> JsonShape | None:
    spelled = Paths(shape).find(path) if path else None
    place = walk(shape, parse_path(bare(spelled))) if spelled else None
    return place if isinstance(place, JsonShape) else None
