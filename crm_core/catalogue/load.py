"""A folder of YAML -> Catalogue. Everything wrong with it is told at once, each with file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from crm_core.catalogue.audit import audit
from crm_core.catalogue.model import Catalogue, Offering, Product
from crm_core.catalogue.recipe import Condition, Recipe, TaskRule, UndoRule
from crm_core.catalogue.rule import Rule
from crm_core.catalogue.source import Fault, Source, gather
from crm_core.catalogue.template import compile_body
from crm_core.lines import Document, read_yaml
from interfaces.clock import from_rfc3339
from interfaces.failure import Failure
from interfaces.plan import Input

FOREVER = 1 << 62
BUNDLED = Path(__file__).parent


@cache
def bundled_catalogue() -> Catalogue:
    """The catalogue that comes with the package, loaded once."""
    return load_catalogue(BUNDLED)


def load_catalogue(folder: Path) -> Catalogue:
    """Load every ``*.yaml`` of ``folder`` as one catalogue.

    Failure ``invalid`` with ``errors`` = ``[{"path": "file.yaml:12", "message": ...}]`` for structure, unknown
    names, cycles, values against their own rules, and conditions that can never hold.
    """
    documents = [read_yaml(path) for path in sorted(Path(folder).glob("*.yaml"))]
    if not documents:
        raise Failure("invalid", "no catalogue: the folder has no .yaml file", where=str(folder))
    _refuse([fault for document in documents for fault in _structure(document)])
    source, doubles = gather(documents)
    _refuse([*doubles, *audit(source)])
    return _build(source)


def _structure(document: Document) -> Iterator[Fault]:
    for error in _schema().iter_errors(document.data):
        place = tuple(error.absolute_path)
        yield Fault(document.where(place), f"{'.'.join(map(str, place)) or 'file'}: {error.message[:200]}")


@cache
def _schema() -> Draft202012Validator:
    schema = json.loads((BUNDLED / "schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Failure(
            "invalid",
            f"the catalogue has {len(faults)} fault(s); first: {faults[0].message}",
            where=faults[0].where,
            advice="correct the catalogue; the version in force stays",
            errors=[{"path": fault.where, "message": fault.message} for fault in faults],
        )


def _build(source: Source) -> Catalogue:
    recipes = {name: _recipe(name, entry.data) for name, entry in source.recipes.items()}
    products = {name: _product(name, entry.data, recipes) for name, entry in source.products.items()}
    offerings = {name: _offering(name, entry.data, products) for name, entry in source.offerings.items()}
    return Catalogue(source.version, products, offerings)


def _product(code: str, data: Mapping[str, Any], recipes: Mapping[str, Recipe]) -> Product:
    rules = {name: Rule.of(rule) for name, rule in data.get("characteristics", {}).items()}
    return Product(
        code=code,
        family=data["family"],
        title=data["title"],
        served=_condition(data.get("served", {})),
        characteristics=rules,
        required=tuple(name for name, rule in rules.items() if rule.required),
        number=Rule.of(data["number"]) if "number" in data else None,
        address=data.get("address", ""),
        actions={action: recipes[name] for action, name in data["actions"].items()},
    )


def _offering(code: str, data: Mapping[str, Any], products: Mapping[str, Product]) -> Offering:
    return Offering(
        code=code,
        product=products[data["product"]],
        title=data["title"],
        fixed=data.get("characteristics", {}),
        areas=frozenset(data.get("areas", ())),
        valid_from=_day(data["validFrom"]) if "validFrom" in data else 0,
        valid_to=_day(data["validTo"]) if "validTo" in data else FOREVER,
    )


def _day(text: str) -> int:
    """The first moment of a day in the operator's own zone."""
    return from_rfc3339(f"{text}T00:00:00+08:00")


def _condition(data: Mapping[str, Any]) -> Condition:
    def pairs(key: str) -> tuple[tuple[str, str], ...]:
        return tuple((function, name) for function, _, name in (text.partition(".") for text in data.get(key, ())))

    return Condition(given=tuple(data.get("given", ())), has=pairs("has"), lacks=pairs("lacks"))


def _recipe(name: str, data: Mapping[str, Any]) -> Recipe:
    return Recipe(
        name,
        data["instance"],
        tuple(_task(task) for task in data["tasks"]),
        requires=tuple(data.get("requires", ())),
        parameters={name: Rule.of(rule) for name, rule in data.get("parameters", {}).items()},
    )


def _task(data: Mapping[str, Any]) -> TaskRule:
    return TaskRule(
        name=data["name"],
        function=data["function"],
        operation=data["operation"],
        type=data["type"],
        body=compile_body(data["body"]),
        when=_condition(data["when"]) if "when" in data else None,
        after=tuple(data.get("after", ())),
        inputs=_inputs(data),
        undo=None if data["undo"] == "none" else _undo(data["undo"]),
        point_of_no_return=data.get("pointOfNoReturn", ""),
        title=data["title"],
    )


def _undo(data: Mapping[str, Any]) -> UndoRule:
    return UndoRule(data["operation"], data["type"], compile_body(data["body"]), _inputs(data))


def _inputs(data: Mapping[str, Any]) -> tuple[Input, ...]:
    return tuple(Input(**entry) for entry in data.get("inputs", ()))
