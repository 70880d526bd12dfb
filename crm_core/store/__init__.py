"""The CRM's own tables and its own engine; nobody else writes them."""

from crm_core.store.engine import Database

__all__ = ["Database"]
