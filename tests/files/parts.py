"""A daily file as agreed with a settlement system: fixed-width in GBK, and delimited; specs on it, files of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from interfaces.channel import Peer
from interfaces.codec.file import FileCodec
from interfaces.contract.file_layout import FileLayout
from interfaces.contract.file_name import FileName
from interfaces.spec.loader import parse_spec
from interfaces.spec.model import InterfaceSpec

RECORDS = """
records:
  HEAD:
    role: header
    fields:
      LX: {bytes: 2, value: "10"}
      RQ: {bytes: 8, is: date}
      XH: {bytes: 4, is: sequence}
  MX:
    role: detail
    fields:
      LX: {bytes: 2, value: "20"}
      DH: {bytes: 16, required: true}
      ZT: {bytes: 1, required: true}
      MC: {bytes: 20}
      JE: {bytes: 12, type: number, decimals: 2}
  TAIL:
    role: trailer
    fields:
      LX: {bytes: 2, value: "90"}
      BS: {bytes: 6, is: count}
      HJ: {bytes: 14, is: sum, of: JE}
"""
FIXED = f"charset: gbk\nform: fixed\nline_end: crlf\n{RECORDS}"
DELIMITED = f'charset: gbk\nform: delimited\ndelimiter: "|"\nformulas: prefix\n{RECORDS}'

SPEC = """
apiVersion: mboss/v1
kind: Interface
metadata: {id: settle-test, version: 1.0.0, system: SETTLE, owner: team:test, lifecycle: production, title: {en: Test}}
spec:
  direction: %(direction)s
  transport:
    kind: file
    envelope: file
    contract: layout.yaml
    encoding: gbk
    settings:
      poll: 20ms
      file: {folder: in, name: "JS_{date}_{sequence:4}.txt", messages: %(messages)s%(more)s}
  codeLists:
    STATE: {completed: W, failed: E, inProgress: Z}
  operations:
    %(operations)s
"""
RECORD = """receive:
      pattern: callback
      role: event
      correlate: externalId
      final: [completed, failed]
      request:
        type: OrderEvent@1
        wire: MX
        mapping:
          - [externalId, DH]
          - [state, ZT, code: STATE]
          - [reason.code, MC]
"""
CLOSE = """
    closed:
      pattern: callback
      role: event
      correlate: externalId
      final: [completed]
      request:
        type: OrderEvent@1
        wire: TAIL
        mapping:
          - [externalId, "@file.name"]
          - [~, LX, const: "90"]
          - [state, ~, const: completed]
          - [step, "@file.records"]
          - [reason.code, "@file.refused"]
"""
WHOLE = """send:
      pattern: one-way
      idempotent: true
      request:
        type: OrderEvent@1
        mapping:
          - [externalId, "MX[0].DH"]
          - [state, "MX[0].ZT", code: STATE]
          - [reason.code, "MX[0].MC"]
"""


def spec(
    folder: Path,
    direction: str = "inbound",
    messages: str = "record",
    more: str = ', flag: "{name}.ok"',
    operations: str = RECORD,
    layout: str = FIXED,
) -> InterfaceSpec:
    """A spec whose layout file lies in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "layout.yaml").write_text(layout, "utf-8")
    text = SPEC % {"direction": direction, "messages": messages, "more": more, "operations": operations}
    (folder / "spec.yaml").write_text(text, "utf-8")
    return parse_spec(text, folder / "spec.yaml")


def peer(folder: Path, address: str = "", **options: str) -> Peer:
    """SETTLE, its files in ``folder/exchange``."""
    (folder / "exchange").mkdir(exist_ok=True)
    own = {"ledger": f"sqlite:///{folder}/files.db", "work": str(folder / "work")}
    return Peer("SETTLE", address or f"file://{folder}/exchange", own | options)


def codec(folder: Path, layout: str = FIXED) -> FileCodec:
    (folder / "layout.yaml").write_text(layout, "utf-8")
    return FileCodec(FileLayout.load(folder / "layout.yaml"))


def name(sequence: int = 1, date: str = "20261101") -> FileName:
    return FileName(f"JS_{date}_{sequence:04d}.txt", date, sequence)


def line(number: int, state: str = "W", money: str = "1.50") -> dict[str, str]:
    return {"DH": f"T-{number}", "ZT": state, "MC": "示例客户", "JE": money}


def file_bytes(made: FileCodec, *details: dict[str, Any], sequence: int = 1, date: str = "20261101") -> bytes:
    from io import BytesIO

    out = BytesIO()
    made.write(out, (("MX", detail) for detail in details), name(sequence, date), {}, {})
    return out.getvalue()
