"""The rules of a product order, as pure functions over the catalogue."""

from crm_core.order.check import check
from crm_core.order.decompose import decompose

__all__ = ["check", "decompose"]
