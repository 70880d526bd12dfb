"""Exchange files (文件接口): a request is a file that is laid out for the peer; the receipt names it."""

from __future__ import annotations

from typing import Any

from adapters.files.ledger import Ledger
from adapters.files.outbox import Outbox
from adapters.folders import open_folder
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.codec import json
from interfaces.codec.file import FileCodec, Target, Totals
from interfaces.contract.file_layout import FileLayout
from interfaces.contract.file_name import FileName
from interfaces.envelope.file import LIMITS
from interfaces.failure import Failure
from interfaces.spec.file_settings import FileSettings
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import WireMessage

JSON = "application/json"


class FileChannel:
    """``interfaces.channel.Channel`` for a peer behind ``file:///folder`` or ``sftp://user@host:port/folder``.

    The request is the wire tree as JSON, its headers ``file-key`` (of the operation) and ``file-date``. The same key
    gives the same file under the same number, whenever and by whichever process it is sent. The answer is a receipt:
    file, date, sequence, records, bytes, sha256.

    options of the peer: ``ledger`` (SQLAlchemy URL), and those of its folder.
    """

    def __init__(self, spec: InterfaceSpec, peer: Peer) -> None:
        self._settings = FileSettings.of(spec)
        self._codec = FileCodec(FileLayout.load(spec.folder / spec.transport.contract))
        self._folder = open_folder(peer.address, peer.options)
        self._ledger = Ledger(peer.options["ledger"], spec.id, peer.code)
        self.outbox = Outbox(self._settings, self._folder, self._ledger)

    def call(self, operation: Operation, request: WireMessage, deadline: Deadline) -> WireMessage:
        key, day = (request.headers.get(name, "") for name in ("file-key", "file-date"))
        if not key or not day:
            raise Failure("invalid", "the request names no file-key or no file-date", where=operation.name)
        tree, _ = json.read(request.body, request.content_type, LIMITS)
        record = request.headers.get("file-record", "")

        def write(out: Target, name: FileName) -> Totals:
            return self._record(out, record, tree, name) if record else self._codec.write_tree(out, tree, name)

        receipt = self.outbox.deliver(key, day, write, deadline)
        return WireMessage(json.write(receipt.to_json()), JSON)

    def close(self) -> None:
        self._folder.close()
        self._ledger.close()

    def _record(self, out: Target, record: str, tree: dict[str, Any], name: FileName) -> Totals:
        """A file of one record."""
        fields = {key: value for key, value in tree.items() if key[0] not in "@#"}
        return self._codec.write(out, [(record, fields)], name, tree.get("@header", {}), {})
