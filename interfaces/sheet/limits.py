"""Where the contract takes less than the canonical type allows: rows say so, and what is more is refused unsent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from interfaces.sheet.cells import CONVERTERS
from interfaces.sheet.match import Paths
from interfaces.spec.model import Row
from interfaces.spec.shapes import Facts

_LINE = 120


@dataclass(frozen=True, slots=True)
class Limits:
    """Both schemas of a message that the hub writes. peer: whose contract it is."""

    own: Paths
    wire: Paths
    peer: str

    def declared(self, row: Row) -> Row:
        """The row with ``partial`` where texts may be longer than the peer takes, and nobody has said anything."""
        if row.canonical is None or row.wire is None or row.options.keys() & {*CONVERTERS, "partial", "lossy"}:
            return row
        ours, theirs = self.own.facts(row.canonical), self.wire.facts(row.wire)
        most = theirs.lengths[1]
        if most is None or theirs.values or ours.values or not _longer(ours, most):
            return row
        return replace(row, options={**row.options, "partial": f"{self.peer} takes at most {most} characters"})


def _longer(ours: Facts, most: int) -> bool:
    """A text that our type does not limit is taken to have no more than one printed line."""
    return not ours.patterns and (ours.lengths[1] or _LINE) > most
