"""An agreement of 60 rows: its proof, and its mapping sheet read back, beside the time that its author may wait."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from adapters.bench.figure import Figure, milliseconds
from interfaces.proof import prove
from interfaces.sheet import read_sheet, write_sheet
from interfaces.spec.loader import load_spec
from interfaces.spec.model import InterfaceSpec

ROWS: Final = 60
PROOF, SHEET = 1.0, 2.0
"""Seconds that the proof, and the reading of the sheet, may take."""

HEAD: Final = """\
apiVersion: mboss/v1
kind: Interface
metadata: {id: bench, version: 1.0.0, system: WFM, owner: "team:bench", lifecycle: experimental, title: {en: Bench}}
spec:
  direction: outbound
  transport: {kind: amqp, envelope: amqp, contract: wire.json, settings: {queue: bench}}
  codeLists:
    ACTION: {dispatch: D, changeAppointment: C, cancel: X, urge: U}
    WORK: {install: IN, remove: RM, move: MV, repair: RP, recover: RC}
    SLOT: {AM: "1", PM: "2", EVE: "3", ANY: "4"}
    TYPE: {number: N, port: P, line: L, splitter: S, circuit: C, vlan: V, device: D}
  operations:
    dispatch:
      pattern: one-way
      timing: {timeout: 5s}
      idempotent: true
      request:
        type: WorkOrder@1
        mapping:
"""
OWN: Final = (
    "[externalId, no]",
    "[area, lan]",
    "[action, act, code: ACTION]",
    "[workType, work, code: WORK]",
    "[parentOrder, parent]",
    "[originalOrder, original]",
    "[service.id, service.id]",
    "[service.serviceNumber, service.number]",
    "[place.id, place.id]",
    "[place.name, place.name]",
    "[appointment.date, day, date: yyyyMMdd]",
    "[appointment.slot, slot, code: SLOT]",
    "[priority, priority]",
    "[note, note]",
    '["resource[key=id]", "res[key=no]", each: [[id, no], [type, type, code: TYPE], [role, role], [value, value]]]',
)
"""14 rows, and a group of 4."""


def agreement(folder: Path) -> InterfaceSpec:
    """The spec, written into ``folder``: the fields of a work order, and its characteristics one by one."""
    more = [f'["characteristic[name=C{n}].value", c{n}]' for n in range(ROWS - len(OWN) - 3)]
    lines = "".join(f"          - {row}\n" for row in (*OWN, *more))
    (folder / "wire.json").write_text(json.dumps({"type": "object", "required": ["no", "lan"]}), "utf-8")
    (folder / "spec.yaml").write_text(HEAD + lines, "utf-8")
    return load_spec(folder)


def run(times: int = 1) -> Iterator[Figure]:
    """Two figures; a ratio above 1 says how much sooner it is done than it must be."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        spec, book = agreement(folder), folder / "bench.xlsx"
        certificate = prove(spec)
        write_sheet(book, spec, certificate)
        found = read_sheet(book, spec)
        assert certificate.ok
        assert sum(len(side.rows) for side in certificate.sides) == ROWS
        assert sum(change.count for change in found.changes) == ROWS + 1, "the group is a row of its own"
        works = (
            ("agreement.prove", lambda: prove(spec), PROOF),
            ("agreement.sheet", lambda: read_sheet(book, spec), SHEET),
        )
        for name, work, limit in works:
            seconds = milliseconds(work, times, rounds=3) / 1000
            yield Figure(name, seconds, f"s for {ROWS} rows", f"at most {limit:g} s", limit / seconds)
