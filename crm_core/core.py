"""CrmCore: the CRM's use cases over one database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from crm_core.customers import LIVING, find_customer
from crm_core.inventory import apply_change
from crm_core.seed import BUNDLED_SEED, load_seed
from crm_core.store import Database
from crm_core.store.schema import product
from crm_core.views import state_view
from interfaces.canonical import validator
from interfaces.clock import Deadline
from interfaces.failure import Failure


class CrmCore:
    """Customers and product inventory. Safe to share between threads.

    url   SQLAlchemy URL of the CRM's own database, ``sqlite://`` = in memory
    seed  YAML of customers that must be there, loaded at start (again and again without effect); None = none
    """

    def __init__(self, url: str = "sqlite://", seed: Path | None = BUNDLED_SEED) -> None:
        self._database = Database(url)
        if seed is not None:
            with self._database.write() as connection:
                load_seed(connection, seed)

    def change(self, action: str, body: Mapping[str, Any], deadline: Deadline | None = None) -> dict[str, Any]:
        """InventoryChange -> InventoryChangeResult (state ``completed``), in one transaction of its own.

        Idempotent by externalId. Failure as in ``crm_core.inventory.apply_change``; nothing was done then.
        """
        _agreed("InventoryChange", body)
        with self._database.write(deadline) as connection:
            return apply_change(connection, action, body)

    def customer(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """CustomerQuery -> Customer; Failure ``not_found``, ``rejected`` (several) or ``invalid``."""
        _agreed("CustomerQuery", query)
        with self._database.read() as connection:
            return find_customer(connection, query)

    def known(self, instance: str) -> bool:
        """Whether there is a living product instance of this id."""
        with self._database.read() as connection:
            living = select(product.c.id).where(product.c.id == instance, product.c.status.in_(LIVING))
            return connection.execute(living).first() is not None

    def state(self) -> dict[str, Any]:
        """What the customers have, for people and for comparing two runs: ``crm_core.views.state_view``."""
        with self._database.read() as connection:
            return state_view(connection)

    def close(self) -> None:
        """Close the database. May be called twice."""
        self._database.close()


def _agreed(type_name: str, body: Mapping[str, Any]) -> None:
    """The canonical type is all the use cases rely on, whoever calls them."""
    found = validator(type_name).check(body)
    if found:
        raise Failure("invalid", f"no {type_name}: {found[0]['path']} {found[0]['message']}", errors=found)
