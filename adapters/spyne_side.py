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


def echo_service(namespace: str, workers: int = 4) -> Any:
    """A bare spyne service that takes submitOrder's body and gives its numbers back: the yardstick of `mboss bench`."""
    attr = ComplexModel.produce(namespace, "Attr", {"name": Unicode, "value": Unicode})
    item_fields = "itemNo itemAction businessType prodInstId productCode offerCode accNbr addressId addressDesc".split()
    members: dict[str, Any] = dict.fromkeys(item_fields, Unicode)
    item = ComplexModel.produce(namespace, "OrderItem", members | {"attr": attr.customize(max_occurs="unbounded")})
    names = (
        "sourceSystem requestId orderNo lanId remark priority requiredTime channelId staffId custId custName custKind "
        "certType certNo contactName contactPhone acctId apptDate apptSlot"
    ).split()

    def submit(ctx: Any, *values: Any) -> list[Any]:
        return [values[2], "0"]

    method = rpc(
        *[Unicode] * len(names),
        item.customize(max_occurs="unbounded"),
        _returns=[Unicode, Unicode],
        _args=[*names, "orderItem"],
        _in_message_name="submitOrder",
        _out_message_name="submitOrderResponse",
        _out_variable_names=["orderNo", "resultCode"],
    )(submit)
    service = type("Echo", (ServiceBase,), {"submitOrder": method})
    return WSGIMiddleware(
        WsgiApplication(Application([service], tns=namespace, in_protocol=Soap11(), out_protocol=Soap11())),
        workers=workers,
    )
