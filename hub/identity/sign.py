"""SrcSysSign of ContractRoot: the agreed constant, or a digest by a declared recipe.

A recipe is ``ALGORITHM[:FORM] TEMPLATE``: ``md5 {SrcSysID}{TransactionID}{ReqTime}{secret}``,
``hmac-sha256:base64 {TransactionID}|{ReqTime}``. Fields are TcpCont's by name; ``{secret}`` is the shared secret (the
key itself for hmac). FORM is ``hex`` (any letter case is taken) unless it says ``base64``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from interfaces.failure import Failure

SIGN: Final = "SrcSysSign"
FIELDS: Final = (
    "TransactionID",
    "ActionCode",
    "BusCode",
    "ServiceCode",
    "ServiceContractVer",
    "ServiceLevel",
    "SrcOrgID",
    "SrcSysID",
    "DstOrgID",
    "DstSysID",
    "ReqTime",
)
_FORM: Final = re.compile(r"(hmac-)?(md5|sha1|sha256|sha512)(?::(hex|base64))? (\S.*)")
_FIELD: Final = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a digest is made."""

    keyed: bool
    algorithm: str
    form: str
    template: str

    def sign(self, header: Mapping[str, str], secret: str) -> str:
        """The sign of a message with this header, as it stands on the wire."""
        text = _FIELD.sub(lambda f: secret if f[1] == "secret" else header.get(f[1], ""), self.template).encode()
        made = hmac.new(secret.encode(), text, self.algorithm) if self.keyed else hashlib.new(self.algorithm, text)
        return base64.b64encode(made.digest()).decode() if self.form == "base64" else made.hexdigest()


def parse(text: str) -> Recipe:
    """Failure ``invalid`` naming what is wrong with a recipe."""
    found = _FORM.fullmatch(text)
    if not found:
        raise _wrong("it is not ALGORITHM[:FORM] TEMPLATE")
    named = set(_FIELD.findall(found[4]))
    if unknown := named - {*FIELDS, "secret"}:
        raise _wrong(f"TcpCont has no {', '.join(sorted(unknown))}")
    if not found[1] and "secret" not in named:
        raise _wrong("a digest without {secret} proves nothing")
    return Recipe(bool(found[1]), found[2], found[3] or "hex", found[4])


def matches(header: Mapping[str, str], secret: str, recipe: str) -> bool:
    """Whether the header's SrcSysSign is the one agreed, in constant time."""
    given = header.get(SIGN, "")
    if not recipe:
        return _same(given, secret)
    rule = parse(recipe)
    return _same(given.lower() if rule.form == "hex" else given, rule.sign(header, secret))


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode("utf-8", "surrogatepass"))


def _wrong(why: str) -> Failure:
    return Failure(
        "invalid",
        f"the recipe of the sign cannot be used: {why}",
        where="recipe",
        advice="write, for example, md5 {SrcSysID}{TransactionID}{ReqTime}{secret}",
    )
