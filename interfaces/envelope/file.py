"""Exchange files: what one message is, is the spec's choice (``settings.file.messages``).

``file``    the body is a whole file, the wire tree that of codec/file
``record``  the body is an excerpt: the file's header line and one other line. The tree holds the line's fields, beside
            them ``@header`` with the header's. ``request.wire`` of an operation names its kind of line; one that names
            the trailer comes last, when all others were taken.

``@file`` tells ``name``, ``date`` (yyyyMMdd), ``sequence``, ``line`` and, at the end, ``records`` and ``refused``: the
wire headers ``file-<fact>``. What the hub sends travels to the channel as JSON, because the number in the name is given
out there; a row may write ``@file.date``, else the file is of the business day.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from interfaces.clock import SECOND, Clock
from interfaces.codec import json as json_body
from interfaces.codec.file import FileCodec
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.contract.file_layout import FileLayout
from interfaces.contract.file_name import FileName, is_date
from interfaces.envelope.base import Ids, Opened, Outgoing, Result, one_operation
from interfaces.envelope.plain_json import JSON, PlainJson
from interfaces.failure import Failure
from interfaces.mapping.runtime import plain
from interfaces.spec.file_settings import FACTS, FileSettings
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import Tree, WireMessage

REFUSAL = "file-refusal"
"""Wire header of a file that the hub's reader refuses: the Failure as JSON. Nothing outside can set it."""
LIMITS = Limits(size=64 << 20, depth=8, values=4_000_000)
"""Of what the hub itself hands to the file channel."""


class FileEnvelope:
    """One spec's files."""

    def __init__(self, spec: InterfaceSpec, clock: Clock, limits: Limits = DEFAULT) -> None:
        self._spec = spec
        self._clock = clock
        self._settings = FileSettings.of(spec)
        self._layout = FileLayout.load(spec.folder / spec.transport.contract)
        self._codec = FileCodec(self._layout)
        self._json = PlainJson(spec, "file-record", "record", limits)
        self.exchange = self._json.exchange

    def wants_json(self, header: Mapping[str, str]) -> bool:
        return True

    def peek(self, wire: WireMessage) -> Opened:
        if REFUSAL in wire.headers:
            raise Failure(**json.loads(wire.headers[REFUSAL]))
        if wire.content_type.startswith(JSON):
            return self._json.peek(wire)
        facts = {fact: wire.headers[f"file-{fact}"] for fact in FACTS if f"file-{fact}" in wire.headers}
        name = FileName(facts.get("name", ""), facts.get("date", ""), int(facts.get("sequence", 0)))
        whole = self._settings.messages == "file"
        tree = self._codec.tree(wire.body, name, excerpt=not whole)
        facts = {**self._said(tree), **facts}
        if whole:
            return Opened(dict(wire.headers), {**tree, "@file": facts})
        kind, fields = self._record(tree)
        return Opened({**wire.headers, "file-record": kind}, {**fields, "@file": facts})

    def _said(self, tree: Tree) -> dict[str, str]:
        """Date and number as the header says them: of an example nobody knows the name."""
        header = self._layout.header
        fields = header.computed("date", "sequence") if header else ()
        said = {field.is_: str(tree.get(header.name, {}).get(field.name, "")) for field in fields} if header else {}
        return {fact: text.replace("-", "")[:8] if fact == "date" else text for fact, text in said.items()}

    def _record(self, tree: Tree) -> tuple[str, Tree]:
        """The one line of an excerpt that is not the header, and its kind."""
        header, trailer = self._layout.header, self._layout.trailer
        found = [(record.name, line) for record in self._layout.details for line in tree[record.name]]
        if not found and trailer is not None and trailer.name in tree:
            found = [(trailer.name, tree[trailer.name])]
        if len(found) != 1:
            raise Failure(
                "invalid",
                f"the excerpt holds {len(found)} records, one message is one record",
                where=self._spec.ref,
                advice="give the header line and one other line, or say messages: file",
                reason="structure",
            )
        kind, line = found[0]
        return kind, {**line, "@header": tree.get(header.name, {})} if header else line

    def check(self, opened: Opened) -> None:
        """The codec has judged all there is."""

    def find(self, opened: Opened, elements: Mapping[str, Operation]) -> Operation:
        kinds = {op.request.wire or op.name: op for op in self._spec.operations.values()}
        single = self._settings.messages == "file" and len(kinds) == 1
        return one_operation(self._spec, kinds, "" if single else opened.header.get("file-record", ""))

    def ids(self, opened: Opened, tree: Mapping[str, Any]) -> Ids:
        """A line of a file is taken once: its exchange id is the file (name and content) and the line."""
        parts = (opened.header.get(name, "") for name in ("file-name", "file-hash", "file-line"))
        name, digest, line = parts
        return Ids(exchange_id=f"{name}#{line or 0}#{digest[:12]}" if name else "")

    def request(self, out: Outgoing) -> WireMessage:
        given = str(out.tree.get("@file", {}).get("date", "") or self._today())
        if not is_date(given):
            raise Failure("invalid", "@file.date must be yyyyMMdd", where=self._spec.ref, reason="structure")
        key = out.message.key or out.message.id
        headers = {"file-key": f"{out.operation.name}/{key}", "file-date": given}
        if self._settings.messages == "record":
            headers["file-record"] = out.operation.request.wire or self._layout.details[0].name
        return WireMessage(json_body.write(plain(out.payload)), JSON, headers)

    def _today(self) -> str:
        moment = datetime.fromtimestamp(self._clock.now() // SECOND, UTC)
        return moment.astimezone(ZoneInfo(self._settings.zone)).strftime("%Y%m%d")

    def reply(self, header: Mapping[str, str], operation: Operation, payload: Any) -> WireMessage:
        return self._json.reply(header, operation, payload)

    def fault(self, header: Mapping[str, str], failure: Failure, code: str) -> WireMessage:
        return self._json.fault(header, failure, code)

    def open_reply(self, wire: WireMessage) -> tuple[Result, Opened]:
        return self._json.open_reply(wire)
