"""What a contract reader has to say: a code of CODES, the place, one sentence, and what a person can do."""

from __future__ import annotations

from dataclasses import asdict, dataclass

CODES: dict[str, tuple[bool, str]] = {
    # a file as a whole
    "file-missing": (True, "name a file that is there"),
    "file-empty": (True, "ask for the file again, or fetch it with ?wsdl"),
    "file-too-large": (True, "split it, or leave out what no operation needs"),
    "file-not-xml": (True, "correct it at that place, or ask for the file again"),
    "file-doctype": (True, "take the DOCTYPE out; entities are never expanded"),
    "file-not-a-contract": (True, "name a WSDL, XSD, JSON Schema, OpenAPI or AsyncAPI file"),
    "file-too-slow": (True, "split it; it was given up so that the others could be read"),
    "file-crashed": (True, "report this file: the reader must say what is wrong with it"),
    "file-encoding": (False, "correct the encoding declaration; it was read all the same"),
    "file-repaired": (False, "nothing: it was read all the same"),
    "archive-broken": (True, "pack it again as a plain zip"),
    "archive-entry": (True, "pack the archive again with plain files below one folder"),
    # imports and schemas
    "import-missing": (True, "put that file beside the importing one"),
    "import-broken": (True, "replace that file by a good one"),
    "import-guessed": (False, "check that it is the file that was meant"),
    "schema-missing": (True, "add the file that declares it"),
    "schema-duplicate": (False, "keep one declaration; the first was taken"),
    "schema-bound": (False, "nothing: so many are checked as any number"),
    "schema-invalid": (False, "correct it; all else was read"),
    "schema-unreadable": (True, "correct it: no message can be checked without its schema"),
    "schema-not-compiled": (False, "correct it; messages are checked more slowly until then"),
    "message-untested": (False, "check the example by hand"),
    "reference-missing": (False, "put what it refers to there; anything is allowed in its place until then"),
    # operations that were read
    "parameter-unserved": (False, "agree on doing without it; it is not sent"),
    "content-type": (False, "nothing: JSON is spoken"),
    "security": (False, "put the credential into the peer's configuration, never into the spec"),
    "link": (False, "nothing: links are for people"),
    "protocol": (False, "a candidate for AMQP: the body fits, the channel's name is taken for a routing key"),
    "channel-parameter": (False, "agree on one routing key or queue, and write it into the spec"),
    "channel-unused": (False, "add an operation that sends to it or receives from it"),
    "jms-binding": (False, "a candidate for AMQP: the body travels, not the HTTP address"),
    "binding-missing": (False, "ask how it is bound; document/literal SOAP 1.1 without SOAPAction is assumed"),
    "encoded-as-literal": (False, "it is read and written as literal, without xsi:type and multi-reference"),
    "rpc-namespace-missing": (False, "ask for the body's namespace; the target namespace is assumed"),
    "attachments": (False, "only the SOAP part is read, no attachment"),
    "fault-unreadable": (False, "give the fault an element; until then it is told by its faultcode alone"),
    "header-unreadable": (False, "give the header an element; until then it is not checked"),
    "port-without-binding": (False, "correct the port's binding"),
    # operations that were not
    "operation-unreadable": (True, "correct the finding of the file first"),
    "operation-not-proved": (True, "correct the schema there, or serve the operation by code"),
    "operation-lost": (True, "report this file: the reader must say why"),
    "operation-not-bound": (True, "add it to a binding of its port type"),
    "operation-not-in-port-type": (True, "add it to the port type, or take it out of the binding"),
    "operation-port-type-missing": (True, "add the file that holds the port type"),
    "operation-message-missing": (True, "add the file that holds the message"),
    "operation-element-missing": (True, "add the schema that declares the element"),
    "operation-type-missing": (True, "add the schema that declares the type"),
    "operation-incomplete": (True, "add the schema that is missing"),
    "operation-name-clash": (True, "give the two messages names of their own"),
    "operation-many-parts": (True, "agree on one element in the Body"),
    "operation-part-type": (True, "give the part an element; a type does not name the Body's element"),
    "operation-encoded": (True, "ask for a literal binding, or serve it by code"),
    "operation-http-binding": (False, "describe it as OpenAPI; only SOAP is read from a WSDL"),
    "operation-binding": (True, "ask for a SOAP binding"),
    "operation-notification": (True, "make it an inbound interface: the peer sends it"),
    "operation-solicit-response": (True, "make it an inbound interface: the peer asks, the hub answers"),
    "operation-method": (True, "agree on GET, POST, PUT, PATCH or DELETE"),
    "operation-content-type": (True, "agree on a JSON body, or serve the operation by code"),
    "operation-body": (True, "agree on a JSON object, or serve the operation by code"),
    "operation-parameter": (True, "agree on a path, query or header parameter of plain values"),
    "operation-reference": (True, "put what it refers to at that place below the folder"),
    "operation-schema": (True, "correct the schema, or serve the operation by code"),
    "operation-without-messages": (True, "say what it receives and sends"),
}
"""code -> (whether the contract is not whole because of it, what to do)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """code: of CODES. where: ``file:line`` as far as known. message: what it is, ``; `` and what to do."""

    code: str
    where: str
    message: str

    @property
    def serious(self) -> bool:
        return CODES[self.code][0]

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.where}: {self.code}: {self.message}"


def finding(code: str, where: str, what: str) -> Finding:
    """A finding with the advice of its code."""
    return Finding(code, where, f"{what}; {CODES[code][1]}")
