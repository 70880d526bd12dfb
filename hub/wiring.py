"""Names of what stands above the hub. The hub never imports it: the arrow must not turn round."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

CHANNELS: dict[str, str] = {
    "soap": "adapters.channels.soap:SoapChannel",
    "rest": "adapters.channels.rest:RestChannel",
    "amqp": "adapters.channels.amqp:AmqpChannel",
    "table": "adapters.channels.table:TableChannel",
    "file": "adapters.channels.file:FileChannel",
    "local": "adapters.crm_core.channel:CrmChannel",
}
DOORS: list[str] = ["adapters.doors.asgi:build"]
CONSUMERS: list[str] = ["adapters.doors.consumers:wanted"]
QUEUE_CHECK = "adapters.doors.consumers:queue_faults"
BROKER = "adapters.channels.amqp:open_broker"
PLANNER = "adapters.crm_core.planner:build"
SMOKE = "mocks.generic.smoke:smoke"
FIGURES = "adapters.bench:FIGURES"


def named(name: str) -> Any:
    """The object behind ``package.module:attribute``."""
    return resolve_name(name)
