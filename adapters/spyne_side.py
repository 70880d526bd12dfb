"""ContractRoot over SOAP, defined and served with spyne: the only module of this side that imports it.

spyne is not the security boundary: adapters/doors/exchange_soap.py stands in front, hands on one well-formed UTF-8
envelope at a time and turns every fault of spyne's into one of ours. What is switched off here, and why:

* multi-ref expansion, which turns a small request into gigabytes before anything is validated;
* the WSDL's address from the first caller's Host header: it is built once, from the configuration;
* spyne's log, which quotes whole messages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import interfaces.spyne_compat  # noqa: F401  before any spyne import

# isort: split
from a2wsgi import WSGIMiddleware
from lxml import etree
from spyne import Application, ComplexModel, ServiceBase, Unicode, rpc
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication

NAMESPACE = "http://www.chinatelecom.hub.com"
OPERATION = "exchange"


@dataclass(frozen=True, slots=True)
class ExchangeService:
    """app: ASGI, runs each call in a thread of its pool. wsdl: with the configured address."""

    app: Any
    wsdl: bytes


class _Soap11(Soap11):  # type: ignore[misc]
    """Without the ids of the document there is nothing to expand."""

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        super().create_in_document(ctx, charset)
        ctx.in_document = (ctx.in_document[0], {})


def exchange_service(answer: Callable[[str], str], address: str, workers: int = 8) -> ExchangeService:
    """``exchange(in0: string) -> out: string``, answered by ``answer``, which never raises."""
    for name in ("spyne", "spyne.protocol.soap.soap11.invalid"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    application = Application(
        [_service(answer)], tns=NAMESPACE, name="ExchangeService", in_protocol=_Soap11(), out_protocol=Soap11()
    )
    wsgi = WsgiApplication(application)
    wsgi.doc.wsdl11.build_interface_document(address)
    return ExchangeService(WSGIMiddleware(wsgi, workers=workers), _tidied(wsgi.doc.wsdl11.get_interface_document()))


def _service(answer: Callable[[str], str]) -> type[Any]:
    def exchange(ctx: Any, in0: str | None) -> str:
        return answer(in0 or "")

    text = Unicode(min_occurs=1, nillable=False)
    method = rpc(text, _returns=text, _out_variable_name="out")(exchange)
    return type("Exchange", (ServiceBase,), {OPERATION: method})


def _tidied(wsdl: bytes) -> bytes:
    """Without the prefixes of what is not served: some tool kits take a declared SOAP 1.2 prefix for an offer."""
    root = etree.fromstring(wsdl)
    etree.cleanup_namespaces(root, keep_ns_prefixes=["tns", "xs"])
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


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
