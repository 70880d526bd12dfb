"""Customers that are there from the start, from a YAML file. All of them are invented."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from crm_core.customers import add_customer
from crm_core.lines import Document, read_yaml
from crm_core.store.schema import account, customer, product
from interfaces.clock import from_rfc3339
from interfaces.failure import Failure

BUNDLED_SEED = Path(__file__).parent / "customers.yaml"


def load_seed(connection: Connection, path: Path) -> int:
    """Insert the customers of ``path`` that are not there yet; returns how many were new.

    One that is there is left alone: it may have changed since. Failure ``invalid`` with file and line when an entry
    lacks a field or holds one of the wrong kind.
    """
    document = read_yaml(path)
    entries = document.data.get("customers") if isinstance(document.data, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Failure("invalid", "customers: must be a list of customers", where=document.where(("customers",)))
    present = set(connection.execute(select(customer.c.id)).scalars())
    new = [index for index, entry in enumerate(entries) if entry.get("id") not in present]
    for index in new:
        _insert(connection, document, index, entries[index])
    return len(new)


def _insert(connection: Connection, document: Document, index: int, entry: Mapping[str, Any]) -> None:
    try:
        add_customer(connection, _party(entry), entry["area"])
        connection.execute(insert(account).values(id=entry["account"], customer_id=entry["id"]))
        for owned in entry.get("products", ()):
            connection.execute(insert(product).values(**_product(entry, owned)))
    except (KeyError, TypeError, ValueError) as error:
        where = document.where(("customers", index))
        raise Failure("invalid", f"not a customer: {type(error).__name__} {error}", where=where) from error


def _party(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": entry["id"],
        "type": entry.get("type", "individual"),
        "name": entry["name"],
        "identification_type": entry.get("identification", {}).get("type"),
        "identification_number": entry.get("identification", {}).get("number"),
        "phone": entry.get("phone"),
    }


def _product(entry: Mapping[str, Any], owned: Mapping[str, Any]) -> dict[str, Any]:
    characteristics = [{"name": name, "value": value} for name, value in owned.get("characteristics", {}).items()]
    address = owned.get("characteristics", {}).get("ADDRESS_ID")
    return {
        "id": owned["id"],
        "customer_id": entry["id"],
        "account_id": entry["account"],
        "area": entry["area"],
        "offering": owned["offering"],
        "specification": owned["product"],
        "status": owned.get("status", "active"),
        "service_number": owned.get("number"),
        "started_at": from_rfc3339(owned["since"]),
        "characteristics": characteristics,
        "places": [{"id": address, "role": "installation"}] if address else [],
        "resources": [],
        "suspensions": [],
    }
