"""The yardstick of `mboss bench`: a spyne service as it comes, with nothing behind it."""

from __future__ import annotations

from typing import Any

import interfaces.spyne_compat  # noqa: F401  before any spyne import

# isort: split
from a2wsgi import WSGIMiddleware
from spyne import Application, ComplexModel, ServiceBase, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

ORDER = (
    "sourceSystem requestId orderNo lanId remark priority requiredTime channelId staffId custId custName custKind "
    "certType certNo contactName contactPhone acctId apptDate apptSlot"
)
ITEM = "itemNo itemAction businessType prodInstId productCode offerCode accNbr addressId addressDesc"


def echo_service(namespace: str, workers: int = 4) -> Any:
    """A bare spyne service that takes submitOrder's body and gives the same body back: the yardstick of `mboss bench`.

    As spyne comes: no validation, no store, nothing behind it.
    """
    attr = ComplexModel.produce(namespace, "Attr", _texts("name value"))
    item = ComplexModel.produce(namespace, "OrderItem", _texts(ITEM) | {"attr": _many(attr)})
    order = ComplexModel.produce(namespace, "SubmitOrder", _texts(ORDER) | {"orderItem": _many(item)})

    def submit(ctx: Any, given: Any) -> Any:
        return given

    names = {"_in_message_name": "submitOrder", "_out_message_name": "submitOrderResponse"}
    method = rpc(order, _returns=order, _body_style="bare", **names)(submit)
    service = type("Echo", (ServiceBase,), {"submitOrder": method})
    application = Application([service], tns=namespace, in_protocol=Soap11(), out_protocol=Soap11())
    return WSGIMiddleware(WsgiApplication(application), workers=workers)


def _texts(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split(), Unicode)


def _many(model: Any) -> Any:
    return model.customize(max_occurs="unbounded")
