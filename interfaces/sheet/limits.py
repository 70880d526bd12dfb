"""Where the contract takes less than the canonical type allows: rows say so, and what is more is refused unsent.

A text may be too long for it; and what it asks for may be absent, where the sheet does not call it mandatory.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from interfaces.sheet.cells import CONVERTERS
from interfaces.sheet.match import Paths
from interfaces.spec.model import Row
from interfaces.spec.shapes import Facts

_LINE = 120
_DECIDED = frozenset({"partial", "lossy", "default-out", "when", "const"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Both schemas of a message that the hub writes. peer: whose contract it is."""

    own: Paths
    wire: Paths
    peer: str

    def declared(self, row: Row, must: bool) -> Row:
        """The row with ``partial`` where nobody has said anything. must: the sheet calls it mandatory."""
        if row.canonical is None or row.wire is None or row.options.keys() & _DECIDED:
            return row
        said = [self._too_long(row.canonical, row.wire)] if not row.options.keys() & set(CONVERTERS) else []
        if must and self.wire.certain(row.wire) and not self.own.certain(row.canonical):
            said.append("mandatory, as the sheet says")
        told = "; ".join(filter(None, said))
        return replace(row, options={**row.options, "partial": told}) if told else row

    def _too_long(self, own: str, wire: str) -> str:
        ours, theirs = self.own.facts(own), self.wire.facts(wire)
        most = theirs.lengths[1]
        if most is None or theirs.values or ours.values or not _longer(ours, most):
            return ""
        return f"{self.peer} takes at most {most} characters"


def _longer(ours: Facts, most: int) -> bool:
    """A text that our type does not limit is taken to have no more than one printed line."""
    return not ours.patterns and (ours.lengths[1] or _LINE) > most
