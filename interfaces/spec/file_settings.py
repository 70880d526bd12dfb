"""``transport.settings.file`` of a spec: where exchange files lie, what they are called, when one is whole.

settings:
  file:
    folder: usage                        # below the peer's address; ``.`` when left out
    name: "JS_{date}_{sequence:4}.txt"   # date of the business, number of the file on that date
    messages: record                     # what one message is: the file, or each of its records
    flag: "{name}.ok"                    # the file is whole once this one lies beside it; else ``stable: 30s``
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from interfaces.contract.file_name import NamePattern, fault_of
from interfaces.failure import Failure
from interfaces.spec.loader import seconds
from interfaces.spec.model import InterfaceSpec

FACTS = ("name", "date", "sequence", "line", "records", "refused")
"""What a message knows of its file, ``@file.<fact>`` in rows."""
RECEIPT = ("file", "date", "sequence", "records", "bytes", "sha256")
"""What the file channel answers when a file lies there."""


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Folders are relative, with ``/``; times are seconds.

    flag    "": none is used, a file is whole when it has not changed for ``stable``
    gap     what a missing number does to the files after it: they wait, or are taken after ``late``
    late    how long a flag file or a missing number may be waited for before an operator is told
    first   the first number of a date
    """

    folder: str
    name: NamePattern
    messages: Literal["file", "record"]
    flag: str
    stable: float
    archive: str
    refused: str
    gap: Literal["wait", "alarm"]
    late: float
    first: int
    poll: float
    zone: str

    @classmethod
    def of(cls, spec: InterfaceSpec) -> FileSettings:
        """Failure(invalid) naming the spec when a name or folder cannot be used."""
        given: dict[str, Any] = spec.transport.settings.get("file", {})
        try:
            return cls._filled(given, str(spec.transport.settings.get("poll", "1s")))
        except (ValueError, KeyError) as error:
            what = "is missing" if isinstance(error, KeyError) else ""
            raise Failure(
                "invalid",
                f"transport.settings.file: {error} {what}".strip(),
                where=spec.file or spec.ref,
                advice="see interfaces/spec/file_settings.py",
                reason="structure",
            ) from None

    @classmethod
    def _filled(cls, given: dict[str, Any], poll: str) -> FileSettings:
        folder = _folder(given.get("folder", "."))
        flag = given.get("flag", "")
        name = NamePattern(given["name"])
        if flag:
            _check_flag(flag, name)
        return cls(
            folder=folder,
            name=name,
            messages=given.get("messages", "file"),
            flag=flag,
            stable=seconds(given.get("stable", "10s")),
            archive=_folder(given.get("archive", _below(folder, "archive"))),
            refused=_folder(given.get("refused", _below(folder, "refused"))),
            gap=given.get("gap", "wait"),
            late=seconds(given.get("late", "10m")),
            first=given.get("first", 1),
            poll=seconds(poll),
            zone=given.get("zone", "Asia/Shanghai"),
        )

    def path(self, name: str) -> str:
        return _below(self.folder, name)

    def flag_of(self, name: str) -> str:
        """Name of the flag file beside ``name``, "" when none is used."""
        stem = name.rpartition(".")[0] or name
        return self.flag.replace("{name}", name).replace("{stem}", stem)


def _below(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _folder(path: str) -> str:
    for part in path.split("/"):
        if path != "." and (fault := fault_of(part)):
            raise ValueError(f"{path!r} is no folder below the peer's address: {fault}")
    return path


def _check_flag(flag: str, name: NamePattern) -> None:
    sample = name.format("20261101", 1)
    made = flag.replace("{name}", sample).replace("{stem}", sample.rpartition(".")[0])
    if made == flag or made.casefold() == sample.casefold() or name.parse(made) or fault_of(made):
        raise ValueError(f'flag {flag!r} names no file of its own: write "{{name}}.ok" or "{{stem}}.flg"')
