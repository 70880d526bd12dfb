"""Rows -> canonical parts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from interfaces.clock import to_rfc3339


def product_view(row: Row[Any]) -> dict[str, Any]:
    """A product row as canonical Product; empty parts are left out."""
    parts = {
        "id": row.id,
        "productOffering": {"id": row.offering} if row.offering else None,
        "productSpecification": {"id": row.specification} if row.specification else None,
        "status": row.status,
        "serviceNumber": row.service_number,
        "startDate": None if row.started_at is None else to_rfc3339(row.started_at),
        "terminationDate": None if row.ended_at is None else to_rfc3339(row.ended_at),
        "billingAccount": {"id": row.account_id},
        "productCharacteristic": row.characteristics,
        "place": row.places,
        "realizingResource": row.resources,
        "suspensionReason": row.suspensions,
    }
    return {key: value for key, value in parts.items() if value}
