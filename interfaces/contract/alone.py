"""A schema without operations (XSD, JSON Schema): which of its messages somebody may mean for an exchange.

A contract of this kind says what travels and neither how nor between whom: the user picks the messages that begin an
exchange, the answer is guessed by its name, and the command says the transport.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from interfaces.contract.api_files import Files, Node
from interfaces.contract.api_operation import Api, ApiOperation
from interfaces.contract.api_schema import Schemas
from interfaces.failure import Failure

REQUESTS = ("request", "req", "rq")
REPLIES = ("response", "result", "reply", "resp", "rsp", "ack", "rs")
"""Ends of names, in any letter case, that tell a question from its answer."""
SHOWN = 20
PARTS = ("$defs", "definitions")


@dataclass(frozen=True, slots=True)
class Exchange:
    """name: of the operation. reply: "" when no message goes by a name that would make it the answer."""

    name: str
    request: str
    reply: str

    @property
    def note(self) -> str:
        """What a person should check."""
        if self.reply:
            return f"that {self.reply} answers {self.request} is guessed from its name"
        return f"no message is named as the answer to {self.request}: it is drafted as one-way"


def exchanges(messages: Collection[str], only: Iterable[str], where: str) -> list[Exchange]:
    """only: the messages that were picked; without one there must be no choice.

    Failure(invalid | not_found) lists the messages there are.
    """
    picked = list(dict.fromkeys(only))
    listed = ", ".join(sorted(messages)[:SHOWN]) + (", ..." if len(messages) > SHOWN else "")
    advice = f"say --operation NAME for each message that begins an exchange: {listed}"
    unknown = [name for name in picked if name not in messages]
    if unknown:
        raise Failure("not_found", f"the schema has no message {unknown[0][:80]}", where=where, advice=advice)
    if not messages:
        what = "the schema declares no message"
        raise Failure("invalid", what, where=where, advice="name the file that declares one")
    answers = {reply for name in messages if (reply := _answer(name, messages))}
    chosen = picked or [name for name in messages if name not in answers]
    if len(chosen) > 1 and not picked:
        raise Failure("invalid", f"a schema alone has no operations, and {len(chosen)} messages may begin one",
                      where=where, advice=advice)  # fmt: skip
    return [Exchange(_base(name), name, _answer(name, messages)) for name in chosen]


def _base(name: str) -> str:
    end = next((end for end in REQUESTS if name.lower().endswith(end) and len(name) > len(end)), "")
    return name[: len(name) - len(end)].rstrip("_-.") or name


def _answer(name: str, messages: Iterable[str]) -> str:
    wanted = {f"{base}{joint}{end}".lower() for base in (name, _base(name)) for joint in ("", "_", "-", ".")
              for end in REPLIES}  # fmt: skip
    return next((other for other in messages if other.lower() in wanted and other != name), "")


# -- JSON Schema -------------------------------------------------------------------------------------------------


def schemas(files: Files) -> dict[str, Node]:
    """The messages of a JSON Schema: the whole, by its title or file name, and each of its named parts."""
    top = files.top
    found = {name: node for key in PARTS if (held := top.get(key)) for name, node in held.members()}
    if {"properties", "type", "allOf", "oneOf", "anyOf", "$ref", "enum", "items"} & set(top.value or ()):
        name = files.main.path.name.partition(".")[0]
        return {name: top, **found}
    return found


def read(files: Files, kind: str, only: Collection[str]) -> Api:
    """The exchanges of a JSON Schema over ``rest`` or ``amqp``; Failure(invalid | not_found) when none is meant."""
    known = schemas(files)
    reader = Schemas(files)
    api = Api(kind, files.top.text("title") or files.main.path.name.partition(".")[0])
    if kind == "amqp":
        api.settings = {"format": "json"}
    whole = {name: node for name, node in known.items() if node.place == ()}
    for one in exchanges(known, only or whole, str(files.main.path)):
        reply = reader.closed(reader.of(known[one.reply])) if one.reply else None
        wire, made_up = WIRES[kind](one.name)
        api.operations.append(
            ApiOperation(
                unit=one.request,
                name=one.name,
                wire=wire,
                request=reader.closed(reader.of(known[one.request])),
                reply=reply if kind == "rest" else None,
                where=known[one.request].where,
                notes=(one.note, made_up),
                pattern="async-request-reply" if reply and kind == "amqp" else "",
                queue=wire.get("routingKey", ""),
            )
        )
        if reply and kind == "amqp":
            made = ApiOperation(one.request, f"{one.name} reply", {}, reply, None, back=True, pattern="callback",
                                correlate="correlation_id")  # fmt: skip
            api.operations.append(made)
    api.findings += reader.findings
    return api


def _rest(name: str) -> tuple[dict[str, str], str]:
    return {"method": "POST", "path": f"/{name}"}, f"POST /{name} is made up: agree on method and path"


def _amqp(name: str) -> tuple[dict[str, str], str]:
    return {"routingKey": name}, f"the queue {name} is made up: agree on exchange, routing key and queue"


WIRES = {"rest": _rest, "amqp": _amqp}
