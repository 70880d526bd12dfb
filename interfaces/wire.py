"""What goes over a wire, before and after the codec.

Wire tree = dict / list / str:

* key = local name (``prefix:name`` only where siblings collide); attribute ``@name``; text beside
  attributes ``#text``; an absent element is an absent key; xsi:nil is ``NIL``
* anything with maxOccurs > 1 is always a list; a repeated choice or sequence keeps document order in ``#order``
* ``any`` content is a list of XML strings in ``#any``
* XML leaves stay lexical strings (only mapping rows convert, so ``007`` survives);
  JSON leaves keep JSON types, numbers parsed as Decimal
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Tree = dict[str, Any]


class _Nil:
    """xsi:nil: the element is there and says "no value"."""

    _one: _Nil | None = None

    def __new__(cls) -> _Nil:
        cls._one = cls._one or super().__new__(cls)
        return cls._one

    def __repr__(self) -> str:
        return "NIL"

    def __bool__(self) -> bool:
        return False


NIL: Final = _Nil()


@dataclass(frozen=True, slots=True)
class WireMessage:
    """Bytes with what the transport says about them.

    body          exactly the bytes on the wire
    content_type  media type, with charset where the transport names one
    headers       transport metadata, lower-case names: HTTP headers (``soapaction``), ``:method``, ``:path``,
                  ``:query``, ``:status`` for HTTP; AMQP properties (``message_id``, ``correlation_id``, ``reply_to``)
    """

    body: bytes
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
