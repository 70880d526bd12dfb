"""Lint rules for exchange files. Each yields (rule id, line, message)."""

from __future__ import annotations

from collections.abc import Iterator

from interfaces.codec import charset
from interfaces.contract.file_layout import FileLayout
from interfaces.spec.file_settings import FileSettings
from interfaces.spec.lint_rules import Hit
from interfaces.spec.model import InterfaceSpec


def check(spec: InterfaceSpec) -> Iterator[Hit]:
    """Only for specs that compile: settings and layout can be read."""
    if spec.transport.kind != "file":
        return
    settings = FileSettings.of(spec)
    layout = FileLayout.load(spec.folder / spec.transport.contract)
    for rule in (_charset, _name, _whole, _records):
        yield from rule(spec, settings, layout)


def _charset(spec: InterfaceSpec, settings: FileSettings, layout: FileLayout) -> Iterator[Hit]:
    """Rows with text: count bytes in the spec's encoding, the file has the layout's."""
    mine = charset.ALLOWED.get(spec.transport.encoding, spec.transport.encoding)
    theirs = charset.ALLOWED.get(layout.charset, "utf-8")  # ascii is a part of every one
    if layout.charset != "ascii" and mine != theirs:
        yield "file-charset-differs", 1, f"the layout is {layout.charset}, transport.encoding {spec.transport.encoding}"


def _name(spec: InterfaceSpec, settings: FileSettings, layout: FileLayout) -> Iterator[Hit]:
    if spec.direction == "outbound" and not settings.name.numbered:
        yield "file-name-not-unique", 1, f"{settings.name.text}: a second file would have the name of the first"
    elif not settings.name.numbered:
        yield "file-gap-unseen", 1, f"{settings.name.text}: a file that never came would not be missed"


def _whole(spec: InterfaceSpec, settings: FileSettings, layout: FileLayout) -> Iterator[Hit]:
    if spec.direction == "inbound" and not settings.flag and layout.trailer is None:
        yield (
            "file-end-unknown",
            1,
            "without flag file and trailer a file that is cut off looks like a whole one",
        )


def _records(spec: InterfaceSpec, settings: FileSettings, layout: FileLayout) -> Iterator[Hit]:
    """Which operation a message is."""
    if settings.messages == "file":
        if spec.direction == "inbound" and len(spec.operations) > 1:
            yield "file-operation-unclear", 1, "a file is one message, and there are several operations it could be"
        return
    header = layout.header
    for op in spec.operations.values():
        if op.request.wire not in layout.records or (header and op.request.wire == header.name):
            yield "file-operation-unclear", op.line, f"{op.name}: request.wire names no detail and not the trailer"
    named = {op.request.wire for op in spec.operations.values()}
    for record in layout.details if spec.direction == "inbound" else ():
        if record.name not in named:
            yield "file-record-unread", 1, f"no operation takes {record.name}: each such record would be refused"
