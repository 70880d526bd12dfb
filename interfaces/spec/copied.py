"""One operation as something to copy and run: a curl command, or a few lines of Python with zeep."""

from __future__ import annotations

import json
import shlex
from pprint import pformat
from typing import Any

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.message import Body, Message
from interfaces.proof import bodies
from interfaces.wire import WireMessage

END = "END_OF_BODY"


def request_of(agreement: Agreement, operation: str) -> WireMessage:
    """The request that is shown: the spec's first example, else one made from the rows; Failure(invalid)."""
    body = _body(agreement, operation)
    source = agreement.spec.system if agreement.spec.direction == "inbound" else "HUB"
    ids = {"key": str(body.get("externalId", "")), "area": str(body.get("area", ""))}
    message = Message(id="msg-1", type="", source=source, body=body, key=ids["key"], area=ids["area"])
    return agreement.write_request(operation, message)


def curl(agreement: Agreement, operation: str, address: str) -> str:
    """A shell command. address: of the service for SOAP, of the server for REST; Failure(invalid) for another wire."""
    wire, spec = request_of(agreement, operation), agreement.spec
    query = wire.headers.get(":query", "")
    places = {
        "soap-plain": address,
        "contract-root": address,
        "rest": f"{address}{wire.headers.get(':path', '')}{'?' if query else ''}{query}",
    }
    if spec.transport.envelope not in places:
        raise Failure("invalid", f"curl does not speak {spec.transport.kind}", where=f"{spec.ref}/{operation}")
    headers = {"Content-Type": wire.content_type} if wire.body else {}
    if spec.transport.envelope == "soap-plain":
        headers["SOAPAction"] = f'"{agreement.action(operation)}"'
    shown = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items())
    line = f"curl -sS -X {wire.headers.get(':method', 'POST')} {shown} {shlex.quote(places[spec.transport.envelope])}"
    if not wire.body:
        return line
    return f"{line} --data-binary @- <<'{END}'\n{wire.body.decode(spec.transport.encoding)}\n{END}"


def zeep(agreement: Agreement, operation: str, address: str) -> str:
    """Python that needs only zeep; Failure(invalid) for what is not SOAP. The WSDL comes from ``address?wsdl``."""
    spec = agreement.spec
    if spec.transport.envelope != "soap-plain":
        raise Failure("invalid", f"zeep does not speak {spec.transport.envelope}", where=f"{spec.ref}/{operation}")
    tree = _arguments(agreement.tree(operation, request_of(agreement, operation)))
    name = str(agreement.operation(operation).wire.get("operation", operation))
    return (
        f'import zeep\n\nclient = zeep.Client("{address}?wsdl")\n'
        f"request = {pformat(tree, sort_dicts=False, width=100)}\n"
        f'print(client.service["{name}"](**request))'
    )


def _body(agreement: Agreement, operation: str) -> Body:
    folder, op = agreement.spec.folder, agreement.operation(operation)
    for entry in agreement.spec.examples:
        if entry["operation"] == op.name and "canonical" in entry:
            return dict(json.loads((folder / entry["canonical"]).read_bytes()))
    made = next(bodies(agreement, operation), None)
    if made is None:
        raise Failure("invalid", f"{operation} has no example", where=agreement.spec.ref, advice="give it one")
    return made


def _arguments(thing: Any) -> Any:
    """A wire tree as zeep takes it: attributes under their names, text beside them under ``_value_1``."""
    if isinstance(thing, dict):
        return {"_value_1" if k == "#text" else k.removeprefix("@"): _arguments(v) for k, v in thing.items()}
    return [_arguments(item) for item in thing] if isinstance(thing, list) else thing
