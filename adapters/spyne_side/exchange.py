"""ContractRoot over SOAP: ``exchange(in0: string) -> out: string``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import interfaces.spyne_compat  # noqa: F401  before any spyne import

# isort: split
from spyne import ServiceBase, Unicode, rpc

from adapters.spyne_side.plain import CodedService, served

NAMESPACE = "http://www.chinatelecom.hub.com"
OPERATION = "exchange"


def exchange_service(answer: Callable[[str], str], address: str, workers: int = 8) -> CodedService:
    """The service, its documents answered by ``answer``, which never raises."""
    return served([_service(answer)], NAMESPACE, "ExchangeService", address, workers)


def _service(answer: Callable[[str], str]) -> type[Any]:
    def exchange(ctx: Any, in0: str | None) -> str:
        return answer(in0 or "")

    text = Unicode(min_occurs=1, nillable=False)
    method = rpc(text, _returns=text, _out_variable_name="out")(exchange)
    return type("Exchange", (ServiceBase,), {OPERATION: method})
